import type { AuditEntry } from '../domain/audit.ts';
import { bold, code, link, type Phrase, type Segment, say, time } from '../domain/phrase.ts';
import { buildCard, type Card } from './card.ts';
import { literal } from './literal.ts';
import { actorName } from './step-words.ts';

/** The newest entries of the audit, and its head to be kept by whoever wants to prove later that nothing was changed. */
export function renderAuditEntries(about: {
  /** Newest first. */
  readonly entries: readonly AuditEntry[];
  readonly project: string;
  readonly environment: string | undefined;
  readonly head: string | undefined;
}): Card {
  const { entries, project, environment, head } = about;
  const place = environment === undefined ? say`${bold(project)}` : say`${bold(environment)} of ${bold(project)}`;
  const said =
    entries.length === 0
      ? say`Nothing is recorded of ${place}.`
      : say`What was recorded last of ${place}, newest first.`;
  return buildCard({
    spoken: said,
    lines: [said, ...entries.map(entryLine)],
    more: [say`All of it, on the machine of the bot: ${code(`chatops audit export --project ${project}`)}`],
    ...(head === undefined ? {} : { small: `Head: ${head}` }),
  });
}

function entryLine(entry: AuditEntry): Phrase {
  const { at, action, outcome, reason, version, environment, url } = entry;
  const where = [version, environment].flatMap((word) => (word === undefined ? [] : [literal(word, 60)])).join(' to ');
  const page = url === undefined ? [] : say` · ${link('open', url)}`;
  const why = reason === undefined ? [] : say` (${code(reason)})`;
  const what = where === '' ? [] : say` ${where}`;
  return say`• ${time(at)} ${whoDid(entry)}: ${code(action)} ${bold(outcomeWords[outcome])}${why}${what}${page}`;
}

function whoDid({ actor, observed }: AuditEntry): Segment {
  if (actor !== 'chatops') return actorName(actor);
  return observed === undefined ? 'this bot' : `${literal(observed.name, 60)} in GitLab`;
}

const outcomeWords: Readonly<Record<AuditEntry['outcome'], string>> = {
  allowed: 'allowed',
  refused: 'refused',
  intended: 'about to be done',
  succeeded: 'done',
  failed: 'failed',
  unknown: 'outcome unknown',
  no_op: 'nothing to do',
};
