import { explainGateRefusal, type GateSubject } from '../cards/gate-refused.ts';
import { commandLine } from '../domain/command-line.ts';
import type { Deployment } from '../domain/deployment.ts';
import { type FreezePeriod, type FreezeWindow, freezeNow } from '../domain/freeze.ts';
import { decideGates, firstRefusal } from '../domain/gates.ts';
import type { Job } from '../domain/job.ts';
import { bold, type Phrase, say } from '../domain/phrase.ts';
import { environmentRule, type ProjectRules } from '../domain/project.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Release } from '../domain/release.ts';
import type { CommandContext, ProjectContext } from './command.ts';
import type { GitLabReads } from './gitlab-ports.ts';
import type { FreezeCalendar, Settings } from './ports.ts';

/** So many deployments of an environment that comes first are looked through for the commit. */
const historyLength = 100;

/** A deploy that stands before the gates of its environment. */
export interface GatesAsked {
  readonly project: ProjectContext;
  readonly environment: string;
  readonly release: Release;
  readonly jobs: readonly Job[];
  readonly pipelineUrl: string;
  /** GitLab's own freezes; undefined: it does not show them to us. */
  readonly periods: readonly FreezePeriod[] | undefined;
}

/** What the gates say, the lock's aside, which has words of its own. */
export interface GatesRead {
  readonly refusal: Refusal | undefined;
  readonly warnings: readonly Phrase[];
}

/** The freeze that holds in an environment now, GitLab's or ours. @throws GitLabError, NotFoundError, PayloadError */
export async function readFreeze(
  about: { readonly projectId: number; readonly rules: ProjectRules | undefined; readonly environment: string },
  deps: { readonly gitlab: Pick<GitLabReads, 'freezePeriods'>; readonly settings: Settings; readonly now: Date },
): Promise<FreezeWindow | undefined> {
  const { gitlab, settings, now } = deps;
  const periods = await gitlab.freezePeriods(about.projectId);
  const rule = about.rules && environmentRule(about.rules, about.environment);
  const at = { calendar: settings.freezes, now };
  return freezeNow(holding(periods ?? [], rule?.freeze ?? [], at), now);
}

/**
 * Asks freezes, allowed versions, order and required jobs. One round trip, where `after` is configured; else none.
 * @throws GitLabError when GitLab does not answer: then nobody knows whether the gates are open.
 */
export async function readGates(asked: GatesAsked, context: CommandContext): Promise<GatesRead> {
  const { project, environment, release, jobs, periods } = asked;
  const { gitlab, now, settings } = context;
  const rule = environmentRule(project.rules, environment);
  const after = rule?.after ?? [];
  const earlier = await Promise.all(
    after.map(
      async (name): Promise<[string, readonly Deployment[]]> => [
        name,
        await gitlab.deploymentsOf(project.ref.id, name, historyLength),
      ],
    ),
  );
  const subject = subjectOf(asked, context);
  const problem = (periods ?? []).map((period) => settings.freezes.problem(period)).find((text) => text !== undefined);
  if (problem !== undefined) return { refusal: freezeUnreadable(subject, problem), warnings: [] };
  const refusal = firstRefusal(
    decideGates({
      deed: 'deploy',
      actor: context.actor,
      environment,
      release,
      rules: { versions: rule?.versions, after, requires: rule?.requires ?? [] },
      locks: [],
      freezes: holding(periods ?? [], rule?.freeze ?? [], { calendar: settings.freezes, now }),
      jobs,
      earlier: new Map(earlier),
      now,
    }),
  );
  return {
    refusal: refusal && refusal.reason !== 'locked' ? explainGateRefusal(refusal, subject) : undefined,
    warnings: periods === undefined ? [unseen()] : [],
  };
}

/** The freezes that hold now, GitLab's and ours. */
function holding(
  ofGitLab: readonly FreezePeriod[],
  ours: readonly FreezePeriod[],
  { calendar, now }: { readonly calendar: FreezeCalendar; readonly now: Date },
): readonly FreezeWindow[] {
  const windows = (periods: readonly FreezePeriod[], source: FreezeWindow['source']): readonly FreezeWindow[] =>
    periods.flatMap((period) => {
      const window = calendar.at(period, now);
      return window ? [{ source, ...window }] : [];
    });
  return [...windows(ofGitLab, 'gitlab'), ...windows(ours, 'settings')];
}

function subjectOf({ project, environment, release, pipelineUrl }: GatesAsked, context: CommandContext): GateSubject {
  return {
    environment,
    version: release.version,
    pipelineUrl,
    environmentsUrl: `${project.ref.url}/-/environments`,
    deployTo: (name) => commandLine(context.settings.commandPrefix, '/deploy', [name, release.version]),
  };
}

/** A freeze that nobody can judge may be holding now. */
function freezeUnreadable({ version, environment }: GateSubject, problem: string): Refusal {
  return {
    code: 'freeze_unreadable',
    notDone: say`${version} was not deployed to ${bold(environment)}.`,
    fact: say`One of GitLab's deploy freezes ${problem}, so I cannot tell whether it holds now.`,
    todo: [
      { kind: 'say', phrase: say`Ask a maintainer to change it in GitLab, under Settings, CI/CD, Deploy freezes.` },
    ],
  };
}

function unseen(): Phrase {
  return say`GitLab shows its deploy freezes to Maintainers only, and I am none here: whether one holds was not asked.`;
}
