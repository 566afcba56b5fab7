import { describe, expect, it } from 'vitest';
import { refusePolicy } from '../../../src/app/input/refuse-policy.ts';
import { say } from '../../../src/domain/phrase.ts';
import type { PolicyReason } from '../../../src/domain/policy.ts';

function refused(reason: PolicyReason, commandPrefix: string, restricted = false): string {
  const refusal = refusePolicy(
    { reason, needs: [], has: 'developer' },
    {
      notDone: say`Nothing was deployed.`,
      actor: { slackUserId: 'U0RAJ', gitlab: { id: 7, username: 'raj', name: 'Raj' } },
      project: { ref: { id: 1, path: 'acme/web', url: 'https://gitlab.test/acme/web' } },
      restricted,
      settings: { commandPrefix },
    },
  );
  return JSON.stringify(refusal.todo);
}

describe('a refusal that asks for a linked account', () => {
  it.each(['actor_not_linked', 'link_required', 'link_broken', 'environment_protected'] as const)(
    'names the command as it is installed: %s',
    (reason) => {
      expect(refused(reason, 'gl-')).toContain('/gl-chatops link');
      expect(refused(reason, '')).toContain('/chatops link');
    },
  );

  it('does not send a guest to a link that guests do not get', () => {
    expect(refused('actor_not_linked', '', true)).not.toContain('/chatops link');
    expect(refused('actor_not_linked', '', true)).toContain('Ask a full member of this workspace.');
  });
});
