import { playJob, retryJob } from '../engine/job-actions.ts';
import { approvalRulesOf, pendingApprovals } from '../engine/protection.ts';
import { lastSuccess } from '../engine/transitions.ts';
import { ancestors } from '../repository.ts';
import { commitOf, type Deployment, type Environment, projectUrl, userOf } from '../world.ts';
import { answerApproval, explainLevel, showApproval } from './approvals.ts';
import {
  choiceOf,
  dateOf,
  forbidden,
  idOf,
  invalid,
  message,
  notFound,
  ok,
  page,
  type Reply,
  ReplyError,
  type RestRequest,
  type Route,
  requireLevel,
  textOf,
} from './reply.ts';
import { showDeployment, showEnvironment, showEnvironmentDetail, showUser } from './shapes.ts';

/** Deployments, their approval, and environments. */
export const deploymentRoutes: readonly Route[] = [
  ['GET', '/projects/:id/deployments', listDeployments],
  ['GET', '/projects/:id/deployments/:deployment_id', showOne],
  ['PUT', '/projects/:id/deployments/:deployment_id', refuseUpdate],
  ['GET', '/projects/:id/deployments/:deployment_id/merge_requests', listShipped],
  ['POST', '/projects/:id/deployments/:deployment_id/approval', (request) => answerApproval(request, find(request))],
  ['GET', '/projects/:id/environments', listEnvironments],
  ['GET', '/projects/:id/environments/:environment_id', showOneEnvironment],
  ['POST', '/projects/:id/environments/:environment_id/stop', stop],
];

function find(request: RestRequest): Deployment {
  const id = idOf(request, 'deployment_id');
  const deployment = request.world.deployments.find((each) => each.id === id);
  if (deployment === undefined) throw new ReplyError(notFound('Deployment'));
  return deployment;
}

const ORDERS = ['id', 'iid', 'created_at', 'updated_at', 'finished_at', 'ref'] as const;
const STATUSES = ['created', 'running', 'success', 'failed', 'canceled', 'skipped', 'blocked'] as const;

function listDeployments(request: RestRequest): Reply {
  const { world } = request;
  const order = choiceOf(request, 'order_by', ORDERS) ?? 'id';
  const direction = choiceOf(request, 'sort', ['asc', 'desc']) ?? 'asc';
  const status = choiceOf(request, 'status', STATUSES);
  const updated = { after: dateOf(request, 'updated_after'), before: dateOf(request, 'updated_before') };
  const finished = { after: dateOf(request, 'finished_after'), before: dateOf(request, 'finished_before') };
  const hasUpdated = updated.after !== undefined || updated.before !== undefined;
  const hasFinished = finished.after !== undefined || finished.before !== undefined;
  if (hasUpdated && hasFinished) {
    return message(400, 'Both `updated_at` filter and `finished_at` filter can not be specified');
  }
  if (hasFinished && order !== 'finished_at') return message(400, '`finished_at` filter requires `finished_at` sort');
  if (hasFinished && status !== 'success') {
    return message(400, '`finished_at` filter must be combined with `success` status filter.');
  }
  const name = textOf(request, 'environment');
  const environmentIds = new Set(
    world.environments.filter((each) => each.name === (name ?? each.name)).map((each) => each.id),
  );
  const found = world.deployments.filter(
    (each) =>
      environmentIds.has(each.environmentId) &&
      (status === undefined || each.status === status) &&
      isWithin(each.updatedAt, updated.after, updated.before) &&
      (!hasFinished || isWithin(each.finishedAt ?? new Date(0), finished.after, finished.before)),
  );
  const sorted = found.toSorted((a, b) => compareKeys(keyOf(a, order), keyOf(b, order)) || a.id - b.id);
  const rows = direction === 'desc' ? sorted.toReversed() : sorted;
  return page(
    request,
    rows.map((each) => showDeployment(world, each)),
  );
}

function isWithin(time: Date, after: Date | undefined, before: Date | undefined): boolean {
  return (after === undefined || time >= after) && (before === undefined || time <= before);
}

function keyOf(each: Deployment, order: (typeof ORDERS)[number]): number | string {
  switch (order) {
    case 'created_at':
      return each.createdAt.getTime();
    case 'updated_at':
      return each.updatedAt.getTime();
    case 'finished_at':
      return each.finishedAt?.getTime() ?? 0;
    case 'ref':
      return each.ref;
    default:
      return each.id;
  }
}

function compareKeys(a: number | string, b: number | string): number {
  return a < b ? -1 : Number(a > b);
}

