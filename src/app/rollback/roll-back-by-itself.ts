import { InvariantError, isOfGitLab, NotFoundError, PayloadError } from '../../domain/errors.ts';
import { isRun, type Operation, type Step } from '../../domain/operation.ts';
import { judgeOwnRollback, type OwnRollback } from '../../domain/own-rollback.ts';
import type { Phrase } from '../../domain/phrase.ts';
import type { Plan, RollbackPlan } from '../../domain/plan.ts';
import { type EnvironmentRule, environmentRule, type ProjectRules } from '../../domain/project.ts';
import type { GitLabReads } from '../gitlab-ports.ts';
import { createContext } from '../input/command-context.ts';
import { lockForBot } from '../locks/pass-locks.ts';
import { lookAgain } from '../operations/change-operation.ts';
import { operationEntry } from '../operations/record-operation.ts';
import { showOperation, startOperation } from '../operations/start-operation.ts';
import { loadPipeline } from '../pipelines/load-pipeline.ts';
import type { SlackGateway } from '../ports.ts';
import { type EndBadlyDeps, endBadly } from './end-badly.ts';
import { planOwnRollback } from './plan-rollback.ts';
import { tellByItself } from './tell-by-itself.ts';

export interface RollBackByItselfDeps extends EndBadlyDeps {
  readonly gitlab: GitLabReads;
  readonly slack: Pick<SlackGateway, 'place' | 'groupMembers'>;
  readonly maskSecrets: (text: string) => string;
}

const lookAgainMs = 5_000;

/** A deploy that was not verified, in an environment that is to be taken back by itself. */
interface Bad {
  readonly operation: Operation;
  readonly step: Step;
  readonly rules: ProjectRules;
  readonly rule: EnvironmentRule;
}

/**
 * Ends a deploy that was not verified by taking its environment back, where that is configured: once, since a rollback
 * that fails is not taken back itself, and never beside the pipeline's own rollback job, which is waited for. False: it
 * is not that kind of failure, and ends as any other.
 */
export async function rollBackByItself(operation: Operation, deps: RollBackByItselfDeps): Promise<boolean> {
  const bad = findBad(operation, deps);
  if (!bad) return false;
  try {
    const own = await readOwnRollback(bad, deps);
    if (own.kind === 'wait') await lookAgain(operation, lookAgainMs, deps);
    else if (own.kind === 'none') await rollBack(bad, deps);
    else await leaveToPipeline(bad, own, deps);
  } catch (error) {
    if (!isOfGitLab(error)) throw error;
    deps.log.warn({ operation_id: operation.id, err: error }, 'cannot see how to roll back, will look again');
    await lookAgain(operation, lookAgainMs, deps);
  }
  return true;
}

function findBad(operation: Operation, { settings }: RollBackByItselfDeps): Bad | undefined {
  const step = operation.steps.find(({ state }) => state === 'failed');
  const isVerification = step?.kind === 'verify' || step?.kind === 'probe';
  if (operation.kind !== 'deploy' || !step || !isVerification) return undefined;
  const rules = settings().rulesFor(operation.project.path);
  const rule = rules && environmentRule(rules, operation.environment);
  if (!rules || rule?.rollback?.auto !== true) return undefined;
  return { operation, step, rules, rule };
}

async function readOwnRollback({ operation, step, rule }: Bad, deps: RollBackByItselfDeps): Promise<OwnRollback> {
  const { project, pipelineId, release, environment, steps, createdAt } = operation;
  const [graph, jobs] = await Promise.all([
    // A pipeline without a file of its own, as a child has it, tells no rollback jobs.
    deps.gitlab.ciGraph(project.id, release.sha).catch((error: unknown) => {
      if (error instanceof PayloadError || error instanceof NotFoundError) return { jobs: [] };
      throw error;
    }),
    deps.gitlab.jobs(project.id, pipelineId),
  ]);
  const deployed = steps.find((other) => isRun(other) && other.environment === environment);
  const now = deps.clock.now();
  return judgeOwnRollback(
    { ciJobs: graph.jobs, jobs },
    {
      environment,
      configured: rule.rollback?.jobs,
      deployedAt: deployed?.endedAt ?? createdAt,
      failedAt: step.endedAt ?? now,
      now,
    },
  );
}

