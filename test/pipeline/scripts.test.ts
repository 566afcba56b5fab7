import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { helmPath, kubectlPath } from '../support/kube-tools.ts';
import { sample } from './support/checkout.ts';
import { type Stage, startStage } from './support/stage.ts';
import { absentTools, withoutTools } from './support/tools.ts';

const canBeChecked = absentTools.length === 0;
const read = (file: string): string => readFileSync(path.join(sample, file), 'utf8');

function check(program: string, args: readonly string[], input?: string): string {
  const options = {
    cwd: sample,
    encoding: 'utf8' as const,
    timeout: 30_000,
    ...(input === undefined ? {} : { input }),
  };
  const { status, stdout, stderr } = spawnSync(program, args, options);
  return status === 0 ? '' : `${stdout}${stderr}`;
}

/** What the chart makes of one environment's values. */
function render(values: string, ...more: string[]): string {
  const args = ['template', 'production-app', 'helm/app', '--values', `helm/values/${values}.yaml`, ...more];
  return execFileSync(helmPath ?? '', args, { cwd: sample, encoding: 'utf8' });
}

describe.skipIf(!canBeChecked)(`the scripts of the sample${withoutTools}`, () => {
  it('have nothing that shellcheck would warn of', () => {
    const scripts = readdirSync(path.join(sample, 'ci')).filter((file) => file.endsWith('.sh'));

    expect(scripts.length).toBeGreaterThan(5);
    expect(check('shellcheck', ['-x', ...scripts.map((file) => `ci/${file}`)])).toBe('');
    expect(check('shellcheck', [path.join(import.meta.dirname, 'support/stand-in')])).toBe('');
  });

  it('leave short scripts only in the CI file', () => {
    const long = Object.entries(parse(read('.gitlab-ci.yml')) as Record<string, { script?: readonly string[] }>).filter(
      ([, { script = [] }]) => script.join('\n').split('\n').length > 6,
    );

    expect(long.map(([name]) => name)).toEqual([]);
  });
});

describe.skipIf(!canBeChecked)(`the alert rules of the sample${withoutTools}`, () => {
  it('are rules to Prometheus', () => {
    const { spec } = parse(read('k8s/monitoring/alerts.yaml')) as { spec: unknown };

    // By way of cat, since promtool opens its file by name, which a socket of Node's has not.
    expect(check('bash', ['-c', 'promtool check rules <(cat)'], stringify(spec))).toBe('');
  });
});

describe.skipIf(!canBeChecked)(`the chart of the sample${withoutTools}`, () => {
  it.each(['development', 'staging', 'canary', 'production'])('is good for %s, to helm and to kubectl', (values) => {
    expect(check(helmPath ?? '', ['lint', '--strict', 'helm/app', '--values', `helm/values/${values}.yaml`])).toBe('');
    const rendered = render(values, '--set', 'ingress.host=example.com');
    // Reads every object without asking a server for its type.
    expect(check(kubectlPath ?? '', ['label', '--local', '-f', '-', 'read=yes', '-o', 'name'], rendered)).toBe('');
  });

  it('gives the canary its share of the traffic, and metrics from the first minute', () => {
    const canary = render(
      'canary',
      '--set',
      'ingress.host=example.com,canary.host=canary.example.com,canary.weight=25',
    );

    expect(canary).toContain('nginx.ingress.kubernetes.io/canary-weight: "25"');
    expect(canary).toContain('host: "canary.example.com"');
    expect(canary).toContain('kind: ServiceMonitor');
    expect(canary).toContain('{ name: TRACK, value: "canary" }');
  });

  it('leaves the number of pods to the autoscaler in production alone', () => {
    expect(render('production')).toMatch(/kind: HorizontalPodAutoscaler[\s\S]*minReplicas: 3[\s\S]*maxReplicas: 10/);
    expect(render('production')).not.toMatch(/^ {2}replicas:/m);
    expect(render('staging')).toMatch(/^ {2}replicas: 2$/m);
  });

  it('refuses a weight that is no share', () => {
    expect(check(helmPath ?? '', ['template', 'x', 'helm/app', '--set', 'canary.weight=110'])).toContain(
      'canary.weight',
    );
  });
});

describe.skipIf(!canBeChecked)(`a script of the sample by itself${withoutTools}`, () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage();
  });

  afterAll(() => stage.stop());

  const watch = {
    APP_NAME: 'production-app',
    CANARY_WATCH_SECONDS: '30',
    CANARY_CHECK_INTERVAL: '0',
    CANARY_WINDOW: '3s',
  };
  const limits = { CANARY_MIN_REQUESTS: '1', CANARY_MAX_ERROR_RATE: '0.01' };

  it('gives a canary up when Prometheus is not there', async () => {
    const env = { ...watch, ...limits, PROMETHEUS_URL: 'http://127.0.0.1:9' };

    const ended = await stage.script('watch-canary.sh', [], env).ended;

    expect(ended.code).toBe(1);
    expect(ended.output).toContain('gave no answer three times in a row');
  });

  it('gives a canary up when Prometheus cannot read the question', async () => {
    const ended = await stage.script('watch-canary.sh', [], { ...watch, ...limits, CANARY_WINDOW: 'soon' }).ended;

    expect(ended.code).toBe(1);
    expect(ended.output).toContain('gave no answer three times in a row');
  });

  it('says which variable is missing before it deploys', async () => {
    const ended = await stage.script('deploy.sh', [], { KUBE_CONTEXT: '' }).ended;

    expect(ended.code).toBe(1);
    expect(ended.output).toContain('give the project the variable KUBE_CONTEXT_DEV');
    expect(stage.cluster.calls).toEqual([]);
  });

  it('has nothing to go back to after the first release', async () => {
    const env = { KUBE_CONTEXT: 'prod', RELEASE: 'production-app', NAMESPACE: 'production' };

    const ended = await stage.script('rollback.sh', [], env).ended;

    expect(ended.code).toBe(1);
    expect(ended.output).toContain('There is nothing to go back to');
  });

  it('tells a failure with names that hold quotes and markup', async () => {
    const env = {
      SLACK_WEBHOOK_URL: `${stage.cluster.url}/slack`,
      CI_COMMIT_REF_NAME: 'fix-"<!channel>"',
      CI_PIPELINE_URL: 'https://gitlab.example.com/p/1',
    };

    const ended = await stage.script('notify.sh', ['failure'], env).ended;

    expect(ended).toMatchObject({ code: 0 });
    const notice = JSON.parse(stage.cluster.notices.at(-1) ?? '{}') as {
      blocks: readonly { text: { text: string } }[];
    };
    expect(notice.blocks[0]?.text.text).toContain('*Ref:* fix-"&lt;!channel&gt;"');
  });
});
