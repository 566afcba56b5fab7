import { explainGateRefusal, type GateSubject } from '../../cards/gate-refused.ts';
import { commandLine } from '../../domain/command-line.ts';
import type { FreezePeriod, FreezeWindow } from '../../domain/freeze.ts';
import {
  decideGates,
  type Earlier,
  type Exemption,
  findOrder,
  type GateAnswer,
  type GateName,
} from '../../domain/gates.ts';
import type { Job } from '../../domain/job.ts';
import type { Lock } from '../../domain/lock.ts';
import { bold, type Phrase, say } from '../../domain/phrase.ts';
import { type EnvironmentRule, environmentRule, type ProjectRules } from '../../domain/project.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Release } from '../../domain/release.ts';
import type { CommandContext, ProjectContext } from '../command.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import { refuseLocked } from '../locks/lock-gate.ts';
import { readLockRights } from '../locks/lock-rights.ts';
import type { FreezeCalendar, Settings } from '../ports.ts';
import { mayOverride } from './deploy-rights.ts';

/** A deploy that stands before the gates of its environments. */
export interface GatesAsked {
  readonly project: ProjectContext;
  /** The environment that it is for. */
  readonly target: string;
  /** Those on the way there, whose own gates are asked as well. */
  readonly way: readonly string[];
  readonly release: Release;
  readonly jobs: readonly Job[];
  /** Required jobs that are waited for, by name. */
  readonly awaited?: readonly string[] | undefined;
  readonly pipelineUrl: string;
  /** GitLab's own freezes; undefined: it does not show them to us. */
  readonly periods: readonly FreezePeriod[] | undefined;
  /** The person goes past our freeze and the order, and may. */
  readonly overrides: boolean;
  /** The lock that the person wants to release with the deploy. */
  readonly unlock: string | undefined;
  /** The command that leads to this deploy again; see `Locked`. */
  readonly line: (unlocks?: string) => string;
}

/** What one gate says, in the words for it where it is closed, or would be. */
export interface ShownGate {
  readonly gate: GateName;
  readonly environment: string;
  /** `later`: nothing is in the way now, but others have to agree. */
  readonly answer: GateAnswer['answer'] | 'later';
  readonly because?: Exemption | undefined;
  readonly refusal?: Refusal | undefined;
  /** What is to be known of an answer that has no refusal. */
  readonly said?: Phrase | undefined;
}

/** What the gates say of every environment on the way. */
export interface GatesRead {
  readonly gates: readonly ShownGate[];
  readonly warnings: readonly Phrase[];
  /** The bot's own locks that are released with the deploy. */
  readonly unlocks: readonly string[];
}

/** The freezes that hold now in any of these environments, GitLab's and ours. @throws GitLabError, NotFoundError, PayloadError */
export async function readFreezes(
  about: {
    readonly projectId: number;
    readonly rules: ProjectRules | undefined;
    readonly environments: readonly string[];
  },
  deps: { readonly gitlab: Pick<GitLabReads, 'freezePeriods'>; readonly settings: Settings; readonly now: Date },
): Promise<readonly FreezeWindow[]> {
  const { gitlab, settings, now } = deps;
  const { projectId, rules, environments } = about;
  const periods = (await gitlab.freezePeriods(projectId)) ?? [];
  const ours = environments.flatMap((name) => (rules && environmentRule(rules, name)?.freeze) ?? []);
  return holding(periods, ours, { calendar: settings.freezes, now });
}

/** Whether the order would stop that release in this environment. @throws GitLabError, NotFoundError, PayloadError */
export async function isOutOfOrder(
  asked: Pick<GatesAsked, 'project' | 'release'>,
  environment: string,
  deps: Pick<CommandContext, 'gitlab'>,
): Promise<boolean> {
  const { rule, earlier } = await readEarlier(asked, environment, deps);
  return findOrder({ rules: { after: rule?.after ?? [] }, release: asked.release, earlier }) !== undefined;
}

/**
 * Asks locks, freezes, allowed versions, order and required jobs of every environment on the way, each by its own
 * rules. One round trip where `after` is configured, a few where those environments have a long history; else none.
 * @throws GitLabError, StoreError when one cannot be read: then nobody knows whether the gates are open.
 */
