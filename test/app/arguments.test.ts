import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseText, readWords, type Words } from '../../src/app/arguments.ts';
import { commandLine, quoteArgument } from '../../src/domain/command-line.ts';
import { UsageError } from '../../src/domain/errors.ts';

const rules = { valueFlags: ['job', 'reason'] };

function read(text: string): Words {
  return readWords(text, rules);
}

function refusal(text: string): UsageError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error(`read without a refusal: ${text}`);
}

/** Read or refused; anything else that is thrown gets out. */
function outcome(text: string): 'read' | 'refused' {
  try {
    read(text);
    return 'read';
  } catch (error) {
    if (error instanceof UsageError) return 'refused';
    throw error;
  }
}

/** Words that a phone, Slack or a shell may make something of. */
const hostile = fc.stringMatching(
  /^(?:[ "'\\=<>|&;:@#$*a-z0-9.\-–—‘’“”«»\u00a0\u200b\u3000\n]|--|—job|http:|&amp;|😀){0,60}$/u,
);

describe('readWords', () => {
  it('reads variables where the command takes them, and switches without a value', () => {
    const rules = { valueFlags: ['job'], switches: ['dry-run'], variables: true };

    expect(readWords('prod A=1 —dry-run B="x y" "C=z w" D= v1', rules)).toEqual({
      words: ['prod', 'v1'],
      flags: { 'dry-run': '' },
      variables: { A: '1', B: 'x y', C: 'z w', D: '' },
    });
    expect(readWords('A=1', { valueFlags: [] })).toEqual({ words: ['A=1'], flags: {} });
  });

  it.each<[string, Words]>([
    ['', { words: [], flags: {} }],
    ['  \n ', { words: [], flags: {} }],
    ['prod v1.4.0', { words: ['prod', 'v1.4.0'], flags: {} }],
    ['"eu west" v1', { words: ['eu west', 'v1'], flags: {} }],
    ['say "a \\"b\\" \\\\ c"', { words: ['say', 'a "b" \\ c'], flags: {} }],
    ['"" v1', { words: ['', 'v1'], flags: {} }],
    ['prod"v1"', { words: ['prod', 'v1'], flags: {} }],
    ['prod v1 --job deploy-eu', { words: ['prod', 'v1'], flags: { job: 'deploy-eu' } }],
    ['--JOB=deploy-eu prod', { words: ['prod'], flags: { job: 'deploy-eu' } }],
    ['prod --reason "it is late" v1', { words: ['prod', 'v1'], flags: { reason: 'it is late' } }],
    ['--job "--odd" x', { words: ['x'], flags: { job: '--odd' } }],
    ['--job a --job b', { words: [], flags: { job: 'b' } }],
    ['"--job" x', { words: ['--job', 'x'], flags: {} }],
    ['-x', { words: ['-x'], flags: {} }],
    ["it's", { words: ["it's"], flags: {} }],
  ])('reads %s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each([
    ['an open quote', 'prod "v1', 'quote is opened'],
    ['a quote alone', '"', 'quote is opened'],
    ['an unknown flag', 'prod --froce', '--froce is not a flag'],
    ['a flag of nothing', 'prod --', '-- is not a flag'],
    ['a flag of the language', '--__proto__ x', '--__proto__ is not a flag'],
    ['a flag without its value', 'prod --job', '--job needs a value'],
    ['a flag followed by a flag', '--job --reason x', '--job needs a value'],
    ['a flag with an empty value', '--job=', '--job needs a value'],
    ['a flag with an empty quote', '--job ""', '--job needs a value'],
  ])('refuses %s and says what to do', (_what, text, message) => {
    expect(refusal(text).message).toContain(message);
    expect(refusal(text).hint).not.toBe('');
  });

  it('offers the flag that was meant, else those it knows', () => {
    expect(refusal('--jbo x').hint).toBe('Did you mean --job?');
    expect(refusal('--emergency x').hint).toBe('This command knows --job, --reason.');
    expect(() => readWords('--job x', { valueFlags: [] })).toThrow(
      expect.objectContaining({ hint: 'This command takes no flags.' }),
    );
  });

  it('refuses a text longer than any command, without reading it', () => {
    expect(read('a'.repeat(4_000)).words).toHaveLength(1);
    expect(refusal('a'.repeat(4_001)).message).toContain('4001 characters');
    expect(refusal('"'.repeat(5_000_000)).message).toContain('at most 4000');
  });

  it('never throws anything but a usage error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), hostile), (text) => {
        expect(outcome(text)).toMatch(/^(?:read|refused)$/);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['"', '\\"', '<http:', '<http:|', '<mailto:a|', '--', '— ', '&amp;', ' "a'])(
    'does not get lost in as much of %s as fits a command',
    (part) => {
      expect(outcome(part.repeat(Math.floor(4_000 / part.length)))).toMatch(/^(?:read|refused)$/);
    },
  );
});

describe('a text typed on a phone', () => {
  it.each([
    ['curly quotes', 'prod --reason “it is late”', 'prod --reason "it is late"'],
    ['low quotes', 'prod --reason „it is late“', 'prod --reason "it is late"'],
    ['guillemets', 'prod --reason «it is late»', 'prod --reason "it is late"'],
    ['curly apostrophes', 'it’s', "it's"],
    ['an em dash', 'prod v1 —job x', 'prod v1 --job x'],
    ['an en dash', 'prod v1 –job x', 'prod v1 --job x'],
    ['an em dash at the beginning', '—job x', '--job x'],
    ['an em dash behind an invisible mark', '\u200b—job x', '--job x'],
    ['no-break spaces', 'prod\u00a0v1\u202f--job\u00a0x', 'prod v1 --job x'],
    ['invisible marks', '\ufeffprod v1.\u200b4.0\u200f', 'prod v1.4.0'],
    ['a version that Slack made a link', 'prod <http://v1.4.0.dev|v1.4.0.dev>', 'prod v1.4.0.dev'],
    ['an address that Slack wrapped', '<https://gitlab.example.com/a/b>', 'https://gitlab.example.com/a/b'],
    ['a mail address that Slack wrapped', '<mailto:a@example.com|a@example.com>', 'a@example.com'],
    ['Slack’s escapes', 'a &lt;b&gt; &amp; c', 'a <b> & c'],
    ['names of people and channels', '<@U0ANN|ann> <#C0DEPLOYS|deploys>', '<@U0ANN> <#C0DEPLOYS>'],
  ])('is read through %s', (_what, phone, plain) => {
    expect(normaliseText(phone)).toBe(plain);
    expect(read(phone)).toEqual(read(plain));
  });

  it('undoes an escape once', () => {
    expect(read('&amp;lt;').words).toEqual(['&lt;']);
  });

  it('keeps a dash inside of a word', () => {
    expect(normaliseText('feature—x 1 — 2')).toBe('feature—x 1 — 2');
  });

  const word = fc.stringMatching(/^[a-z0-9][a-z0-9._/-]{0,12}$/);
  const typed = fc.record({
    words: fc.array(word, { maxLength: 4 }),
    reason: fc.option(fc.array(word, { minLength: 1, maxLength: 4 }), { nil: undefined }),
  });

  it('means the same as the plain text', () => {
    fc.assert(
      fc.property(
        typed,
        fc.constantFrom(['“', '”'], ['„', '“'], ['«', '»']),
        fc.constantFrom('—', '–', '--'),
        (text, [open, close], dash) => {
          const plain = [...text.words, ...(text.reason ? [`--reason "${text.reason.join(' ')}"`] : [])].join(' ');
          const reason = text.reason ? [`${dash}reason ${open}${text.reason.join('\u00a0')}${close}`] : [];
          const phone = [...text.words, ...reason].join('\u00a0');

          expect(read(phone)).toEqual(read(plain));
        },
      ),
    );
  });
});

describe('a command line that we write', () => {
  const argument = fc
    .oneof(fc.string({ maxLength: 30 }), fc.string({ unit: 'grapheme', maxLength: 30 }), hostile)
    // What reading makes of phones' characters and Slack's escapes is the one thing that quoting cannot undo.
    .filter((text) => normaliseText(`"${text}"`) === `"${text}"`);

  it('is read back as the words it was made of', () => {
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 5 }), (words) => {
        const line = words.map(quoteArgument).join(' ');
        // Two words side by side may look like one of Slack's labelled links or mentions.
        fc.pre(normaliseText(line) === line);

        expect(read(line)).toEqual({ words, flags: {} });
      }),
      { numRuns: 1_000, examples: [[['<http:', '>']]] },
    );
  });

  it('is read back with its flags', () => {
    fc.assert(
      fc.property(
        argument,
        argument.filter((text) => text !== '' && !/^--[a-z-]+$/.test(text)),
        (word, job) => {
          fc.pre(!/^--[a-z-]+$/.test(word));
          const [, ...rest] = commandLine('gl-', '/deploy', [word, '--job', job]).split(' ');

          expect(read(rest.join(' '))).toEqual({ words: [word], flags: { job } });
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
