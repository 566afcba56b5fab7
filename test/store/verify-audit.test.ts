import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseAuditHead } from '../../src/domain/audit.ts';
import { readAudit } from '../../src/store/read-audit.ts';
import { auditHash } from '../../src/store/tables/audit.ts';
import { type AuditVerdict, type StoredLink, verifyAudit } from '../../src/store/verify-audit.ts';
import { type AuditFile, writeAuditFile } from './audit-file.ts';

describe('verifyAudit', () => {
  let file: AuditFile;

  beforeEach(async () => {
    file = await writeAuditFile(['a', 'b', 'c', 'd', 'e'].map((action) => ({ action })));
  });
  afterEach(() => file.remove());

  const verify = (head?: string): Promise<AuditVerdict> =>
    readAudit({ kind: 'sqlite', path: file.path }, (links) =>
      verifyAudit(links, head === undefined ? undefined : parseAuditHead(head)),
    );

  it('finds an untouched audit whole, whichever of its heads is known', async () => {
    const verdicts = await Promise.all([verify(), ...file.heads.map((head) => verify(head))]);

    const whole = { kind: 'whole', entries: 5, head: parseAuditHead(file.heads[4] ?? '') };
    expect(verdicts).toEqual(Array.from({ length: 6 }, () => whole));
  });

  it('finds an audit without entries whole', async () => {
    const empty = await writeAuditFile([]);

    const verdict = await readAudit({ kind: 'sqlite', path: empty.path }, (links) => verifyAudit(links, undefined));

    expect(verdict).toEqual({ kind: 'whole', entries: 0, head: undefined });
    empty.remove();
  });

  it.each([
    ['a changed entry', `update audit set entry = replace(entry, '"c"', '"x"') where seq = 3`, 3, 'changed'],
    ['a changed hash', `update audit set hash = '${'0'.repeat(64)}' where seq = 2`, 2, 'changed'],
    ['a removed entry', 'delete from audit where seq = 3', 3, 'missing'],
    ['a removed first entry', 'delete from audit where seq = 1', 1, 'missing'],
    [
      'a removed entry whose number the later ones were moved to',
      'delete from audit where seq = 3; update audit set seq = seq - 1 where seq > 3',
      3,
      'changed',
    ],
    [
      'two that changed places',
      'update audit set seq = -1 where seq = 2; update audit set seq = 2 where seq = 3; update audit set seq = 3 where seq = -1',
      2,
      'changed',
    ],
    [
      'one put in between',
      `update audit set seq = -seq where seq > 2; update audit set seq = -seq + 1 where seq < 0;
       insert into audit (seq, prev_hash, hash, entry) select 3, prev_hash, hash, entry from audit where seq = 2`,
      3,
      'changed',
    ],
    [
      'one put in front',
      `insert into audit (seq, prev_hash, hash, entry) select 0, prev_hash, hash, entry from audit where seq = 1`,
      0,
      'changed',
    ],
    [
      'one put behind',
      `insert into audit (seq, prev_hash, hash, entry) select 6, prev_hash, hash, entry from audit where seq = 5`,
      6,
      'changed',
    ],
  ])('finds %s, and names the first that is wrong', async (_, sql, seq, fault) => {
    file.tamper(sql);

    expect(await verify()).toEqual({ kind: 'broken', seq, fault });
  });

  it('finds an entry put in with a hash that fits itself alone', async () => {
    const forged = { seq: 3, prevHash: 'f'.repeat(64), entry: '{"action":"forged"}' };
    file.tamper(
      `update audit set prev_hash = '${forged.prevHash}', entry = '${forged.entry}', hash = '${auditHash(forged)}' where seq = 3`,
    );

    expect(await verify()).toEqual({ kind: 'broken', seq: 3, fault: 'not_following' });
  });

  it('finds a cut end only where a head is known', async () => {
    file.tamper('delete from audit where seq > 3');

    expect(await verify()).toMatchObject({ kind: 'whole', entries: 3 });
    expect(await verify(file.heads[2])).toMatchObject({ kind: 'whole' });
    expect(await verify(file.heads[4])).toEqual({ kind: 'broken', seq: 4, fault: 'cut_off' });
  });

  it('finds an audit that is gone altogether', async () => {
    file.tamper('delete from audit');

    expect(await verify(file.heads[4])).toEqual({ kind: 'broken', seq: 1, fault: 'cut_off' });
  });

  it('finds a chain that was written anew, with every hash right, by a head of before', async () => {
    const links = await readAudit({ kind: 'sqlite', path: file.path }, async (stored) => {
      const found: StoredLink[] = [];
      for await (const link of stored) found.push(link);
      return found;
    });
    let prevHash = links[1]?.hash ?? '';
    const anew = links.slice(2).map(({ seq, entry }) => {
      const changed = { seq, prevHash, entry: entry.replace('"c"', '"x"') };
      prevHash = auditHash(changed);
      const { entry: text } = changed;
      return `update audit set entry = '${text}', prev_hash = '${changed.prevHash}', hash = '${prevHash}' where seq = ${seq}`;
    });
    file.tamper(anew.join(';'));

    expect(await verify()).toMatchObject({ kind: 'whole', entries: 5 });
    expect(await verify(file.heads[1])).toMatchObject({ kind: 'whole' });
    expect(await verify(file.heads[3])).toEqual({ kind: 'broken', seq: 4, fault: 'rewritten' });
  });
});
