import type { Job } from '../domain/job.ts';
import { bold, code, link, say } from '../domain/phrase.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import { buildCard, type Card, type CardButton } from './card.ts';
import { deployButton } from './job-buttons.ts';
import { shaped } from './phrase-blocks.ts';
import { commitLine, nameJob, pipelineLink, shortSha, versionOf } from './pipeline-words.ts';
import { statuses } from './status.ts';

/** The pipeline stands at a job that only a person starts. Where the job deploys, one button leads to the plan. */
export function renderGateReached({ pipeline, job }: { readonly pipeline: Pipeline; readonly job: Job }): Card {
  const version = versionOf(pipeline);
  const environment = job.environment?.action === 'start' ? job.environment.name : undefined;
  const page = job.url === undefined ? pipelineLink(pipeline) : link('Open the job', job.url);
  return buildCard({
    spoken: say`${version} waits for a person in ${pipeline.project.path}: ${nameJob(job)}.`,
    lines: [
      shaped(
        statuses.waiting.shape,
        environment === undefined
          ? say`${bold(version)} waits for a person: ${code(job.name)}.`
          : say`${bold(version)} waits for a person: ${code(job.name)} (${bold(environment)}).`,
      ),
      environment === undefined
        ? say`The pipeline goes on when somebody starts this job in GitLab. ${page}`
        : say`Deploy shows what would ship before anything happens. ${page}`,
      commitLine(pipeline),
    ],
    buttons: environment === undefined ? [] : [startButton(pipeline, job, environment)],
  });
}

function startButton(pipeline: Pipeline, job: Job, environment: string): CardButton {
  const version = pipeline.tag ? pipeline.ref : shortSha(pipeline.sha);
  return deployButton({ project: pipeline.project, environment, version, words: versionOf(pipeline), job: job.name });
}
