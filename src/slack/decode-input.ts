import { SlackError } from '../domain/errors.ts';
import type { SlackIdentity } from './identity.ts';
import { decodeSlackInput } from './interactions.ts';

/**
 * Reads input of our own workspace. Which one that is Slack has to tell first: until then input waits.
 * @throws SlackError while it has not.
 */
export function createDecodeSlackInput(
  identity: Pick<SlackIdentity, 'teamId' | 'appId'>,
): (body: string) => ReturnType<typeof decodeSlackInput> {
  return (body) => {
    if (identity.teamId === undefined) {
      throw new SlackError('the workspace is not known yet', {
        slackCode: 'auth_test_pending',
        outcome: 'none',
        retryable: true,
      });
    }
    return decodeSlackInput(body, identity.teamId, identity.appId);
  };
}
