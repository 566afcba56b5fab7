import { describe, expect, it } from 'vitest';
import { commandLine, quoteArgument } from '../../src/domain/command-line.ts';

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