async function rollBack(bad: Bad, deps: RollBackByItselfDeps): Promise<void> {
  const { operation, rules } = bad;
  const { project, environment, requester, channel, release } = operation;
  const now = deps.clock.now();
  const who = { actor: requester, slackName: requester.slackUserId, restricted: false, timezone: 'UTC' };
  const context = await createContext({ ...who, channel, now }, { ...deps, invite: undefined });
  const known = await deps.gitlab.environmentNamed(project.id, environment);
  const planned = await planOwnRollback(
    {
      project: { rules, ref: project },
      environment: { name: environment, known },
      version: undefined,
      reason: undefined,
      abort: false,
      from: release.sha,
    },
    context,
  );
  if (planned.kind === 'refused') return giveUp(bad, planned.refusal.fact, deps);
  if (planned.kind !== 'planned' || planned.deed.kind !== 'rollback')
    throw new InvariantError('a rollback was planned as something else');
  await begin(bad, { ...planned.deed, channel, lock: bad.rule.rollback?.lock ?? true }, deps);
}

/** The deploy ends and the rollback begins together, so that nobody takes the environment in between. */
async function begin(bad: Bad, deed: RollbackPlan, deps: RollBackByItselfDeps): Promise<void> {
  const { operation, rule } = bad;
  const { oncall } = rule;
  const { pipeline, above } = await loadPipeline(deed.project, deed.pipelineId, deps);
  const ended = await endBadly(
    operation,
    {
      change: { takenBack: { by: 'chatops', to: deed.release.version } },
      isTakenOver: true,
      also: async (tables, now) => {
        const plan: Plan = {
          id: `by-itself-${operation.id}`,
          state: 'claimed',
          requester: operation.requester,
          deed,
          createdAt: now,
          expiresAt: now,
        };
        const started = await startOperation(tables, { plan, deed, pipeline, above, id: `back-${operation.id}`, now });
        const rollback: Operation = { ...started, byItself: { because: operation.id, oncall } };
        if (!(await tables.operations.add(rollback)))
          throw new InvariantError('another operation became active inside the transaction');
        await showOperation(tables, { operation: rollback, pipeline, now });
        await tables.audit.append({
          ...operationEntry(rollback, now),
          action: 'rollback.by_itself',
          outcome: 'allowed',
          reason: 'not_verified',
        });
        const what = { kind: 'begun', to: deed.release.version, locks: deed.lock } as const;
        await tellByItself(tables, { operation, what, oncall, rootKey: rollback.rootKey }, now);
      },
    },
    deps,
  );
  if (ended) deps.wake('operations');
}

async function giveUp(bad: Bad, fact: Phrase, deps: RollBackByItselfDeps): Promise<void> {
  const { operation, rule } = bad;
  await endBadly(
    operation,
    {
      isTakenOver: false,
      also: async (tables, now) => {
        await tables.audit.append({
          ...operationEntry(operation, now),
          actor: 'chatops',
          action: 'rollback.by_itself',
          outcome: 'refused',
          reason: 'no_way_back',
        });
        const what = { kind: 'impossible', fact } as const;
        await tellByItself(tables, { operation, what, oncall: rule.oncall, rootKey: operation.rootKey }, now);
      },
    },
    deps,
  );
}

/** A rollback job of the pipeline is the same thing: it is told and locked as ours would be, and not done again. */
async function leaveToPipeline(
  bad: Bad,
  own: Extract<OwnRollback, { job: string }>,
  deps: RollBackByItselfDeps,
): Promise<void> {
  const { operation, rule } = bad;
  const { environment, release } = operation;
  const kinds = { ran: 'job_did', failed: 'job_failed', overdue: 'job_overdue' } as const;
  const outcomes = { ran: 'succeeded', failed: 'failed', overdue: 'unknown' } as const;
  const locks = rule.rollback?.lock !== false;
  await endBadly(
    operation,
    {
      change: own.kind === 'ran' ? { takenBack: { by: 'pipeline', job: own.job } } : {},
      isTakenOver: locks,
      also: async (tables, now) => {
        await tables.audit.append({
          ...operationEntry(operation, now),
          actor: 'chatops',
          action: 'rollback.observed',
          outcome: outcomes[own.kind],
          reason: 'job_of_pipeline',
        });
        const what = { kind: kinds[own.kind], job: own.job } as const;
        await tellByItself(tables, { operation, what, oncall: rule.oncall, rootKey: operation.rootKey }, now);
        if (!locks) return;
        const did = { ran: 'took it back', failed: 'could not take it back', overdue: 'may take it back' }[own.kind];
        const reason = `${release.version} is bad: ${own.job} ${did}`;
        await lockForBot(tables, { operation, environment, reason, bad: release.version }, now);
      },
    },
    deps,
  );
}
