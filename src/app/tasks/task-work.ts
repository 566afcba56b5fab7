import { z } from 'zod';
import type { AnswerDraft, InboxRow, NewInboxRow } from '../store-ports.ts';

const AnswerTo = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('response_url'), url: z.string(), replaceOriginal: z.boolean() }),
  z.object({
    kind: z.literal('ephemeral'),
    channel: z.string(),
    user: z.string(),
    threadTs: z
      .string()
      .optional()
      .transform((threadTs) => threadTs),
  }),
]);

/** How far a confirmed task has come. The row in the inbox is its record: each step rewrites it. */
const TaskWork = z.object({
  kind: z.literal('task'),
  planId: z.string(),
  to: AnswerTo,
  /** Where it was confirmed: `to` may be dead by the time there is something to say. */
  asked: z.object({ channel: z.string(), threadTs: z.string().optional() }).optional(),
  /** When the request left: what became of it is looked for from then on, and it never leaves again. */
  calledAt: z.number().optional(),
  /** The newest pipeline of the ref when one more was asked for. */
  pipelinesUpTo: z.number().optional(),
  /** The pipeline that was made, and that a deploy is to follow. */
  madePipelineId: z.number().optional(),
  /** The job that was started and is watched until it runs. */
  startedJobId: z.number().optional(),
});
export type TaskWork = z.infer<typeof TaskWork>;

/** The work of a task whose plan was just claimed. */
export function taskRow(work: Omit<TaskWork, 'kind'>, now: Date): NewInboxRow {
  return { key: `task/${work.planId}`, source: 'internal', body: encodeTaskWork(work), receivedAt: now };
}

/** The work as it is written down. */
export function encodeTaskWork(work: Omit<TaskWork, 'kind'>): string {
  return JSON.stringify({ ...work, kind: 'task' });
}

/** @throws ZodError for a row that is no task's. */
export function readTaskWork(row: InboxRow): TaskWork & { readonly to: AnswerDraft['to'] } {
  const work = TaskWork.parse(JSON.parse(row.body));
  return work.to.kind === 'ephemeral'
    ? { ...work, to: { ...work.to, threadTs: work.to.threadTs } }
    : { ...work, to: work.to };
}
