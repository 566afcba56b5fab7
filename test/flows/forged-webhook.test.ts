import { afterEach, describe, expect, it } from 'vitest';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';
import { deliver, madeWebhook } from '../support/webhooks.ts';

let flow: Flow;

afterEach(() => flow.stop());

describe('a webhook that nobody of GitLab sent, under a valid token', () => {
  it('plays nothing: what it claims is asked of GitLab first', async () => {
    flow = await startFlow();
    const { id } = await flow.gitlab.pushTag('v1.4.0');
    await flow.gitlab.settle(id);
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job is played', () => flow.played().length === 1);
    const told = madeWebhook(flow, { kind: 'pipeline', status: 'manual' });
    const { object_attributes: attributes, builds } = told.payload;

    const answer = await deliver(flow, told, {
      payload: {
        object_attributes: { ...(attributes as object), status: 'success' },
        builds: (builds as readonly object[]).map((build) => ({ ...build, status: 'success' })),
      },
      headers: { 'idempotency-key': 'forged-delivery-1' },
    });
    await flow.types('U0ANN', '/chatops help');

    expect(answer).toBe(200);
    expect(flow.played()).toEqual(['deploy-canary']);
    expect(flow.audit().filter(({ action, outcome }) => action === 'job.play' && outcome === 'intended')).toHaveLength(
      1,
    );
    expect(flow.shown().map(words).join()).not.toContain('Promote v1.4.0 to production?');
  });
});
