import { say } from '../domain/phrase.ts';
import type { Shipment } from '../domain/plan.ts';
import { literal } from './literal.ts';
import type { Line } from './phrase-blocks.ts';

const maxCommits = 5;

/** The newest commits of a plan, a line each, and how many more there are. */
export function shipmentLines(shipment: Shipment | undefined): readonly Line[] {
  if (!shipment) return [];
  const told = shipment.commits
    .slice(0, maxCommits)
    .map((commit): Line => say`• ${literal(commit.title, 80)} · ${literal(commit.author, 40)}`);
  const left = shipment.total - told.length;
  return told.length > 0 && left > 0 ? [...told, say`and ${left} more`] : told;
}
