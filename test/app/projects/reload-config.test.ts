import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Settings } from '../../../src/app/ports.ts';
import { type ConfigReload, createConfigReload, recordConfig } from '../../../src/app/projects/reload-config.ts';
import { ConfigError } from '../../../src/domain/errors.ts';
import type { OpenStore } from '../../../src/store/open-store.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { at } from '../../support/builders.ts';

let store: OpenStore;
/** What stands in the file: its text is its hash; `bad…` cannot be used. */
let text: string;
let inForce: string;
let logged: readonly string[] = [];
let operationsChannel: string | undefined;
let reload: ConfigReload;

beforeEach(async () => {
  const told = (_fields: unknown, message: string): void => {
    logged = [...logged, message];
  };
  const log = { debug: told, info: told, warn: told, error: told };
  store = await createSqliteStore({ path: ':memory:', now: () => at(0) });
  await recordConfig(store, 'one', at(0));
  text = 'one';
  inForce = 'one';
  logged = [];
  operationsChannel = 'C0OPS';
  reload = createConfigReload({
    source: {
      fingerprint: () => text,
      read() {
        if (text.startsWith('bad'))
          throw new ConfigError([{ setting: 'projects', problem: `holds sesame in ${text}`, mend: 'Mend it' }]);
        return { file: text, hash: text };
      },
    },
    hash: 'one',
    use: (file) => {
      inForce = file;
    },
    settings: () => ({ projects: [], operationsChannel }) as unknown as Settings,
    maskSecrets: (said) => said.replaceAll('sesame', '[secret]'),
    store,
    clock: { now: () => at(0) },
    wake: () => undefined,
    log,
  });
});
afterEach(() => store.close());

async function changes(): Promise<readonly (readonly [unknown, unknown])[]> {
  const entries = await store.tables.audit.newest(10);
  return entries.map(({ configBefore, configAfter }) => [configBefore, configAfter] as const);
}

describe('look', () => {
  it('waits until a change has settled, since editors write in several steps', async () => {
    text = 'bad half';
    await reload.look();
    text = 'two';
    await reload.look();
    expect(inForce).toBe('one');
    await reload.look();

    expect(inForce).toBe('two');
    expect(logged).toEqual(['chatops.yml is in force']);
    expect(await changes()).toEqual([['one', 'two']]);
  });

  it('leaves what is in force alone where the file is wrong, and tells it once', async () => {
    for (const content of ['bad', 'bad', 'bad', 'one', 'bad', 'bad']) {
      text = content;
      await reload.look();
    }

    expect(inForce).toBe('one');
    expect(await changes()).toEqual([]);
    const rows = await store.tables.outbox.due(at(1), 10);
    expect(rows.map(({ channel }) => channel)).toEqual(['C0OPS']);
    expect(JSON.stringify(rows)).toContain('[secret]');
    expect(JSON.stringify(rows)).not.toContain('sesame');
  });

  it('tells it in the log only where there is no operations channel', async () => {
    operationsChannel = undefined;
    text = 'bad';
    await reload.now();

    expect(await store.tables.outbox.due(at(1), 10)).toEqual([]);
    expect(logged).toEqual(['chatops.yml is refused, the one before stays in force']);
  });
});

describe('now', () => {
  it('reads the file without waiting', async () => {
    text = 'two';
    await reload.now();

    expect(inForce).toBe('two');
  });
});

describe('recordConfig', () => {
  it('records another file than at the last start, and nothing at the first', async () => {
    for (const hash of ['one', 'one', 'two']) await recordConfig(store, hash, at(0));

    expect(await changes()).toEqual([['one', 'two']]);
  });
});
