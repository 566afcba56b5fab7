import type { Reply } from './rest/reply.ts';
import { viewPipeline } from './view.ts';
import type { World } from './world.ts';

/** What GitLab's own pages would show, as plain text: the links on cards lead here. */
export function showPage({ projects }: World, path: string): Reply | undefined {
  const [, project, kind, key = ''] = /^\/(.+)\/-\/(jobs|pipelines|commit)\/(\w+)$/.exec(path) ?? [];
  const world = projects.find((each) => each.project.path === project);
  if (world === undefined) return undefined;
  if (kind === 'commit') {
    const commit = world.commits.get(key);
    return commit && text(`commit ${commit.sha}\nAuthor: ${commit.authorName}\n\n${commit.message}`);
  }
  if (kind === 'jobs') {
    const job = world.jobs.find((each) => each.id === Number(key));
    return job && text(`Job ${job.name} #${job.id}: ${job.status}\n\n${job.log}`);
  }
  const pipeline = world.pipelines.find((each) => each.id === Number(key));
  if (pipeline === undefined) return undefined;
  const rows = viewPipeline(world, pipeline).jobs.map(
    (job) => `${job.stage.padEnd(16)}${job.name.padEnd(24)}${job.status}`,
  );
  return text([`Pipeline #${pipeline.id} for ${pipeline.ref}: ${pipeline.status}`, '', ...rows].join('\n'));
}

function text(body: string): Reply {
  return { status: 200, body };
}
