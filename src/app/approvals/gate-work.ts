import { z } from 'zod';
import type { NewInboxRow } from '../store-ports.ts';

/** A deployment that GitLab is asked about. */
export const GateWork = z.object({
  kind: z.literal('approval_gate'),
  project: z.object({ id: z.number(), path: z.string(), url: z.string() }),
  environment: z.string(),
  pipelineId: z.number(),
  job: z.object({ id: z.number(), name: z.string() }),
  /** Whether it stands at its gate, so that it may have to be asked for. */
  stands: z.boolean(),
});
export type GateWork = z.output<typeof GateWork>;

/** The inbox row of it. `moment` makes it one look. */
export function gateRow(work: Omit<GateWork, 'kind'>, moment: string, now: Date): NewInboxRow {
  const { project, job } = work;
  const { id, path, url } = project;
  const body = JSON.stringify({ ...work, kind: 'approval_gate', project: { id, path, url } } satisfies GateWork);
  return { key: `approval-gate/${id}/${job.id}/${moment}`, source: 'internal', body, receivedAt: now };
}
