import { renderGitLabBack } from '../../cards/gitlab-back.ts';
import { GitLabError, NotFoundError, PayloadError } from '../../domain/errors.ts';
import { waitedOperation } from '../../domain/wait.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import { messageUrl } from '../notices/open-thread.ts';
import type { Clock, Log, Settings, Wake } from '../ports.ts';
import type { Store } from '../store-ports.ts';

export interface TellBackDeps {
  readonly settings: () => Settings;
  readonly gitlab: Pick<GitLabReads, 'project'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly log: Log;
}

/** Tells everybody who waits for GitLab that it answers again, once. GitLab is asked only while somebody waits. */
export async function tellBack(deps: TellBackDeps): Promise<void> {
  const waits = await deps.store.tables.gitlabWaits.all();
  if (waits.length === 0 || !(await isBack(deps))) return;
  const now = deps.clock.now();
  const { commandPrefix } = deps.settings();
  await deps.store.transaction(async (tables) => {
    for (const wait of waits) {
      if (!(await tables.gitlabWaits.remove(wait))) continue;
      const { channel, slackUserId, line, since } = wait;
      const key = `${channel}/gitlab_back:${slackUserId}:${line}/${since.getTime()}`;
      const operationId = waitedOperation(wait);
      const operation = operationId === undefined ? undefined : await tables.operations.find(operationId);
      const pressed = operation && { operation, url: messageUrl(operation.rootKey) };
      const card = renderGitLabBack({ wait, commandPrefix, pressed });
      await tables.outbox.put({ key, channel, rootKey: undefined, lane: 'answer', ...card }, now);
    }
  });
  deps.log.info({ told: waits.length }, 'gitlab answers again');
  deps.wake('outbox');
}

/** Neither a page instead of JSON nor a refused token is the GitLab that they wait for. A project is never kept in memory. */
async function isBack({ settings, gitlab, log }: TellBackDeps): Promise<boolean> {
  const [rules] = settings().projects;
  if (!rules) return false;
  try {
    await gitlab.project(rules.path);
    return true;
  } catch (error) {
    // It answers, if only for others.
    if (error instanceof NotFoundError) return true;
    if (!(error instanceof GitLabError || error instanceof PayloadError)) throw error;
    log.debug({ err: error }, 'gitlab does not answer yet');
    return false;
  }
}
