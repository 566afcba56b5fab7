import type { Card } from '../../cards/card.ts';
import { renderRollbackJobSeen, renderRollbackSeen } from '../../cards/rollback-seen.ts';
import type { Deployment } from '../../domain/deployment.ts';
import type { Pipeline } from '../../domain/pipeline.ts';

/** Cards of rollbacks that were made in GitLab, for Slack to say whether it takes them. */
export function sampleRollbackCards(pipeline: Pipeline, deployment: Deployment): Readonly<Record<string, Card>> {
  const { project, user, sha, foldedAt: at } = pipeline;
  const { environment, ref } = deployment;
  return {
    'rollback seen': renderRollbackSeen({ project, deployment, left: deployment }),
    'rollback job seen': renderRollbackJobSeen({
      pipeline,
      job: { id: 7, name: 'rollback-prod' },
      environment,
      by: user,
      byItself: false,
      left: { version: ref, sha },
      at,
    }),
  };
}
