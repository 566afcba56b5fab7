import type { Person } from '../domain/actor.ts';
import type { DeploymentStatus } from '../domain/deployment.ts';
import { bold, join, link, type Phrase, type Segment, say, time } from '../domain/phrase.ts';
import type { ProjectRef } from '../domain/project.ts';
import { buildCard, type Card } from './card.ts';
import { literal } from './literal.ts';
import { type Line, type Shape, shaped } from './phrase-blocks.ts';
import { refName, versionWithSha } from './pipeline-words.ts';
import { deploymentStatus, statuses } from './status.ts';

/** What runs in one environment. Without `version` and `sha`: nothing was deployed there yet. */
export interface DeploymentRow {
  readonly environment: string;
  readonly tier?: string | undefined;
  readonly version?: string | undefined;
  readonly sha?: string | undefined;
  readonly since?: Date | undefined;
  readonly by?: Person | undefined;
  /** Of the deployment shown; left out: it succeeded. */
  readonly status?: DeploymentStatus | undefined;
  readonly url?: string | undefined;
  /** The version that is being deployed right now. */
  readonly running?: string | undefined;
}

const maxRows = 12;
const maxHistory = 5;

/** What runs where, since when and by whom; below it, what was deployed lately. */
export function renderDeployments({
  project,
  rows,
  history = [],
  asOf,
}: {
  readonly project: ProjectRef;
  readonly rows: readonly DeploymentRow[];
  /** Newest first. */
  readonly history?: readonly DeploymentRow[] | undefined;
  /** When GitLab said so. */
  readonly asOf: Date;
}): Card {
  const left = rows.length - maxRows;
  const environmentsUrl = `${project.url}/-/environments`;
  return buildCard({
    spoken: spoken(project, rows),
    lines: [
      say`${bold('What runs where')} in ${link(project.path, environmentsUrl)}, ${time(asOf)}`,
      ...(rows.length === 0 ? [say`This project has no environments yet.`] : rows.slice(0, maxRows).map(rowLine)),
      left > 0 ? say`and ${left} more: ${link('all environments', environmentsUrl)}` : [],
    ],
    more: history.length === 0 ? [] : [say`${bold('Lately')}`, ...history.slice(0, maxHistory).map(historyLine)],
  });
}

function spoken(project: ProjectRef, rows: readonly DeploymentRow[]): Phrase {
  if (rows.length === 0) return say`${project.path} has no environments yet.`;
  const told = rows
    .slice(0, 5)
    .map((row) => `${literal(row.environment, 40)} runs ${refName(row.version ?? 'nothing')}`);
  return say`In ${project.path}, ${told.join(', ')}.`;
}

function rowLine(row: DeploymentRow): Line {
  const head = tellRow(row, 'runs');
  const parts: (Phrase | Segment)[] = [head.said];
  if (row.since) parts.push(say`since ${time(row.since)}`);
  if (row.by) parts.push(say`by ${literal(row.by.name, 60)}`);
  if (row.running !== undefined) parts.push(say`now deploying ${bold(literal(row.running, 60))}`);
  if (row.url !== undefined) parts.push(link(`Open ${literal(row.environment, 40)}`, row.url));
  return shaped(head.shape, join(parts, ' · '));
}

function historyLine(row: DeploymentRow): Line {
  const head = tellRow(row, 'deployed');
  const parts: (Phrase | Segment)[] = [head.said];
  if (row.since) parts.push(time(row.since));
  if (row.by) parts.push(say`by ${literal(row.by.name, 60)}`);
  return shaped(head.shape, join(parts, ' · '));
}

function tellRow(row: DeploymentRow, succeeded: string): { readonly shape: Shape; readonly said: Phrase } {
  const name = environmentName(row);
  if (row.version === undefined && row.sha === undefined)
    return { shape: statuses.toCome.shape, said: say`${name} has nothing deployed yet` };
  const { shape, word } = deploymentStatus(row.status ?? 'success');
  const version = versionWithSha(row.version ?? row.sha ?? '', row.sha);
  const isLive = row.status === undefined || row.status === 'success';
  return { shape, said: isLive ? say`${name} ${succeeded} ${version}` : say`${name} ${word}: ${version}` };
}

function environmentName({ environment, tier }: DeploymentRow): Phrase {
  const shown = tier === undefined || tier === 'other' || tier === environment ? '' : ` (${literal(tier, 20)})`;
  return say`${bold(literal(environment, 60))}${shown}`;
}
