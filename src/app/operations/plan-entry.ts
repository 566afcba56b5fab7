import type { Actor } from '../../domain/actor.ts';
import type { AuditEntry } from '../../domain/audit.ts';
import type { Plan } from '../../domain/plan.ts';
import { decisionFacts } from '../audit/decision-facts.ts';
import { subjectOf } from '../input/deed-subject.ts';
import type { Settings } from '../ports.ts';

/** What every entry of a press on a plan's button says: the plan, who pressed where, and by which rules. */
export function planEntry(
  about: {
    readonly press: { readonly planId: string; readonly channel: string; readonly threadTs?: string | undefined };
    readonly plan: Plan | undefined;
    readonly now: Date;
  },
  actor: Actor,
  settings: Settings,
): Omit<AuditEntry, 'action' | 'outcome'> {
  const { press, plan, now } = about;
  const from = { at: now, actor, planId: press.planId, channel: press.channel, threadTs: press.threadTs };
  if (!plan) return from;
  const { deed } = plan;
  const subject = subjectOf(deed);
  if (deed.kind === 'task') return { ...from, ...subject, ...decisionFacts(subject, settings) };
  const { live, pipelineUrl: url } = deed;
  const facts = decisionFacts({ ...subject, url }, settings);
  return { ...from, ...subject, ...facts, fromVersion: live?.version, fromSha: live?.sha };
}
