import type { Person } from '../domain/actor.ts';
import type { DeploymentStatus } from '../domain/deployment.ts';
import type { JobRollback } from '../domain/environment-record.ts';
import { bold, join, link, type Phrase, type Segment, say, time, user } from '../domain/phrase.ts';
import type { ProjectRef } from '../domain/project.ts';
import { buildCard, type Card, type CardButton } from './card.ts';
import { durationBetween } from './duration.ts';
import { literal } from './literal.ts';
import { type Line, type Shape, shaped } from './phrase-blocks.ts';
import { refName, versionWithSha } from './pipeline-words.ts';
import { deploymentStatus, shapes, statuses } from './status.ts';
import { takenBackPart } from './taken-back.ts';

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
  /** It had been left for another version before, and came back. */
  readonly rolledBack?: boolean | undefined;
  /** A rollback job left the version shown since. */
  readonly takenBack?: JobRollback | undefined;
  /** How many commits the default branch has that it lacks. */
  readonly behind?: number | undefined;
}

/** Environments of one folder that are told by their number alone. */
export interface CollapsedFolder {
  readonly folder: string;
  readonly count: number;
}

const maxRows = 12;
const maxHistory = 8;
const minHistory = 2;
const maxFolders = 3;

/** What the card of `/deployments` shows. */
export interface ShownDeployments {
  readonly project: ProjectRef;
  readonly rows: readonly DeploymentRow[];
  readonly folders?: readonly CollapsedFolder[] | undefined;
  /** Newest first. */
  readonly history?: readonly DeploymentRow[] | undefined;
  /** When GitLab said so. */
  readonly asOf: Date;
  /** GitLab does not answer now: it is what was last heard. */
  readonly away?: boolean | undefined;
  /** The command line that posts it into the channel. */
  readonly share?: string | undefined;
  /** Who posted it into the channel. */
  readonly sharedBy?: string | undefined;
  /** It was just posted into the channel. */
  readonly shared?: boolean | undefined;
}

/** What runs where, since when and by whom; below it, what was deployed lately. */
export function renderDeployments(shown: ShownDeployments): Card {
  const { project, rows, folders = [], history = [], asOf, share, sharedBy } = shown;
  const left = rows.length - maxRows;
  const environmentsUrl = `${project.url}/-/environments`;
  const nothing = shown.away
    ? say`I have not heard of any environment of this project yet.`
    : say`This project has no environments yet.`;
  return buildCard({
    spoken: spoken(shown),
    lines: [
      shown.away ? shaped(shapes.warning, say`GitLab does not answer. This is what I heard last.`) : [],
      say`${bold('What runs where')} in ${link(project.path, environmentsUrl)}, ${time(asOf)}`,
      ...(rows.length + folders.length === 0 ? [nothing] : rows.slice(0, maxRows).map((row) => rowLine(row, asOf))),
      left > 0 ? say`and ${left} more: ${link('all environments', environmentsUrl)}` : [],
      folderLine(folders, environmentsUrl),
      shown.shared ? say`This is shared in the channel.` : [],
      sharedBy === undefined ? [] : say`Shared by ${user(sharedBy)}`,
    ],
    buttons: share === undefined ? [] : [shareButton(project, share)],
    more:
      history.length === 0
        ? []
        : [
            say`${bold('Lately')}`,
            ...history.slice(0, Math.max(minHistory, maxHistory - rows.length)).map(historyLine),
          ],
  });
}

function folderLine(folders: readonly CollapsedFolder[], url: string): Phrase {
  if (folders.length === 0) return [];
  const told = folders
    .slice(0, maxFolders)
    .map(({ folder, count }) => say`${bold(`${literal(folder, 60)}/*`)}: ${count} environments`);
  return say`${join(told, ' · ')} · ${link('all environments', url)}`;
}

function shareButton({ path }: ProjectRef, value: string): CardButton {
  return {
    label: 'Share in channel',
    spoken: `Share in channel what runs in ${literal(path, 40)}`,
    actionId: 'run_command:share',
    value,
  };
}

function spoken({ project, rows, folders = [], away }: ShownDeployments): Phrase {
  if (away) return say`GitLab does not answer. ${toldRows(project, rows)}`;
  if (rows.length + folders.length === 0) return say`${project.path} has no environments yet.`;
  return toldRows(project, rows);
}

function toldRows(project: ProjectRef, rows: readonly DeploymentRow[]): Phrase {
  if (rows.length === 0) return say`Of ${project.path} nothing is to be told.`;
  const told = rows.slice(0, 5).map(({ environment, version, takenBack }) => {
    const was = takenBack ? 'was rolled back from' : 'runs';
    return `${literal(environment, 40)} ${was} ${refName(version ?? 'nothing')}`;
  });
  return say`In ${project.path}, ${told.join(', ')}.`;
}

function rowLine(row: DeploymentRow, asOf: Date): Line {
  const head = tellRow(row, row.takenBack ? 'had' : 'runs');
  const parts: (Phrase | Segment)[] = [head.said];
  const age = durationBetween(row.since, asOf);
  if (row.since) parts.push(say`since ${time(row.since)}${age === undefined ? '' : ` (${age})`}`);
  if (row.by) parts.push(say`by ${literal(row.by.name, 60)}`);
  if (row.rolledBack) parts.push('rolled back');
  if (row.takenBack) parts.push(takenBackPart(row.takenBack));
  if (row.behind !== undefined) parts.push(behindWords(row.behind));
  if (row.running !== undefined) parts.push(say`now deploying ${bold(literal(row.running, 60))}`);
  if (row.url !== undefined) parts.push(link(`Open ${literal(row.environment, 40)}`, row.url));
  return shaped(row.takenBack ? shapes.warning : head.shape, join(parts, ' · '));
}

function behindWords(behind: number): string {
  if (behind === 0) return 'up to date with the default branch';
  return `${behind} ${behind === 1 ? 'commit' : 'commits'} behind the default branch`;
}

function historyLine(row: DeploymentRow): Line {
  const head = tellRow(row, 'deployed');
  const parts: (Phrase | Segment)[] = [head.said];
  if (row.since) parts.push(time(row.since));
  if (row.by) parts.push(say`by ${literal(row.by.name, 60)}`);
  if (row.rolledBack) parts.push('rolled back');
  if (row.url !== undefined) parts.push(link(`Open ${refName(row.version ?? row.sha ?? 'it')}`, row.url));
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
