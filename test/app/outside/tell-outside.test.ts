import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { annotationRow } from '../../../src/app/outside/annotate.ts';
import { mailRow, mailUnlessShownRow } from '../../../src/app/outside/mail-row.ts';
import type { Annotation, Mail } from '../../../src/app/outside/outside-ports.ts';
import { tellOutside } from '../../../src/app/outside/tell-outside.ts';
import { OutsideError } from '../../../src/domain/errors.ts';
import type { ProjectRules } from '../../../src/domain/project.ts';
import type { OpenStore } from '../../../src/store/open-store.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { at, project } from '../../support/builders.ts';

let store: OpenStore;
let sent: Mail[];
let annotated: Annotation[];

beforeEach(async () => {
  store = await createSqliteStore({ path: ':memory:', now: () => at(0) });
  sent = [];
  annotated = [];
});
afterEach(() => store.close());

const rules: ProjectRules = {
  path: project.path,
  aliases: [],
  channels: [],
  environments: [{ name: 'prod*', aliases: [], jobs: [], notifyEmail: ['ops@example.com'] }],
};
const content = { text: 'x', blocks: [{ type: 'rich_text', elements: [] }] };
const mailing = { project, environment: 'production', key: 'job:9', content };
const message = { key: 'C1/watchdog', channel: 'C1', rootKey: undefined, lane: 'failure', ...content } as const;

/** Works on what is due then; the mail server takes it, or fails so. */
async function work(seconds: number, failure?: OutsideError): Promise<void> {
  for (const row of await store.tables.inbox.due('outside', at(seconds), 9)) {
    await tellOutside(row, {
      also: {
        annotate: async (annotation) => void annotated.push(annotation),
        async mail(mail) {
          if (failure) throw failure;
          sent.push(mail);
        },
      },
      settings: () => ({ rulesFor: (path) => (path === project.path ? rules : undefined), identityUsers: {} }),
      store,
      lease: { ensure: async () => undefined },
      clock: { now: () => at(seconds) },
      maskSecrets: (text) => text.replaceAll('s3cr3t-value', '[secret]'),
      log: { debug() {}, info() {}, warn() {}, error() {} },
    });
  }
}

const failure = (retryable: boolean) => new OutsideError('refused', { service: 'the mail server', retryable });

describe('tellOutside', () => {
  it('mails once what several parts of the bot notice, to whom the environment names', async () => {
    expect(await store.tables.inbox.add(mailRow(mailing, at(0)))).toBe(true);
    expect(await store.tables.inbox.add(mailRow(mailing, at(1)))).toBe(false);
    await store.tables.inbox.add(mailRow({ ...mailing, environment: 'staging' }, at(0)));

    await work(1);

    expect(sent.map(({ to }) => to)).toEqual([['ops@example.com']]);
    expect(await store.tables.inbox.state()).toMatchObject({ waiting: 0, dead: 0 });
  });

  it('keeps what may go another time, and gives up what was refused for good', async () => {
    await store.tables.inbox.add(mailRow(mailing, at(0)));

    await expect(work(1, failure(true))).rejects.toThrow('refused');
    expect(await store.tables.inbox.state()).toMatchObject({ waiting: 1, dead: 0 });
    await work(2, failure(false));

    expect(await store.tables.inbox.state()).toMatchObject({ waiting: 0, dead: 1 });
  });

  it('mails a message that Slack has not shown within five minutes, as it looks by then', async () => {
    await store.tables.outbox.put(message, at(0));
    const { key } = message;
    await store.tables.inbox.add(mailUnlessShownRow({ ...mailing, key, messageKeys: ['C0/none', key] }, at(0)));
    await store.tables.outbox.put(
      { ...message, blocks: [{ ...content.blocks[0], elements: [section('changed')] }] },
      at(1),
    );

    await work(299);
    expect(sent).toEqual([]);
    await work(300);

    expect(sent.map(({ subject }) => subject)).toEqual(['[acme/production-app production] changed']);
  });

  it('mails nothing that Slack shows in one of its channels', async () => {
    await store.tables.outbox.put(message, at(0));
    const row = await store.tables.outbox.find(message.key);
    await store.tables.outbox.sent(row?.id ?? '', { version: 1, ts: '1.2' }, at(1));
    const messageKeys = ['C0/none', message.key];
    await store.tables.inbox.add(mailUnlessShownRow({ ...mailing, key: message.key, messageKeys }, at(0)));

    await work(300);

    expect(sent).toEqual([]);
    expect(await store.tables.inbox.state()).toMatchObject({ waiting: 0 });
  });

  it('masks what looks like a secret, in mails and annotations', async () => {
    const blocks = [{ ...content.blocks[0], elements: [section('v1 with s3cr3t-value')] }];
    const annotation = { from: at(0), to: at(1), tags: ['s3cr3t-value', 'prod'], text: 's3cr3t-value is out.' };
    await store.tables.inbox.add(mailRow({ ...mailing, content: { text: 'x', blocks } }, at(0)));
    await store.tables.inbox.add(annotationRow(annotation, { key: 'a', now: at(0) }));

    await work(1);

    expect(sent.map(({ subject }) => subject)).toEqual(['[acme/production-app production] v1 with [secret]']);
    expect(JSON.stringify(sent)).not.toContain('s3cr3t-value');
    expect(annotated).toEqual([{ ...annotation, tags: ['[secret]', 'prod'], text: '[secret] is out.' }]);
  });
});

function section(text: string): unknown {
  return { type: 'rich_text_section', elements: [{ type: 'text', text }] };
}
