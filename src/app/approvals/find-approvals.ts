import { renderApprovals } from '../../cards/approvals.ts';
import type { ApprovalRequest } from '../../domain/approval.ts';
import { commandLine } from '../../domain/command-line.ts';
import { bold, code, join, type Phrase, say } from '../../domain/phrase.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { CommandContext, CommandResult, ProjectContext, Subject } from '../command.ts';
import { refuseReader } from '../input/refuse-policy.ts';
import type { ApprovalPlaceFound } from './approval-place.ts';

/** What a command about approvals was said of. */
export interface ApprovalsAsked {
  readonly command: '/approve' | '/reject' | '/chatops nudge';
  readonly place: ApprovalPlaceFound;
  readonly notDone: Phrase;
}

/** The one request that is meant, or what is answered instead. */
export type ApprovalFound =
  | { readonly kind: 'found'; readonly request: ApprovalRequest; readonly rest: readonly string[] }
  | { readonly kind: 'result'; readonly result: CommandResult };

/**
 * Finds the request that words mean: of the environment, in a thread of its own pipeline, of the version if one is
 * named. A version that does not wait is refused with those that do; of several, people choose.
 * @throws GitLabError
 */
export async function findApproval(asked: ApprovalsAsked, context: CommandContext): Promise<ApprovalFound> {
  const { place, notDone } = asked;
  const { project } = place;
  const refusal = await refuseReader(project, notDone, context);
  if (refusal) return refused(refusal, { project: project.ref.path });
  const environment = place.kind === 'place' ? place.environment : undefined;
  const about = { project: project.ref.path, environment };
  const waiting = (await context.tables.approvals.undecided()).filter(
    (request) => request.state === 'open' && isMeant(request, { place, environment, context }),
  );
  const { rest = [] } = place;
  const [word, ...others] = rest;
  const named = word === undefined ? [] : waiting.filter(({ release }) => isVersion(word, release));
  if (word !== undefined && named.length === 0 && (looksLikeVersion(word) || waiting.length > 1) && waiting.length > 0)
    return refused(otherVersion(word, waiting, asked), { ...about, version: word });
  const meant = named.length > 0 ? named : waiting;
  const [request] = meant;
  if (!request) return refused(nothingWaits(asked, environment), about);
  if (meant.length > 1) return { kind: 'result', result: list(meant, { asked, about }) };
  return { kind: 'found', request, rest: named.length > 0 ? others : rest };
}

function isMeant(
  request: ApprovalRequest,
  about: {
    readonly place: ApprovalsAsked['place'];
    readonly environment: string | undefined;
    readonly context: CommandContext;
  },
): boolean {
  const { place, environment, context } = about;
  if (request.project.id !== place.project.ref.id) return false;
  if (environment !== undefined) return request.environment === environment;
  const thread = place.kind === 'project' ? context.thread : undefined;
  return thread?.pipeline.project.id !== request.project.id || thread.pipeline.id === request.pipelineId;
}

function isVersion(word: string, { version, sha }: ApprovalRequest['release']): boolean {
  return plain(word) === plain(version) || (word.length >= 7 && sha.startsWith(word.toLowerCase()));
}

function plain(text: string): string {
  return text.toLowerCase().replace(/^v(?=\d)/, '');
}

/** A word that is no version begins a comment. */
function looksLikeVersion(word: string): boolean {
  return /^v?\d+(\.\d+)+/i.test(word) || /^[0-9a-f]{7,64}$/i.test(word);
}

function list(
  requests: readonly ApprovalRequest[],
  { asked, about }: { readonly asked: ApprovalsAsked; readonly about: Subject },
): CommandResult {
  const shown = requests.map((request) => ({ request, line: lineOf(request, asked.place.project) }));
  return { kind: 'answer', card: renderApprovals({ requests: shown }), about };
}

/** The command that shows this one: names resolved, the commit whole. */
function lineOf({ environment, release }: ApprovalRequest, { rules }: ProjectContext): string {
  return commandLine('', '/approve', [`${rules.path}:${environment}`, release.sha]);
}

function otherVersion(word: string, waiting: readonly ApprovalRequest[], asked: ApprovalsAsked): Refusal {
  const names = waiting.map(({ release, environment }) => say`${bold(release.version)} to ${bold(environment)}`);
  return {
    code: 'approval_other_version',
    notDone: asked.notDone,
    fact: say`${code(word)} does not wait for approval. What waits: ${join(names, ', ')}.`,
    todo: waiting.slice(0, 5).map((request) => ({
      kind: 'press',
      label: `Show ${request.release.version}`,
      actionId: `run_command:${request.id}`,
      value: lineOf(request, asked.place.project),
    })),
  };
}

function nothingWaits({ notDone, place }: ApprovalsAsked, environment: string | undefined): Refusal {
  const where = environment === undefined ? bold(place.project.ref.path) : bold(environment);
  return {
    code: 'approval_none_waits',
    notDone,
    fact: say`Nothing waits for approval in ${where}.`,
    todo: [{ kind: 'type', line: commandLine('', '/deployments', environment === undefined ? [] : [environment]) }],
  };
}

function refused(refusal: Refusal, about: Subject): ApprovalFound {
  return { kind: 'result', result: { kind: 'refused', refusal, about } };
}
