import type { Person } from '../domain/actor.ts';
import { bold, link, say } from '../domain/phrase.ts';
import type { ProjectRef } from '../domain/project.ts';
import { buildCard, type Card } from './card.ts';
import { literal } from './literal.ts';
import { shaped } from './phrase-blocks.ts';
import { shapes } from './status.ts';

/** A deployment began in GitLab that nobody approved, though its environment asks for it. */
export function renderStartedAround(about: {
  readonly project: ProjectRef;
  readonly version: string;
  readonly environment: string;
  readonly by: Person | undefined;
  readonly url: string;
}): Card {
  const { project, version, environment, by, url } = about;
  const who = by === undefined ? [] : say` by ${literal(by.name, 60)}`;
  const said = say`${bold(literal(version, 80))} was started for ${bold(environment)} of ${bold(project.path)} in GitLab${who}, without the approvals that it needs here.`;
  return buildCard({
    spoken: said,
    lines: [shaped(shapes.warning, said), say`Nothing here could stop it. ${link('Open the job', url)}`],
  });
}
