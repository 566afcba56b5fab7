import { describe, expect, it } from 'vitest';
import { checkConfig, showConfig } from '../../src/cli/config.ts';
import { exitCode } from '../../src/cli/exit.ts';
import type { ConfigSources } from '../../src/config/load.ts';

const file = `
defaults: { channels: [{ id: C0ALL }] }
projects:
  - project: acme/payments/*
    environments: { "prod*": { deployers: [maintainer] } }
  - project: acme/payments/core
    aliases: [core]
    environments: { production: { job: deploy-core } }
operations: { channel: C0OPS }
`;

function sources(text = file): ConfigSources {
  return {
    env: {
      SLACK_BOT_TOKEN: 'xoxb-very-secret',
      SLACK_SIGNING_SECRET: 'signing-very-secret',
      GITLAB_TOKEN: 'glpat-very-secret',
      GITLAB_WEBHOOK_SECRET: '0123456789-very-secret',
    },
    readFile: () => text,
  };
}

/** Lines with their columns parted by bars. */
function shown(project?: string): readonly string[] {
  return showConfig(sources(), project).map((line) => line.trim().replaceAll(/ {2,}/g, ' | '));
}

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('checkConfig', () => {
  it('counts what is right', () => {
    expect(checkConfig(sources())).toEqual(['ok: 1 project, 1 pattern']);
  });

  it('ends with code 78 and all problems', () => {
    const wrong = sources(file.replace('core]', 'my core]').replace('C0OPS', 'ops'));
    const error = thrownBy(() => checkConfig({ ...wrong, env: { ...wrong.env, GITLAB_TOKEN: '' } }));

    expect(exitCode(error)).toBe(78);
    expect(String(error).split('\n')).toHaveLength(3);
  });
});

describe('showConfig', () => {
  it('says of secrets whether they are set, and never what they are', () => {
    expect(shown()).toContain('GITLAB_TOKEN | set | environment');
    expect(shown()).toContain('SLACK_APP_TOKEN | not set | built-in default');
    expect(shown().join('\n')).not.toContain('very-secret');
  });

  it('shows what the file says at its top, with the lines', () => {
    expect(shown()).toContain('operations.channel | C0OPS | chatops.yml line 9');
    expect(shown()).toContain('poll_every | 60s | built-in default');
    expect(shown()).toContain('acme/payments/* | pattern | chatops.yml line 4');
  });

  it('says of each value of a project which line it comes from', () => {
    expect(shown('core')).toEqual([
      'acme/payments/core',
      'aliases | [core] | chatops.yml line 7',
      'events | both | built-in default',
      'channels[0].id | C0ALL | chatops.yml line 2, under defaults',
      'channels[0].notify | [failed, fixed, deployed, approval] | built-in default',
      'channels[0].refs | the default branch and tags | built-in default',
      'channels[0].environments | all | built-in default',
      'channels[0].exclude | nothing | built-in default',
      'channels[0].broadcast | failures | built-in default',
      'channels[0].mention | author | built-in default',
      'channels[0].default | false | built-in default',
      'environments.prod*.deployers | [maintainer] | chatops.yml line 5, under acme/payments/*',
      "environments.prod*.job | found from the pipeline's own graph | built-in default",
      'environments.prod*.rollback | redeploy, by developers, locked afterwards on tier production | built-in default',
      'environments.prod*.approvals | none | built-in default',
      'environments.prod*.variables | any, on tier production none | built-in default',
      'environments.prod*.confirm | true | built-in default',
      'environments.prod*.link | optional | built-in default',
      'environments.prod*.versions | all | built-in default',
      'environments.prod*.after | [] | built-in default',
      'environments.prod*.requires | [] | built-in default',
      'environments.prod*.freeze | [] | built-in default',
      'environments.prod*.migrations | [] | built-in default',
      'environments.prod*.dashboard | none | built-in default',
      'environments.prod*.notify_email | [] | built-in default',
      "environments.prod*.verify | the pipeline's own verify jobs | built-in default",
      'environments.prod*.canary | not watched by the bot | built-in default',
      'environments.prod*.oncall | nobody | built-in default',
      'environments.production.job | [deploy-core] | chatops.yml line 8',
      'environments.production.deployers | [maintainer] | chatops.yml line 5, under acme/payments/*, for prod*',
      'environments.production.rollback | redeploy, by developers, locked afterwards on tier production | built-in default',
      'environments.production.approvals | none | built-in default',
      'environments.production.variables | any, on tier production none | built-in default',
      'environments.production.confirm | true | built-in default',
      'environments.production.link | optional | built-in default',
      'environments.production.versions | all | built-in default',
      'environments.production.after | [] | built-in default',
      'environments.production.requires | [] | built-in default',
      'environments.production.freeze | [] | built-in default',
      'environments.production.migrations | [] | built-in default',
      'environments.production.dashboard | none | built-in default',
      'environments.production.notify_email | [] | built-in default',
      "environments.production.verify | the pipeline's own verify jobs | built-in default",
      'environments.production.canary | not watched by the bot | built-in default',
      'environments.production.oncall | nobody | built-in default',
      expect.stringMatching(/^policy of production \| [0-9a-f]{64} \| the rules above$/),
    ]);
  });

  it('refuses a project that no entry is about, with the nearest one', () => {
    expect(() => showConfig(sources(), 'acme/payment/core')).toThrow('No entry of chatops.yml is about');
    expect(thrownBy(() => showConfig(sources(), 'acme/payment/core'))).toMatchObject({
      hint: 'The nearest is acme/payments/core.',
    });
  });

  it('says what people watch, where the file names no such channel', () => {
    const watch = {
      channel: 'C0HERE',
      project: 'acme/**',
      deployable: false,
      by: { slackUserId: 'U0ANN', username: 'ann' },
      since: new Date('2026-03-01T12:00:00Z'),
    };
    const lines = showConfig(sources(), 'acme/site', [watch]).join('\n');
    const ofFile = showConfig(sources(), 'acme/payments/core', [{ ...watch, channel: 'C0CORE' }]).join('\n');

    expect(lines).toContain('watch.C0HERE.notify');
    expect(lines).toContain('watched by @ann in C0HERE since 2026-03-01T12:00Z, under acme/**, notices only');
    expect(ofFile.includes('watched by')).toBe(!file.includes('C0CORE'));
  });
});