/** A deployment that a CI job made cannot be changed from outside. */
function refuseUpdate(request: RestRequest): Reply {
  find(request);
  return forbidden();
}

/** The list never shows approvals; this endpoint does, on Premium. */
function showOne(request: RestRequest): Reply {
  const { world } = request;
  const deployment = find(request);
  const basic = showDeployment(world, deployment);
  if (world.settings.tier === 'free') return ok(basic);
  const rules = approvalRulesOf(world, deployment).map((rule) => ({
    id: rule.id,
    user_id: rule.userId,
    group_id: null,
    access_level: rule.accessLevel,
    access_level_description: explainLevel(world, rule),
    required_approvals: rule.requiredApprovals,
    group_inheritance_type: 0,
    deployment_approvals: deployment.approvals
      .filter((each) => each.ruleId === rule.id)
      .map((each) => showApproval(world, each)),
  }));
  return ok({
    ...basic,
    pending_approval_count: pendingApprovals(world, deployment),
    approvals: deployment.approvals.map((each) => showApproval(world, each)),
    approval_summary: { rules },
  });
}

function listShipped(request: RestRequest): Reply {
  const { world } = request;
  const deployment = find(request);
  const before = world.deployments.findLast(
    (each) => each.id < deployment.id && each.environmentId === deployment.environmentId && each.status === 'success',
  );
  const known = new Set(before === undefined ? [] : ancestors(world, before.sha).map((commit) => commit.sha));
  const commits = ancestors(world, deployment.sha).filter((commit) => !known.has(commit.sha));
  const rows = commits.flatMap((commit) => {
    const iid = Number(/!(\d+)\s*$/.exec(commitOf(world, commit.sha).message)?.[1] ?? 0);
    if (iid === 0) return [];
    const author = world.users.find((user) => user.email === commit.authorEmail) ?? userOf(world, deployment.userId);
    return [
      {
        id: 5000 + iid,
        iid,
        project_id: world.project.id,
        title: commit.title,
        state: 'merged',
        merge_commit_sha: commit.sha,
        target_branch: world.project.defaultBranch,
        author: showUser(world, author),
        web_url: `${projectUrl(world)}/-/merge_requests/${iid}`,
      },
    ];
  });
  return page(request, rows);
}

function listEnvironments(request: RestRequest): Reply {
  const [name, search] = [textOf(request, 'name'), textOf(request, 'search')];
  if (name !== undefined && search !== undefined) return invalid('name, search are mutually exclusive');
  if (search !== undefined && search.length < 3)
    return message(400, '400 Bad request - Search term must be at least 3 characters');
  const states = choiceOf(request, 'states', ['available', 'stopping', 'stopped']);
  const found = request.world.environments.filter(
    (each) =>
      (name === undefined || each.name === name) &&
      (search === undefined || each.name.toLowerCase().includes(search.toLowerCase())) &&
      (states === undefined || each.state === states),
  );
  return page(request, found.map(showEnvironment));
}

function findEnvironment(request: RestRequest): Environment {
  const id = idOf(request, 'environment_id');
  const environment = request.world.environments.find((each) => each.id === id);
  if (environment === undefined) throw new ReplyError(notFound('Environment'));
  return environment;
}

function showOneEnvironment(request: RestRequest): Reply {
  return ok(showEnvironmentDetail(request.world, findEnvironment(request)));
}

/** Stops an environment by its last deployment's `on_stop` job, or at once when there is none. */
function stop(request: RestRequest): Reply {
  const { world, user } = request;
  const environment = findEnvironment(request);
  requireLevel(request, 30);
  const job = stopJobOf(request, environment);
  if (job !== undefined && textOf(request, 'force') !== 'true') {
    const act = job.status === 'manual' ? playJob(world, job, user, []) : retryJob(world, job, user);
    if (act.kind === 'refused' && act.status === 403) return forbidden();
    environment.state = act.kind === 'done' ? 'stopping' : environment.state;
  } else {
    environment.state = 'stopped';
  }
  environment.updatedAt = world.now();
  return ok(showEnvironmentDetail(world, environment));
}

function stopJobOf(request: RestRequest, environment: Environment): (typeof request.world.jobs)[number] | undefined {
  const { world } = request;
  const last = lastSuccess(world, environment.id);
  const started = last && world.jobs.find((job) => job.id === last.jobId);
  const name = started?.environment?.onStop;
  if (started === undefined || name === undefined) return undefined;
  return world.jobs.find((job) => job.pipelineId === started.pipelineId && job.name === name && !job.retried);
}
