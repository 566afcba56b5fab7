import { describe, expect, it } from 'vitest';
import { readConfigFile } from '../../src/config/file.ts';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/domain/errors.ts';
import { environmentRule } from '../../src/domain/project.ts';

const file = (keys: string): string => `
projects:
  - project: acme/app
    channels: [{ id: C0DEPLOYS }]
    environments: { production: { ${keys} } }
`;

function ruleOf(keys: string) {
  const read = readConfigFile(file(keys), 'chatops.yml');
  if (read.kind === 'refused') throw new Error(read.problems.map(({ problem }) => problem).join('; '));
  const rules = read.settings.rulesFor('acme/app');
  return rules && environmentRule(rules, 'production');
}

function problemsOf(keys: string): string {
  const read = readConfigFile(file(keys), 'chatops.yml');
  if (read.kind !== 'refused') return '';
  return read.problems.map(({ setting, problem, mend }) => `${setting} ${problem}. ${mend}`).join('\n');
}

describe('canary and verify', () => {
  it('are read as written, with what is left out', () => {
    expect(ruleOf("canary: { watch: { query: 'a / b', above: 0.01, for: 5m, every: 15s } }")?.canary).toEqual({
      asks: true,
      watch: { query: 'a / b', above: 0.01, forMs: 300_000, everyMs: 15_000, minRequests: 1 },
    });
    expect(ruleOf('canary: { on_failure: abort, then: promote }')?.canary).toEqual({ asks: false });
    expect(ruleOf('verify: { url: http://app.svc/version }')?.verify).toEqual({
      probe: { url: 'http://app.svc/version', field: 'version', withinMs: 300_000, everyMs: 10_000 },
    });
    expect(ruleOf('verify: { job: verify-deployment }')?.verify).toEqual({ jobs: ['verify-deployment'] });
    expect(ruleOf('rollback: { auto: true }, oncall: S0ONCALL')).toMatchObject({
      rollback: { auto: true },
      oncall: 'S0ONCALL',
    });
  });

  it('take the smallest traffic without counting it', () => {
    const keys = "canary: { watch: { query: 'a / b', above: 0.01, for: 5m, every: 15s, min_requests: 1 } }";

    expect(ruleOf(keys)?.canary?.watch?.minRequests).toBe(1);
  });

  it.each([
    ["canary: { watch: { query: 'a', for: 5m, every: 15s } }", 'canary.watch names no limit: above or below'],
    ["canary: { watch: { query: 'a', above: 1, for: 5s, every: 15s } }", 'watch.every is longer than the whole watch'],
    ["canary: { watch: { query: 'a', above: 1, for: 3h, every: 1s } }", 'more than 1000 readings'],
    [
      "canary: { watch: { query: 'a', above: 1, for: 5m, every: 15s, min_requests: 20 } }",
      'watch.min_requests needs `requests`, PromQL that counts them',
    ],
    ['canary: { then: deploy }', 'canary.then is not one of ask, promote'],
    ['verify: {}', 'verify names neither job nor url'],
    ['verify: { job: smoke, url: https://example.com }', 'verify names a job and an address'],
    ['verify: { job: smoke, within: 5m }', 'verify says json, within or every without url'],
    ['verify: { url: ftp://example.com }', 'verify.url is not a web address'],
    ['verify: { url: https://ann:secret@example.com }', 'verify.url contains a user name or password'],
    ['oncall: "#oncall"', 'oncall is neither a Slack user nor a user group'],
  ])('refuse %s', (keys, problem) => {
    expect(problemsOf(keys)).toContain(problem);
  });
});

describe('a canary watch without Prometheus', () => {
  const keys = "canary: { watch: { query: 'a / b', above: 0.01, for: 5m, every: 15s } }";
  const env = {
    SLACK_BOT_TOKEN: 'xoxb-1',
    SLACK_SIGNING_SECRET: 'signing',
    GITLAB_TOKEN: 'glpat-1',
    GITLAB_WEBHOOK_SECRET: '0123456789abcdef',
  };

  it('is a mistake that says what to do', () => {
    expect(() => loadConfig({ env, readFile: () => file(keys) })).toThrow(
      /canary\.watch: cannot be used without `PROMETHEUS_URL` \(chatops\.yml line 5/,
    );
  });

  it('is none with it, and stays one when the file is read again', () => {
    const config = loadConfig({
      env: { ...env, PROMETHEUS_URL: 'http://prometheus:9090/' },
      readFile: () => file(keys),
    });
    let text = file('');
    const without = loadConfig({ env, readFile: () => text });
    text = file(keys);

    expect(config.settings.prometheusUrl).toBe('http://prometheus:9090');
    expect(() => without.source.read()).toThrow(ConfigError);
  });
});
