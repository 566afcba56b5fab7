import type { TagMoved } from '../../domain/tag-news.ts';
import { decodeProject } from '../decode-answer.ts';
import type { TagPushHook } from '../schema.ts';

const nothing = /^0+$/;

/**
 * A tag push hook as news; undefined when it names no tag. Of an annotated tag `after` is the tag's own object:
 * `checkout_sha` is the commit.
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/#tag-events
 */
export function decodeTagPushHook(hook: TagPushHook): TagMoved | undefined {
  const tag = /^refs\/tags\/(.+)$/.exec(hook.ref)?.[1];
  if (tag === undefined) return undefined;
  const move = nothing.test(hook.after) ? 'deleted' : nothing.test(hook.before) ? 'created' : 'moved';
  const { user_id: id, user_username: username, user_name: name } = hook;
  return {
    kind: 'tag',
    project: decodeProject(hook.project),
    tag,
    move,
    sha: move === 'deleted' ? undefined : (hook.checkout_sha ?? hook.after),
    message: hook.message,
    user: username === undefined ? undefined : { id, username, name: name ?? username },
  };
}
