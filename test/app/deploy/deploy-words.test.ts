import { describe, expect, it } from 'vitest';
import { isDeployIncomplete } from '../../../src/app/deploy/deploy-words.ts';
import { aChannel, anEnvironmentRule, someRules } from '../../support/builders.ts';

const rules = someRules({
  aliases: ['app'],
  channels: [aChannel({ id: 'C0DEPLOYS' }), aChannel({ id: 'C0STAGING', defaultEnvironment: 'staging' })],
  environments: [anEnvironmentRule({ name: 'production', aliases: ['prod'] })],
});

function isIncomplete(line: string, channel = 'C0DEPLOYS'): boolean {
  const words = line.split(' ').filter((word) => word !== '');
  return isDeployIncomplete({ words, flags: {} }, { channel, settings: { projects: [rules] } });
}

describe('isDeployIncomplete', () => {
  it.each(['', 'prod', 'v1.4.0', 'app', 'app prod', 'app v1.4.0'])('is true for "%s"', (line) => {
    expect(isIncomplete(line)).toBe(true);
  });

  it.each(['prod v1.4.0', 'v1.4.0 prod', 'app prod v1.4.0', 'nope v1.4.0', 'app:prod v1.4.0'])(
    'is false for "%s"',
    (line) => {
      expect(isIncomplete(line)).toBe(false);
    },
  );

  it('takes one word for a version where the channel has a default environment', () => {
    expect(isIncomplete('v1.4.0', 'C0STAGING')).toBe(false);
    expect(isIncomplete('prod', 'C0STAGING')).toBe(true);
    expect(isIncomplete('', 'C0STAGING')).toBe(true);
  });

  it('leaves a whole line without a project to the one who offers projects', () => {
    expect(isIncomplete('prod v1.4.0', 'C0RANDOM')).toBe(false);
    expect(isIncomplete('', 'C0RANDOM')).toBe(true);
  });
});
