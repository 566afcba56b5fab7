import { commandLine } from '../domain/command-line.ts';
import type { EnvironmentRecord } from '../domain/environment-record.ts';
import { bold, link, type Phrase, say, time } from '../domain/phrase.ts';
import type { ProjectRef } from '../domain/project.ts';
import { buildCard, type Card } from './card.ts';
import { durationBetween } from './duration.ts';
import { literal } from './literal.ts';
import { shaped } from './phrase-blocks.ts';
import { refName } from './pipeline-words.ts';
import { shapes } from './status.ts';

/** What is amiss with an environment: too many failures in a row, or no success for too long. */
export type EnvironmentTrouble = 'failures' | 'stale';

/** Told once in a channel: deployments to an environment keep failing, or none succeeded for too long. */
export function renderEnvironmentAlert({
  project,
  record,
  trouble,
  now,
}: {
  readonly project: ProjectRef;
  readonly record: EnvironmentRecord;
  readonly trouble: EnvironmentTrouble;
  readonly now: Date;
}): Card {
  const said = headline(record, { project, trouble, now });
  const name = literal(record.environment, 40);
  return buildCard({
    spoken: said,
    lines: [
      shaped(shapes.warning, said),
      liveLine(record),
      say`I say so once, and again only after a deployment there has succeeded. ${link('Open the environments', `${project.url}/-/environments`)}`,
    ],
    buttons: [
      {
        label: 'What was deployed',
        spoken: `What was deployed to ${name}`,
        actionId: 'run_command:deployments',
        value: commandLine('', '/deployments', [`${project.path}:${record.environment}`]),
      },
    ],
  });
}

function headline(
  { environment, failures, live }: EnvironmentRecord,
  about: { readonly project: ProjectRef; readonly trouble: EnvironmentTrouble; readonly now: Date },
): Phrase {
  const where = say`${bold(literal(environment, 60))} of ${about.project.path}`;
  if (about.trouble === 'failures') {
    return failures === 1
      ? say`A deployment to ${where} failed.`
      : say`${failures} deployments to ${where} failed in a row.`;
  }
  return say`Nothing was deployed to ${where} for ${durationBetween(live?.since, about.now) ?? 'too long'}.`;
}

function liveLine({ live, failingSince }: EnvironmentRecord): Phrase {
  const since = failingSince ? say` The first failed ${time(failingSince)}.` : [];
  if (!live) return say`I know of no deployment there that succeeded.${since}`;
  return say`It runs ${bold(refName(live.version ?? live.sha ?? 'an unknown version'))} since ${time(live.since)}.${since}`;
}
