import { renderDeployment } from '../../cards/deployment.ts';
import { renderFixed } from '../../cards/fixed.ts';
import { renderGateReached } from '../../cards/gate-reached.ts';
import { renderJobFailed } from '../../cards/job-failed.ts';
import { renderPipelineFailed } from '../../cards/pipeline-failed.ts';
import { renderPipelineStarted } from '../../cards/pipeline-started.ts';
import { renderPipelineSucceeded } from '../../cards/pipeline-succeeded.ts';
import { renderStillFailing } from '../../cards/still-failing.ts';
import type { Person } from '../../domain/actor.ts';
import type { Mention } from '../../domain/mention.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import { environmentRule, type ProjectRules } from '../../domain/project.ts';
import type { PipelineReport } from '../../domain/test-report.ts';
import type { Notice } from '../../domain/thread.ts';
import type { SlackContent } from '../ports.ts';

/**
 * The card of a notice. `excerpt`: the last lines of the failed job's log, `report`: what the jobs of the ended pipeline
 * reported, once they were read.
 */
export function renderNotice(about: {
  readonly notice: Notice;
  readonly pipeline: Pipeline;
  readonly excerpt?: readonly string[];
  readonly report?: PipelineReport | undefined;
  readonly askedBy?: Person | undefined;
  /** Whom a failure calls. */
  readonly mention?: Mention | undefined;
  /** What is configured for the pipeline's project. */
  readonly rules?: ProjectRules | undefined;
}): SlackContent {
  const { notice, pipeline, excerpt, report, askedBy, mention, rules } = about;
  switch (notice.kind) {
    case 'job_failed':
      return renderJobFailed({ pipeline, job: notice.job, excerpt, mention });
    case 'pipeline_failed':
      return renderPipelineFailed({ pipeline, jobs: notice.jobs, report, mention });
    case 'still_failing':
      return renderStillFailing({ pipeline, jobs: notice.jobs, report, mention });
    case 'pipeline_started':
      return renderPipelineStarted({ pipeline });
    case 'pipeline_succeeded':
      return renderPipelineSucceeded({ pipeline, report });
    case 'fixed':
      return renderFixed({ pipeline, report });
    case 'gate_reached':
      return renderGateReached({ pipeline, job: notice.job });
    case 'deployment': {
      const { deployment, outcome, job } = notice;
      const rule = rules && environmentRule(rules, deployment.environment);
      return renderDeployment({ pipeline, deployment, outcome, job, excerpt, askedBy, mention, rule });
    }
  }
}
