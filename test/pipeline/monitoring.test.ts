import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { absentTools, withoutTools } from './support/tools.ts';

const folder = path.join(import.meta.dirname, '../../examples/monitoring');

function promtool(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8', timeout: 30_000 });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

const isAbsent = absentTools.includes('promtool');

describe.skipIf(isAbsent)(`the alert rules of the bot${isAbsent ? withoutTools : ''}`, () => {
  it('are rules to Prometheus', () => {
    expect(promtool('check', 'rules', 'alerts.yml')).toBe('');
  });

  it('are silent on a quiet day, and each tells of its trouble', () => {
    expect(promtool('test', 'rules', 'alerts-test.yml')).toBe('');
  });
});
