import { type ProcessSlackInputDeps, processSlackInput } from '../app/input/process-slack-input.ts';
import { type FollowUpDeps, followUp } from '../app/notices/follow-up.ts';
import { createReportReader } from '../app/notices/read-report.ts';
import { type TellOutsideDeps, tellOutside } from '../app/outside/tell-outside.ts';
import { type ProcessDeliveryDeps, processDelivery } from '../app/pipelines/process-delivery.ts';
import { startInboxWorker } from './inbox-worker.ts';
import type { Loop, LoopDeps } from './loop.ts';

/** How many commands and clicks are worked on side by side; each waits mostly for GitLab. */
const commandsAtOnce = 8;
const followUpsAtOnce = 4;
/** Grafana and mail have a worker of their own, so that one which hangs holds up nothing else. */
const outsideAtOnce = 2;
/** With pauses of up to five minutes that is about two hours. */
const outsideAttempts = 36;

/** Starts one worker for each source of input. */
export function startInboxWorkers(
  deps: ProcessDeliveryDeps &
    ProcessSlackInputDeps &
    Parameters<typeof createReportReader>[0] &
    Omit<FollowUpDeps, 'readReport'> &
    TellOutsideDeps &
    LoopDeps,
): readonly Loop[] {
  const followUpDeps = { ...deps, readReport: createReportReader(deps) };
  return [
    startInboxWorker({ name: 'gitlab', atOnce: 1 }, { ...deps, handle: (row) => processDelivery(row, deps) }),
    startInboxWorker(
      { name: 'slack', atOnce: commandsAtOnce },
      { ...deps, handle: (row) => processSlackInput(row, deps) },
    ),
    startInboxWorker(
      { name: 'internal', atOnce: followUpsAtOnce },
      { ...deps, handle: (row) => followUp(row, followUpDeps) },
    ),
    startInboxWorker(
      { name: 'outside', atOnce: outsideAtOnce, attempts: outsideAttempts },
      { ...deps, handle: (row) => tellOutside(row, deps) },
    ),
  ];
}
