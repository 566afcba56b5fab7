import type { Actor } from '../domain/actor.ts';
import { say } from '../domain/phrase.ts';
import type { CommitSummary, Shipment } from '../domain/plan.ts';
import { literal } from './literal.ts';
import type { Line } from './phrase-blocks.ts';

const maxCommits = 5;

/** The newest commits of a plan, a line each, those of whoever reads it marked, and how many more there are. */
export function shipmentLines(shipment: Shipment | undefined, reader?: Actor): readonly Line[] {
  if (!shipment) return [];
  const own = reader ? ownCommits(shipment, reader) : [];
  const told = shipment.commits
    .slice(0, maxCommits)
    .map(
      (commit): Line =>
        say`• ${literal(commit.title, 80)} · ${own.includes(commit) ? 'yours' : literal(commit.author, 40)}`,
    );
  const left = shipment.total - told.length;
  return told.length > 0 && left > 0 ? [...told, say`and ${left} more`] : told;
}

/** The listed commits whose author has the name that this person has in GitLab. */
export function ownCommits({ commits }: Shipment, { gitlab }: Actor): readonly CommitSummary[] {
  return gitlab === undefined ? [] : commits.filter(({ author }) => author === gitlab.name);
}
