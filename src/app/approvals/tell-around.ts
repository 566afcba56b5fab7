import { renderStartedAround } from '../../cards/started-around.ts';
import { approvalTerms } from '../../domain/approval-terms.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import { matchesGlob, type ProjectRules } from '../../domain/project.ts';
import type { Notice } from '../../domain/thread.ts';
import { mailUnlessShownRow } from '../outside/mail-row.ts';
import type { Tables } from '../store-ports.ts';

/**
 * A deployment that began past the approvals which its environment asks for, on GitLab's page or by itself, is told at
 * once in each channel that is told of approvals. A job that we had played was approved.
 */
export async function tellStartedAround(
  tables: Pick<Tables, 'inbox' | 'operations' | 'outbox' | 'audit'>,
  about: {
    readonly pipeline: Pipeline;
    readonly notices: readonly Notice[];
    readonly rules: ProjectRules | undefined;
    readonly now: Date;
  },
): Promise<void> {
  const { pipeline, notices, rules, now } = about;
  if (!rules) return;
  for (const notice of notices) {
    if (notice.kind !== 'deployment') continue;
    const { environment, jobId, user } = notice.deployment;
    if (!approvalTerms(rules, environment, 'deploy') || (await isOurs(tables, pipeline, jobId))) continue;
    const url = notice.job?.url ?? pipeline.url;
    const card = renderStartedAround({ project: pipeline.project, version: pipeline.ref, environment, by: user, url });
    const channels = rules.channels.filter(
      (rule) =>
        rule.notify.includes('approval') && (rule.environments?.some((glob) => matchesGlob(glob, environment)) ?? true),
    );
    const { project } = pipeline;
    const meaning = `around:${project.id}:${jobId ?? notice.deployment.id}`;
    for (const { id } of channels) {
      const key = `${id}/${meaning}`;
      if (await tables.outbox.find(key)) continue;
      await tables.outbox.put({ key, channel: id, rootKey: undefined, lane: 'failure', ...card }, now);
    }
    const messageKeys = channels.map(({ id }) => `${id}/${meaning}`);
    await tables.inbox.add(mailUnlessShownRow({ project, environment, key: meaning, messageKeys }, now));
  }
}

/** Whether the bot itself started the job: what was merely watched was started by somebody else. */
async function isOurs(
  tables: Pick<Tables, 'operations'>,
  { project, id }: Pipeline,
  jobId: number | undefined,
): Promise<boolean> {
  const operations = await tables.operations.ofPipeline(project.id, id);
  return operations.some(({ steps }) => steps.some((step) => step.jobId === jobId && step.calledAt !== undefined));
}