export async function readGates(asked: GatesAsked, context: CommandContext): Promise<GatesRead> {
  const { project, target, way, periods } = asked;
  const environments = [...new Set([target, ...way])];
  const [locks, { mayBreak }, isOverrider, ...answered] = await Promise.all([
    context.tables.locks.ofProject(project.ref.id),
    readLockRights(project, context),
    mayOverride(project, context),
    ...environments.map((environment) => readEarlier(asked, environment, context)),
  ]);
  const about: About = { asked, context, locks, mayBreak, isOverrider };
  const gates = answered.flatMap(({ environment, rule, earlier }) => answersOf(about, { environment, rule, earlier }));
  const unlocks = gates.some(({ because }) => because === 'unlock') && asked.unlock !== undefined ? [asked.unlock] : [];
  return { gates, unlocks, warnings: periods === undefined ? [unseen()] : [] };
}

interface About {
  readonly asked: GatesAsked;
  readonly context: CommandContext;
  readonly locks: readonly Lock[];
  readonly mayBreak: boolean;
  readonly isOverrider: boolean;
}

interface OfEnvironment {
  readonly environment: string;
  readonly rule: EnvironmentRule | undefined;
  readonly earlier: ReadonlyMap<string, Earlier>;
}

async function readEarlier(
  { project, release }: Pick<GatesAsked, 'project' | 'release'>,
  environment: string,
  { gitlab }: Pick<CommandContext, 'gitlab'>,
): Promise<OfEnvironment> {
  const rule = environmentRule(project.rules, environment);
  const earlier = await Promise.all(
    (rule?.after ?? []).map(
      async (name): Promise<[string, Earlier]> => [
        name,
        await gitlab.endedDeploymentsOf(project.ref.id, name, release.sha),
      ],
    ),
  );
  return { environment, rule, earlier: new Map(earlier) };
}

function answersOf(about: About, { environment, rule, earlier }: OfEnvironment): readonly ShownGate[] {
  const { asked, context, locks, mayBreak } = about;
  const { periods, release, jobs, awaited, overrides, unlock } = asked;
  const { settings, now, actor } = context;
  const subject = subjectOf(about, environment);
  const isBots = locks.some(({ id, holder }) => id === unlock && holder === 'chatops');
  const answers = decideGates({
    deed: overrides ? 'override' : 'deploy',
    actor,
    environment,
    release,
    rules: { versions: rule?.versions, after: rule?.after ?? [], requires: rule?.requires ?? [] },
    locks,
    freezes: holding(periods ?? [], rule?.freeze ?? [], { calendar: settings.freezes, now }),
    jobs,
    awaited,
    unlocks: isBots && mayBreak ? unlock : undefined,
    earlier,
    now,
  });
  const problem = (periods ?? []).map((period) => settings.freezes.problem(period)).find((text) => text !== undefined);
  return answers.map((said): ShownGate => {
    if (said.gate === 'freeze' && problem !== undefined)
      return { gate: 'freeze', environment, answer: 'refuse', refusal: freezeUnreadable(subject, problem) };
    if (said.answer === 'pass') return { ...said, environment };
    const { refusal } = said;
    const told =
      refusal.reason === 'locked' ? explainLocked(about, refusal.lock, subject) : explainGateRefusal(refusal, subject);
    return { ...said, environment, refusal: told };
  });
}

function explainLocked({ asked, context, mayBreak }: About, lock: Lock, subject: GateSubject): Refusal {
  const { project, line } = asked;
  const { environment, version, target } = subject;
  const notDone = say`${version} was not deployed to ${bold(target)}.`;
  return refuseLocked(lock, { project, environment, version, notDone, line, mayBreak }, context);
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

function subjectOf({ asked, context, isOverrider }: About, environment: string): GateSubject {
  const { project, target, release, pipelineUrl } = asked;
  const deployTo = (name: string, ...flags: readonly string[]): string =>
    commandLine(context.settings.commandPrefix, '/deploy', [name, release.version, ...flags]);
  return {
    target,
    environment,
    version: release.version,
    pipelineUrl,
    environmentsUrl: `${project.ref.url}/-/environments`,
    deployTo,
    override: isOverrider ? deployTo(target, '--override', 'why it cannot wait') : undefined,
  };
}

/** A freeze that nobody can judge may be holding now. */
function freezeUnreadable({ version, target }: GateSubject, problem: string): Refusal {
  return {
    code: 'freeze_unreadable',
    notDone: say`${version} was not deployed to ${bold(target)}.`,
    fact: say`One of GitLab's deploy freezes ${problem}, so I cannot tell whether it holds now.`,
    todo: [
      { kind: 'say', phrase: say`Ask a maintainer to change it in GitLab, under Settings, CI/CD, Deploy freezes.` },
    ],
  };
}

function unseen(): Phrase {
  return say`GitLab shows its deploy freezes to Maintainers only, and I am none here: whether one holds was not asked.`;
}
