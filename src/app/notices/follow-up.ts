import { z } from 'zod';
import { type ObserveDeploymentDeps, observeDeployment } from '../approvals/observe-deployment.ts';
import { type RevokeTokensDeps, revokeTokens } from '../links/revoke-tokens.ts';
import { type TellEndedDeploymentDeps, tellEndedDeployment } from '../outside/tell-ended-deployment.ts';
import { type TellRollbackDeps, tellRollback } from '../rollback/tell-rollback.ts';
import { type TellRollbackJobDeps, tellRollbackJob } from '../rollback/tell-rollback-job.ts';
import type { InboxRow } from '../store-ports.ts';
import { type CarryOutTaskDeps, carryOutTask } from '../tasks/carry-out-task.ts';
import { type AddLogExcerptDeps, addLogExcerpt } from './add-log-excerpt.ts';
import { type AddReportDeps, addReport } from './add-report.ts';

export type FollowUpDeps = AddLogExcerptDeps &
  AddReportDeps &
  TellRollbackDeps &
  TellRollbackJobDeps &
  TellEndedDeploymentDeps &
  CarryOutTaskDeps &
  RevokeTokensDeps &
  ObserveDeploymentDeps;

const Work = z.object({
  kind: z.enum([
    'log_excerpt',
    'pipeline_report',
    'rollback_seen',
    'rollback_job',
    'deployment_ended',
    'task',
    'revoke_tokens',
    'approval_gate',
  ]),
});

/** Carries out one piece of work that we gave ourselves: what a reply still lacks, or what is told of a deployment. */
export async function followUp(row: InboxRow, deps: FollowUpDeps): Promise<void> {
  switch (Work.parse(JSON.parse(row.body)).kind) {
    case 'log_excerpt':
      return addLogExcerpt(row, deps);
    case 'pipeline_report':
      return addReport(row, deps);
    case 'rollback_seen':
      return tellRollback(row, deps);
    case 'rollback_job':
      return tellRollbackJob(row, deps);
    case 'deployment_ended':
      return tellEndedDeployment(row, deps);
    case 'task':
      return carryOutTask(row, deps);
    case 'revoke_tokens':
      return revokeTokens(row, deps);
    case 'approval_gate':
      return observeDeployment(row, deps);
  }
}
