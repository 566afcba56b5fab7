import { describe, expect, it } from 'vitest';
import { lastWebhookAt, noteWebhook } from '../../../src/app/pipelines/webhook-seen.ts';
import type { MetaTable } from '../../../src/app/store-ports.ts';
import { at } from '../../support/builders.ts';

function aMeta() {
  const values = new Map<string, string>();
  let writes = 0;
  const meta: MetaTable = {
    get: async (name) => values.get(name),
    set: async (name, value) => {
      writes += 1;
      values.set(name, value);
    },
    list: async () => values,
  };
  return { meta, writes: () => writes };
}

describe('noteWebhook', () => {
  it('remembers the webhooks of each project by themselves', async () => {
    const { meta } = aMeta();

    await noteWebhook(meta, 42, at(0));

    expect(await lastWebhookAt(meta, 42)).toEqual(at(0));
    expect(await lastWebhookAt(meta, 43)).toBeUndefined();
  });

  it('writes once an hour, so that a burst costs nothing', async () => {
    const { meta, writes } = aMeta();

    for (const seconds of [0, 1, 3599]) await noteWebhook(meta, 42, at(seconds));
    expect(writes()).toBe(1);

    await noteWebhook(meta, 42, at(3600));
    expect(await lastWebhookAt(meta, 42)).toEqual(at(3600));
  });
});
