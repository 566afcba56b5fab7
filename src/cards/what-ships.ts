import type { JobOutcomes, Outcomes } from '../domain/job-outcomes.ts';
import { bold, code, join, link, type Phrase, say, user } from '../domain/phrase.ts';
import type { TestCounts } from '../domain/test-report.ts';
import { literal } from './literal.ts';
import { percent } from './outcomes-line.ts';
import { type Line, renderLines, shaped } from './phrase-blocks.ts';
import { countsInWords } from './report-lines.ts';
import { shapes, statuses } from './status.ts';
import { buildView, type View } from './view.ts';

/** One commit of a release, and who it belongs to as far as we know them. */
export interface ShippedCommit {
  readonly sha: string;
  readonly title: string;
  readonly author: string;
  readonly slackUserId?: string | undefined;
  /** By whoever asked for the deploy. */
  readonly own: boolean;
  readonly url: string;
}

/** One merge request of a release. */
export interface ShippedMergeRequest {
  readonly iid: number;
  readonly title: string;
  readonly url: string;
  readonly author?: string | undefined;
  readonly slackUserId?: string | undefined;
}

/** Everything about a release that a person wants to know before it goes out. */
export interface WhatShips extends JobOutcomes {
  readonly version: string;
  readonly environment: string;
  readonly project: { readonly path: string; readonly url: string };
  readonly from?: string | undefined;
  readonly pipeline: { readonly id: number; readonly url: string };
  /** Undefined: GitLab could not compare, or nothing is live there. */
  readonly changes?:
    | {
        readonly commits: readonly ShippedCommit[];
        readonly total: number;
        readonly url: string;
        readonly mergeRequests: readonly ShippedMergeRequest[];
      }
    | undefined;
  readonly coverage?: number | undefined;
  /** The tests that the jobs reported one by one. */
  readonly counted?: TestCounts | undefined;
}

const maxCommits = 40;
const maxMergeRequests = 20;
const maxNames = 12;
/** Lines of one block: Slack counts characters, and a block of this many stays far below its limit. */
const linesPerBlock = 10;

/** What a release brings, so that nobody has to open a page of GitLab to decide. */
export function renderWhatShips(ships: WhatShips): View {
  const { changes } = ships;
  const parts: readonly (readonly Line[])[] = [
    titleLines(ships),
    checkLines(ships),
    changes ? mergeRequestLines(changes.mergeRequests) : [],
    changes ? commitLines(changes) : [],
  ];
  return buildView({
    title: 'What ships',
    name: 'what_ships',
    blocks: parts.filter((lines) => lines.length > 0).flatMap((lines) => inBlocks(lines)),
  });
}

function titleLines({ version, environment, project, from, pipeline, changes }: WhatShips): readonly Line[] {
  const before = from === undefined ? say`Nothing is deployed there yet.` : say`It replaces ${bold(from)}.`;
  return [
    say`${bold(version)} to ${bold(environment)} of ${link(project.path, project.url)}. ${before}`,
    changes
      ? say`${count(changes.total, 'commit')}, ${own(changes.commits)}. ${link('Compare', changes.url)}`
      : from === undefined
        ? []
        : say`GitLab could not compare the two, so the commits are not listed.`,
    say`Pipeline: ${link(`#${pipeline.id}`, pipeline.url)}`,
  ].filter((line) => line.length > 0);
}

function own(commits: readonly ShippedCommit[]): Phrase {
  const mine = commits.filter((commit) => commit.own).length;
  return mine === 0 ? say`none by the one who asks` : say`${mine} by the one who asks`;
}

function checkLines({ tests, scanners, coverage, counted, optionalFailed }: WhatShips): readonly Line[] {
  const lines = [...outcomeLines('Tests', tests), ...outcomeLines('Scanners', scanners)];
  return [
    ...(lines.length === 0 ? [say`No tests or scanners ran in this pipeline, as far as their names tell.`] : lines),
    ...(counted === undefined || counted.total === 0 ? [] : [say`${bold('Reported')}: ${countsInWords(counted)}`]),
    ...(coverage === undefined ? [] : [say`${bold('Coverage')}: ${percent(coverage)}`]),
    ...(optionalFailed.length === 0
      ? []
      : [shaped(shapes.warning, say`Failed, and allowed to: ${names(optionalFailed)}`)]),
  ];
}

function outcomeLines(heading: string, { passed, failed, open }: Outcomes): readonly Line[] {
  const all = passed.length + failed.length + open.length;
  if (all === 0) return [];
  const shape =
    failed.length > 0 ? statuses.failed.shape : open.length > 0 ? statuses.pending.shape : statuses.passed.shape;
  const details = [
    failed.length > 0 ? say`failed: ${names(failed)}` : [],
    open.length > 0 ? say`not ended: ${names(open)}` : [],
    passed.length > 0 ? say`passed: ${names(passed)}` : [],
  ].filter((detail) => detail.length > 0);
  return [shaped(shape, say`${bold(heading)}: ${passed.length} of ${all} passed (${join(details, '; ')})`)];
}

function mergeRequestLines(mergeRequests: readonly ShippedMergeRequest[]): readonly Line[] {
  if (mergeRequests.length === 0) return [];
  const told = mergeRequests.slice(0, maxMergeRequests).map(({ iid, title, url, author, slackUserId }): Line => {
    const by =
      slackUserId === undefined
        ? author === undefined
          ? []
          : say` · ${literal(author, 40)}`
        : say` · ${user(slackUserId)}`;
    return say`• ${link(`!${iid}`, url)} ${literal(title, 90)}${by}`;
  });
  return [[bold('Merge requests')], ...told, ...rest(mergeRequests.length - told.length)];
}

function commitLines({ commits, total }: NonNullable<WhatShips['changes']>): readonly Line[] {
  if (commits.length === 0) return [];
  const told = commits.slice(0, maxCommits).map((commit): Line => {
    const author = commit.slackUserId === undefined ? literal(commit.author, 40) : user(commit.slackUserId);
    const mark = commit.own ? ' · asked for by its author' : '';
    return say`• ${link(commit.sha.slice(0, 8), commit.url)} ${literal(commit.title, 90)} · ${author}${mark}`;
  });
  return [[bold('Commits')], ...told, ...rest(total - told.length)];
}

function rest(left: number): readonly Line[] {
  return left > 0 ? [say`and ${left} more`] : [];
}

function names(all: readonly string[]): Phrase {
  const told = join(
    all.slice(0, maxNames).map((name) => code(literal(name, 60))),
    ', ',
  );
  return all.length > maxNames ? say`${told} and ${all.length - maxNames} more` : told;
}

function count(total: number, word: string): Phrase {
  return say`${bold(`${total} ${word}${total === 1 ? '' : 's'}`)}`;
}

function inBlocks(lines: readonly Line[]): ReturnType<typeof renderLines>[] {
  const blocks: ReturnType<typeof renderLines>[] = [];
  for (let at = 0; at < lines.length; at += linesPerBlock)
    blocks.push(renderLines(lines.slice(at, at + linesPerBlock)));
  return blocks;
}
