import type { MetaTable } from '../store-ports.ts';

/** Often enough for `doctor`, and seldom enough to cost a burst of webhooks nothing. */
const noteEveryMs = 3_600_000;

/** Remembers, to the hour, that a webhook of the project was worked on: whichever hook of GitLab's sent it. */
export async function noteWebhook(meta: MetaTable, projectId: number, receivedAt: Date): Promise<void> {
  const noted = await lastWebhookAt(meta, projectId);
  if (noted !== undefined && receivedAt.getTime() - noted.getTime() < noteEveryMs) return;
  await meta.set(nameOf(projectId), String(receivedAt.getTime()));
}

/** When a webhook of the project last came, to the hour; undefined when none ever did. */
export async function lastWebhookAt(meta: Pick<MetaTable, 'get'>, projectId: number): Promise<Date | undefined> {
  const noted = await meta.get(nameOf(projectId));
  return noted === undefined ? undefined : new Date(Number(noted));
}

function nameOf(projectId: number): string {
  return `webhook_at/${projectId}`;
}
