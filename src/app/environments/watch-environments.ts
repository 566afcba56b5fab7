import { isOfGitLab } from '../../domain/errors.ts';
import type { ProjectRef, ProjectRules } from '../../domain/project.ts';
import { isStale, isWatchedEnvironment } from '../../domain/watchdog.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import type { Clock, Log, Settings, Wake } from '../ports.ts';
import { resolveProject } from '../projects/resolve-project.ts';
import type { Store } from '../store-ports.ts';
import { alertEnvironment } from './alert-environment.ts';
import { rememberEnvironments } from './remember-environments.ts';

export interface WatchEnvironmentsDeps {
  readonly settings: () => Settings;
  readonly gitlab: Pick<GitLabReads, 'project' | 'environmentsNow' | 'successfulDeployments'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly log: Log;
}

/** Of one project; more are hardly of tier production. */
const environmentsRead = 12;
const successesRead = 20;

/** Tells, once each, of environments without a successful deployment for as long as `watchdog.no_deploy` says. */
export async function watchEnvironments(deps: WatchEnvironmentsDeps): Promise<void> {
  const { projects, watchdog } = deps.settings();
  if (watchdog.noDeployMs === undefined) return;
  for (const rules of projects) {
    try {
      await watchProject(rules, await resolveProject(rules.path, deps), deps);
    } catch (error) {
      if (!isOfGitLab(error)) throw error;
      deps.log.warn({ project: rules.path, err: error }, 'environments could not be read, will look again');
    }
  }
}

async function watchProject(rules: ProjectRules, project: ProjectRef, deps: WatchEnvironmentsDeps): Promise<void> {
  await readOnce(project, deps);
  const now = deps.clock.now();
  const { watchdog } = deps.settings();
  const told = await deps.store.transaction(async (tables) => {
    const records = await tables.environments.ofProject(project.id);
    const stale = records.filter((each) => isWatchedEnvironment(each, rules) && isStale(each, watchdog, now));
    for (const record of stale) {
      await alertEnvironment(tables, { record, trouble: 'stale', project, rules, now });
      await tables.environments.save({ ...record, staleToldAfter: record.live?.deploymentId });
    }
    return stale.length;
  });
  if (told > 0) deps.wake('outbox');
}

/** What was deployed before we came is asked for once; later each deployment is heard of as it ends. */
async function readOnce(project: ProjectRef, deps: WatchEnvironmentsDeps): Promise<void> {
  const fact = `environments_read/${project.id}`;
  if ((await deps.store.tables.meta.get(fact)) !== undefined) return;
  const environments = (await deps.gitlab.environmentsNow(project.id))
    .toSorted((a, b) => Number(b.tier === 'production') - Number(a.tier === 'production'))
    .slice(0, environmentsRead);
  const heard = await Promise.all(
    environments.map(async ({ name, tier, url }) => {
      const successes = await deps.gitlab.successfulDeployments(project.id, name, successesRead);
      return { projectId: project.id, environment: name, tier, url, successes };
    }),
  );
  const now = deps.clock.now();
  await deps.store.transaction(async (tables) => {
    await rememberEnvironments(tables, heard, now);
    await tables.meta.set(fact, String(now.getTime()));
  });
}
