import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { helmPath } from '../../support/kube-tools.ts';
import {
  type Checkout,
  contexts,
  createCheckout,
  type Ended,
  type Running,
  startProgram,
  variables,
} from './checkout.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { freePort, startPrometheus } from './processes.ts';
import { toolPath } from './tools.ts';

const production = 'production/production-app';
const tools = ['docker', 'helm', 'kubectl', 'kubeconform', 'trivy', 'cypress', 'k6', 'pip', 'pip-licenses'];

/** All that a release of the sample needs around it, on loopback. */
export interface Stage {
  readonly cluster: Cluster;
  /** Plays the whole pipeline of a tag, both gates pressed, while the canary has visitors. */
  readonly release: (version: string, more?: Readonly<Record<string, string>>) => Running;
  /** Plays the pipeline of the main branch. */
  readonly main: () => Running;
  /** Plays one job of a tag's pipeline again, with what its other jobs left. */
  readonly play: (job: string, version: string) => Running;
  /** Runs one of the sample's scripts by itself. */
  readonly script: (name: string, args: readonly string[], env: Readonly<Record<string, string>>) => Running;
  /** The version that production answers with, or undefined where it does not answer. */
  readonly liveVersion: () => Promise<string | undefined>;
  /** Visitors of the canary come or stay away. */
  readonly traffic: (isOn: boolean) => void;
  readonly stop: () => Promise<void>;
}

/** Sets everything up: a checkout, a cluster, stand-ins in PATH, and a real Prometheus. */
export async function startStage(): Promise<Stage> {
  const [staging, live, canary] = [await freePort(), await freePort(), await freePort()];
  const cluster = await startCluster({
    'staging/production-app': staging,
    [production]: live,
    [`${production}-canary`]: canary,
  });
  const prometheus = await startPrometheus([staging, live, canary]);
  const checkout = createCheckout();
  const env = {
    PATH: `${linkTools(checkout)}${path.delimiter}${toolPath}`,
    // Bash reads ~/.bashrc when its input is a socket, as Node's pipes are; somebody's own settings have no say here.
    HOME: path.dirname(checkout.folder),
    PYTHONDONTWRITEBYTECODE: '1',
    CLUSTER_URL: cluster.url,
    REAL_HELM: helmPath ?? '',
    STAGING_URL: `http://127.0.0.1:${staging}`,
    PROD_URL: `http://127.0.0.1:${live}`,
    PROMETHEUS_URL: prometheus.url,
  };
  const given = variables({
    ...env,
    CI_REGISTRY_IMAGE: 'registry.example.com/acme/production-app',
    CI_REGISTRY: 'registry.example.com',
    CI_REGISTRY_USER: 'ci',
    CI_REGISTRY_PASSWORD: 'secret',
    GITLAB_USER_NAME: 'Ann "Ace" Lee',
    KUBE_CONTEXT_DEV: 'dev',
    KUBE_CONTEXT_STAGING: 'staging',
    KUBE_CONTEXT_PROD: 'prod',
    SLACK_WEBHOOK_URL: `${cluster.url}/slack`,
    CANARY_WATCH_SECONDS: '3',
    CANARY_CHECK_INTERVAL: '1',
    CANARY_WINDOW: '3s',
    CANARY_MIN_REQUESTS: '10',
    SMOKE_ATTEMPTS: '3',
    SMOKE_DELAY: '1',
  });
  let visits = true;
  const visitors = setInterval(() => {
    if (visits && cluster.isRunning(`${production}-canary`)) {
      void fetch(`http://127.0.0.1:${canary}/`).catch(() => undefined);
    }
  }, 20);
  const gitlabCiLocal = (kind: string, args: readonly string[]): Running =>
    checkout.start(
      ['--force-shell-executor', '--shell-isolation', '--state-dir', `.gitlab-ci-local/${kind}`, ...given, ...args],
      env,
    );
  return {
    cluster,
    release: (version, more = {}) =>
      gitlabCiLocal(version, [
        ...contexts.tag(version),
        ...variables(more),
        '--manual=deploy-canary',
        '--manual=deploy-prod',
      ]),
    main: () => gitlabCiLocal('main', contexts.main()),
    play: (job, version) => gitlabCiLocal(version, [...contexts.tag(version), job]),
    script: (name, args, more) =>
      startProgram(path.join(checkout.folder, 'ci', name), args, { cwd: checkout.folder, env: { ...env, ...more } }),
    liveVersion: async () => {
      const answer = await fetch(`http://127.0.0.1:${live}/api/version`).catch(() => undefined);
      const body = (await answer?.json()) as { version?: string } | undefined;
      return body?.version;
    },
    traffic: (isOn) => {
      visits = isOn;
    },
    stop: async () => {
      clearInterval(visitors);
      await Promise.all([cluster.stop(), prometheus.stop()]);
      checkout.remove();
    },
  };
}

/** Names of the jobs that ended this way, from the summary that gitlab-ci-local prints. */
export function jobsThat(outcome: 'PASS' | 'FAIL', { output }: Ended): readonly string[] {
  const lines = output.split('\n').map((line) => line.trim());
  return lines.flatMap((line) => new RegExp(`^${outcome}\\s+(\\S+)`).exec(line)?.[1] ?? []);
}

function linkTools(checkout: Checkout): string {
  const folder = path.join(path.dirname(checkout.folder), 'bin');
  mkdirSync(folder);
  for (const tool of tools) symlinkSync(path.join(import.meta.dirname, 'stand-in'), path.join(folder, tool));
  return folder;
}
