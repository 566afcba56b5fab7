import type { ReleaseChanged } from '../../domain/tag-news.ts';
import { decodeProject } from '../decode-answer.ts';
import type { ReleaseHook } from '../schema.ts';

const changes: Readonly<Record<string, ReleaseChanged['change']>> = {
  create: 'created',
  update: 'updated',
  delete: 'deleted',
};

/**
 * A release hook as news; undefined for an action that we do not know.
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/#release-events
 */
export function decodeReleaseHook(hook: ReleaseHook): ReleaseChanged | undefined {
  const change = changes[hook.action];
  if (change === undefined) return undefined;
  return {
    kind: 'release',
    project: decodeProject(hook.project),
    tag: hook.tag,
    change,
    sha: hook.commit?.id,
    name: hook.name ?? hook.tag,
    description: hook.description,
    url: hook.url,
    releasedAt: hook.released_at,
  };
}
