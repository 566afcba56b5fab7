import { z } from 'zod';
import type { Tables } from '../store-ports.ts';

/** How many are remembered of each person. */
const kept = 10;

const Paths = z.array(z.string()).catch([]);

/** The projects that the person last asked something of, the newest first. */
export async function recentProjects(
  { meta }: { readonly meta: Pick<Tables['meta'], 'get'> },
  slackUserId: string,
): Promise<readonly string[]> {
  const known = await meta.get(factName(slackUserId));
  return known === undefined ? [] : Paths.parse(parse(known));
}

/** Remembers that the person asked something of this project. */
export async function rememberProject(
  { meta }: { readonly meta: Tables['meta'] },
  slackUserId: string,
  path: string,
): Promise<void> {
  const before = await recentProjects({ meta }, slackUserId);
  if (before[0] === path) return;
  const after = [path, ...before.filter((other) => other !== path)].slice(0, kept);
  await meta.set(factName(slackUserId), JSON.stringify(after));
}

function factName(slackUserId: string): string {
  return `recent_projects/${slackUserId}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Spoilt, it is begun anew: it only orders buttons.
    return [];
  }
}
