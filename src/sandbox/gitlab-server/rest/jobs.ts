import { type ActionResult, cancelJob, playJob, retryJob } from '../engine/job-actions.ts';
import type { Job } from '../world.ts';
import { filterByScope, readVariables } from './pipelines.ts';
import {
  created,
  idOf,
  message,
  notFound,
  ok,
  page,
  type Reply,
  ReplyError,
  type RestRequest,
  type Route,
} from './reply.ts';
import { showBridge, showJob } from './shapes.ts';

/** Jobs, their logs and the three acts on them. */
export const jobRoutes: readonly Route[] = [
  ['GET', '/projects/:id/jobs', listJobs],
  ['GET', '/projects/:id/jobs/:job_id', (request) => ok(showJob(request.world, findBuild(request)))],
  ['GET', '/projects/:id/jobs/:job_id/trace', (request) => ok(findBuild(request).log)],
  ['POST', '/projects/:id/jobs/:job_id/play', play],
  ['POST', '/projects/:id/jobs/:job_id/retry', retry],
  ['POST', '/projects/:id/jobs/:job_id/cancel', cancel],
];

function find(request: RestRequest): Job {
  const id = idOf(request, 'job_id');
  const job = request.world.jobs.find((each) => each.id === id);
  if (job === undefined) throw new ReplyError(notFound());
  return job;
}

/** A trigger job can be played and retried, and not be asked for. */
function findBuild(request: RestRequest): Job {
  const job = find(request);
  if (job.trigger !== undefined) throw new ReplyError(notFound());
  return job;
}

function listJobs(request: RestRequest): Reply {
  const jobs = filterByScope(request, request.world.jobs.filter((job) => job.trigger === undefined).toReversed());
  return page(
    request,
    jobs.map((job) => showJob(request.world, job)),
  );
}

function play(request: RestRequest): Reply {
  const job = find(request);
  const variables = readVariables(request, 'job_variables_attributes');
  return answer(request, playJob(request.world, job, request.user, variables), ok);
}

function retry(request: RestRequest): Reply {
  return answer(request, retryJob(request.world, find(request), request.user), created);
}

function cancel(request: RestRequest): Reply {
  return answer(request, cancelJob(request.world, find(request), request.user), created);
}

function answer(request: RestRequest, result: ActionResult, reply: (body: unknown) => Reply): Reply {
  if (result.kind === 'refused') return message(result.status, result.message);
  const { world } = request;
  return reply(result.job.trigger === undefined ? showJob(world, result.job) : showBridge(world, result.job));
}
