import type { Selectable } from 'kysely';
import type { ApprovalsTable } from '../../app/store-ports.ts';
import type { Actor } from '../../domain/actor.ts';
import { type ApprovalRequest, operationOf, type RequestState, type Vote } from '../../domain/approval.ts';
import { ApprovalDocument, type OperationRequest, VoteDocument } from '../documents.ts';
import { decodeDocument, encodeDocument } from '../json.ts';
import type { Database, Schema } from '../schema.ts';
import { inBatches } from './in-batches.ts';

type Row = Selectable<Schema['approvals']>;

const undecided = ['open', 'approved'] as const satisfies readonly RequestState[];

/** Requests for approval and what people said to them. */
export function createApprovalsTable(db: Database): ApprovalsTable {
  const all = () => db.selectFrom('approvals').selectAll().orderBy('created_at').orderBy('id');
  const read = async (rows: readonly Row[]): Promise<readonly ApprovalRequest[]> => {
    const votes = await votesOf(
      db,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => toRequest(row, votes.get(row.id) ?? []));
  };
  return {
    async add(request) {
      await db.insertInto('approvals').values(columns(request)).execute();
    },
    async find(id) {
      const [request] = await read(await all().where('id', '=', id).execute());
      return request;
    },
    ofOperation: async (operationId) => read(await all().where('operation_id', '=', operationId).execute()),
    undecided: async () => read(await all().where('state', 'in', undecided).execute()),
    async save(request, from) {
      const result = await db
        .updateTable('approvals')
        .set({ state: request.state, document: columns(request).document })
        .where('id', '=', request.id)
        .where('state', '=', from)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async vote(requestId, vote) {
      const row = { answer: vote.answer, at: vote.at.getTime(), document: encodeDocument(vote) };
      await db
        .insertInto('approval_votes')
        .values({ request_id: requestId, voter: voterKey(vote.voter), ...row })
        .onConflict((conflict) => conflict.columns(['request_id', 'voter']).doUpdateSet(row))
        .execute();
    },
    async withdraw(requestId, voter) {
      const result = await db
        .deleteFrom('approval_votes')
        .where('request_id', '=', requestId)
        .where('voter', '=', voterKey(voter))
        .executeTakeFirst();
      return result.numDeletedRows === 1n;
    },
    prune: (createdBefore) => inBatches((limit) => pruneSome(db, createdBefore, limit)),
  };
}

async function votesOf(db: Database, ids: readonly string[]): Promise<ReadonlyMap<string, readonly Vote[]>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('approval_votes')
    .selectAll()
    .where('request_id', 'in', ids)
    .orderBy('at')
    .orderBy('voter')
    .execute();
  const votes = new Map<string, Vote[]>();
  for (const row of rows) {
    const vote = decodeDocument(row.document, VoteDocument, `vote on ${row.request_id}`);
    votes.set(row.request_id, [...(votes.get(row.request_id) ?? []), vote]);
  }
  return votes;
}

async function pruneSome(db: Database, createdBefore: Date, limit: number): Promise<number> {
  const old = await db
    .selectFrom('approvals')
    .select('id')
    .where('created_at', '<', createdBefore.getTime())
    .where('state', 'not in', undecided)
    .limit(limit)
    .execute();
  const ids = old.map(({ id }) => id);
  if (ids.length === 0) return 0;
  await db.deleteFrom('approval_votes').where('request_id', 'in', ids).execute();
  await db.deleteFrom('approvals').where('id', 'in', ids).execute();
  return ids.length;
}

/** One person is one row, whatever Slack account they write from. */
function voterKey({ slackUserId, gitlab }: Actor): string {
  return gitlab ? `gitlab:${gitlab.id ?? gitlab.username.toLowerCase()}` : `slack:${slackUserId}`;
}

function columns(request: ApprovalRequest) {
  return {
    id: request.id,
    // Of an observed one empty, which is nobody's id.
    operation_id: operationOf(request).operationId ?? '',
    project_id: request.project.id,
    environment: request.environment,
    state: request.state,
    created_at: request.createdAt.getTime(),
    // Votes are rows of their own.
    document: encodeDocument({ ...request, votes: [] }),
  };
}

function toRequest(row: Row, votes: readonly Vote[]): ApprovalRequest {
  const stored = decodeDocument(row.document, ApprovalDocument, `approval ${row.id}`);
  return { ...('origin' in stored ? stored : withOrigin(stored)), votes };
}

function withOrigin({ operationId, planId, threadKey, ...rest }: OperationRequest): Omit<ApprovalRequest, 'votes'> {
  return { ...rest, origin: { kind: 'operation', operationId, planId, threadKey } };
}
