import { describe, expect, it } from 'vitest';
import { asInstalled, commandLine, quoteArgument } from '../../src/domain/command-line.ts';

describe('quoteArgument', () => {
  it.each([
    ['v1.4.0', 'v1.4.0'],
    ['feature/x', 'feature/x'],
    ['', '""'],
    ['two words', '"two words"'],
    ['say "hi"', '"say \\"hi\\""'],
    ['a\\b', '"a\\\\b"'],
    ['--job', '"--job"'],
    ['-x', '-x'],
  ])('%s: %s', (text, quoted) => {
    expect(quoteArgument(text)).toBe(quoted);
  });
});

describe('commandLine', () => {
  it('writes the command as it is installed, flags as they are', () => {
    expect(commandLine('', '/deploy', ['production', 'v1.4.0'])).toBe('/deploy production v1.4.0');
    expect(commandLine('gl-', '/deploy', ['eu west', 'v1', '--job', 'deploy eu'])).toBe(
      '/gl-deploy "eu west" v1 --job "deploy eu"',
    );
    expect(commandLine('', '/deployments', [])).toBe('/deployments');
  });
});

describe('asInstalled', () => {
  it('names the commands of a sentence as they are called here, and nothing else', () => {
    const sentence = 'Type /chatops link, or look at https://gitlab.example.com/a/b and `/invite @bot` 1/2.';

    expect(asInstalled(sentence, 'gl-')).toBe(sentence.replace('/chatops', '/gl-chatops'));
    expect(asInstalled('/deploy prod', 'gl-')).toBe('/gl-deploy prod');
    expect(asInstalled(sentence, '')).toBe(sentence);
  });
});
