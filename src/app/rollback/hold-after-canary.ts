import { badCanaryStep } from '../../domain/bad-canary.ts';
import type { Operation } from '../../domain/operation.ts';
import { environmentRule } from '../../domain/project.ts';
import { lockForBot } from '../locks/pass-locks.ts';
import { type EndBadlyDeps, endBadly } from './end-badly.ts';
import { tellByItself } from './tell-by-itself.ts';

/**
 * Ends a deploy whose canary was bad where `rollback.auto` is on. With the canary gone the version is taken back, since
 * the environment itself never got it: it is locked against the next try, and who is on call hears of it. False: it is
 * not that kind of failure, and ends as any other.
 */
export async function holdAfterCanary(operation: Operation, deps: EndBadlyDeps): Promise<boolean> {
  const { project, environment, release } = operation;
  const rules = deps.settings().rulesFor(project.path);
  const rule = rules && environmentRule(rules, environment);
  if (rule?.rollback?.auto !== true || !badCanaryStep(operation)) return false;
  const locks = rule.rollback.lock ?? true;
  await endBadly(
    operation,
    {
      isTakenOver: locks,
      also: async (tables, now) => {
        const what = { kind: 'canary', locks } as const;
        await tellByItself(tables, { operation, what, oncall: rule.oncall, rootKey: operation.rootKey }, now);
        if (!locks) return;
        const reason = `${release.version} is bad: its canary did not pass`;
        await lockForBot(tables, { operation, environment, reason, bad: release.version, because: 'bad_canary' }, now);
      },
    },
    deps,
  );
  return true;
}
