import { describe, expect, it } from 'vitest';
import { excerptLog, tailLog } from '../../src/domain/log-excerpt.ts';
import { maskSecrets } from '../../src/log/log.ts';

const escape = '\u001b';
const unmasked = (text: string): string => text;
const mask = (text: string): string => text.replaceAll('s3cr3t-value', '[secret]');

function excerpt(log: string): readonly string[] {
  return excerptLog(log, unmasked);
}

describe('excerptLog', () => {
  it('shows the last eight lines that say something', () => {
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`);

    expect(excerpt(lines.join('\n\n  \n'))).toEqual(lines.slice(12));
  });

  it('is empty for a log that says nothing', () => {
    expect(excerpt('')).toEqual([]);
    expect(excerpt('\n \r\n\t\n')).toEqual([]);
  });

  it.each([
    ['colours', `${escape}[31;1mERROR${escape}[0;m: no`, ['ERROR: no']],
    ['erased lines', `${escape}[0Kok${escape}[2K`, ['ok']],
    ['hidden cursors', `${escape}[?25lok${escape}[?25h`, ['ok']],
    [
      'section marks',
      `section_start:1560896352:my_section[collapsed=true]\r${escape}[0KHeader\nbody\nsection_end:1560896353:my_section\r${escape}[0K`,
      ['Header', 'body'],
    ],
    [
      'two section marks on a line',
      `section_end:1:a\r${escape}[0Ksection_start:2:b\r${escape}[0Kb begins`,
      ['b begins'],
    ],
    ['what was overwritten in place', 'load 10%\rload 60%\rload 100%\ndone\n', ['load 100%', 'done']],
    ['Windows line ends', 'one\r\ntwo\r\n', ['one', 'two']],
    [
      'the time before each line',
      '2026-03-02T09:00:00.123456Z 00O one\n2026-03-02T09:00:01.123456Z 01E two\n2026-03-02T09:00:01.123456Z 00O+three',
      ['one', 'two', 'three'],
    ],
  ])('leaves out %s', (_what, log, lines) => {
    expect(excerpt(log)).toEqual(lines);
  });

  it('leaves out what the runner says around every job', () => {
    const log = [
      'FAIL src/cart.test.ts',
      'Running after_script',
      'Uploading artifacts for failed job',
      'Cleaning up project directory and file based variables',
      `${escape}[31;1mERROR: Job failed: exit code 1`,
    ];

    expect(excerpt(log.join('\n'))).toEqual(['FAIL src/cart.test.ts']);
  });

  it('keeps what the runner says of its own failure', () => {
    const line = 'ERROR: Job failed (system failure): prepare environment: timed out';

    expect(excerpt(line)).toEqual([line]);
  });

  it('cuts a long line and says so', () => {
    const [line = ''] = excerpt('x'.repeat(500));

    expect(line).toHaveLength(160);
    expect(line.endsWith('…')).toBe(true);
  });

  it('masks secrets with what it was handed', () => {
    expect(excerptLog('token s3cr3t-value used', mask)).toEqual(['token [secret] used']);
  });

  it('shows no part of a secret that lies across the beginning of what is looked at', () => {
    for (let behind = 19_985; behind <= 20_005; behind += 1) {
      const shown = excerptLog(`${'a'.repeat(50_000)}s3cr3t-value${'b'.repeat(behind)}`, mask).join('');

      expect(shown).not.toMatch(/value|alue|lue|cr3t/);
    }
  });

  it('looks at the end only of a log of megabytes', () => {
    let masked = 0;
    const log = `${'noise\n'.repeat(2_000_000)}the reason`;

    const lines = excerptLog(log, (text) => {
      masked += text.length;
      return text;
    });

    expect(lines.at(-1)).toBe('the reason');
    expect(masked).toBeLessThan(100_000);
  });

  it('shows no secret that a colour code touches', () => {
    expect(excerptLog(`${escape}[31mglpat-abcDEF123${escape}[0m`, (text) => maskSecrets(text, []))).toEqual([
      '[secret]',
    ]);
  });
});

describe('tailLog', () => {
  it('shows sixty lines, with what the runner says', () => {
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);

    expect(tailLog([...lines, 'ERROR: Job failed: exit code 1'].join('\n'), unmasked)).toEqual([
      ...lines.slice(41),
      'ERROR: Job failed: exit code 1',
    ]);
  });

  it('masks a private key that was printed', () => {
    const log = 'cat key\n-----BEGIN PRIVATE KEY-----\nMIIEvQ\nAAAA\n-----END PRIVATE KEY-----\ndone';

    expect(tailLog(log, (text) => maskSecrets(text, []))).toEqual(['cat key', '[secret]', 'done']);
  });
});
