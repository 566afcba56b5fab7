import type { GateRefusal } from '../domain/gates.ts';
import type { Job } from '../domain/job.ts';
import { bold, code, join, link, type Phrase, say, time } from '../domain/phrase.ts';
import type { Refusal, Todo } from '../domain/refusal.ts';

/** What a deploy was about that a gate stopped. */
export interface GateSubject {
  /** The environment that the deploy is for. */
  readonly target: string;
  /** The one whose gate is asked: the target, or one on the way there. */
  readonly environment: string;
  readonly version: string;
  readonly pipelineUrl: string;
  readonly environmentsUrl: string;
  /** How the same is asked for another environment, as installed: `/deploy staging v1.4.0`. */
  readonly deployTo: (environment: string) => string;
  /** The line that goes past our freeze and the order, for those who may; undefined: this person may not. */
  readonly override?: string | undefined;
}

/** Says which gate is closed, until when or for want of what, and the one thing to do about it. */
export function explainGateRefusal(refusal: Exclude<GateRefusal, { reason: 'locked' }>, about: GateSubject): Refusal {
  const notDone = say`${about.version} was not deployed to ${bold(about.target)}.`;
  const { fact, todo } = explain(refusal, about);
  return { code: refusal.reason, notDone, fact, todo: [...todo, ...overrideTodo(refusal, about)] };
}

/** GitLab's own freeze is nobody's to override, and neither are versions and checks. */
function overrideTodo(refusal: GateRefusal, { override }: GateSubject): readonly Todo[] {
  const isOurs =
    refusal.reason === 'not_deployed_before' ||
    refusal.reason === 'failed_before' ||
    refusal.reason === 'order_unknown' ||
    (refusal.reason === 'frozen' && refusal.freeze.source === 'settings');
  if (override === undefined || !isOurs) return [];
  return [
    { kind: 'say', phrase: say`In an emergency, with a reason that everybody reads:` },
    { kind: 'type', line: override },
  ];
}

function explain(
  refusal: Exclude<GateRefusal, { reason: 'locked' }>,
  about: GateSubject,
): { readonly fact: Phrase; readonly todo: readonly Todo[] } {
  switch (refusal.reason) {
    case 'frozen': {
      const whose = refusal.freeze.source === 'gitlab' ? ' by a deploy freeze in GitLab' : '';
      return {
        fact: say`${bold(about.environment)} is frozen${whose} since ${time(refusal.freeze.from)}, until ${time(refusal.freeze.to)}.`,
        todo: [
          { kind: 'say', phrase: say`After ${time(refusal.freeze.to)}, type:` },
          { kind: 'type', line: about.deployTo(about.target) },
        ],
      };
    }
    case 'version_not_allowed':
      return {
        fact: say`Only versions that match ${code(refusal.versions)} may go to ${bold(about.environment)}.`,
        todo: [
          {
            kind: 'say',
            phrase: say`Deploy a version of that form, or have ${code('versions')} changed in chatops.yml.`,
          },
        ],
      };
    case 'not_deployed_before':
      return {
        fact: say`Its commit was not deployed with success to ${bold(refusal.environment)} yet, which comes first.`,
        todo: [{ kind: 'type', line: about.deployTo(refusal.environment) }],
      };
    case 'failed_before': {
      const { changedAt, createdAt } = refusal.deployment;
      const at = changedAt ?? createdAt;
      return {
        fact: say`Its newest deployment to ${bold(refusal.environment)}, which comes first, failed${at ? say` (${time(at)})` : []}.`,
        todo: [{ kind: 'open', label: `See the deployments of ${refusal.environment}`, url: about.environmentsUrl }],
      };
    }
    case 'order_unknown':
      return {
        fact: say`${bold(refusal.environment)} comes first, and it has more deployments than I look through: whether this commit succeeded there cannot be known.`,
        todo: [{ kind: 'type', line: about.deployTo(refusal.environment) }],
      };
    case 'checks_not_passed': {
      const open = [
        ...refusal.missing.map((name) => say`${code(name)} (not in its pipeline)`),
        ...[...refusal.failed, ...refusal.unfinished].map(jobWords),
      ];
      return {
        fact: say`${bold(about.environment)} needs jobs to have passed that have not: ${join(open, ', ')}.`,
        todo: [{ kind: 'open', label: 'Open the pipeline', url: about.pipelineUrl }],
      };
    }
  }
}

function jobWords(job: Job): Phrase {
  const name = job.url ? link(job.name, job.url) : code(job.name);
  return say`${name} (${job.status.replaceAll('_', ' ')})`;
}
