import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { helmPath } from '../../support/kube-tools.ts';
import { sample } from './checkout.ts';
import { type Served, startService } from './processes.ts';
import { createHistory, HelmError, type Revision, type Workload } from './releases.ts';

/** What goes wrong in the cluster, changed by a test as it goes. */
export interface ClusterFaults {
  /** Share of requests that the canary fails. */
  canaryErrors: number;
  /** The version that production goes on serving, whatever Helm was told. */
  stuckVersion: string | undefined;
  /** Upgrades of this release never end. */
  hangs: string | undefined;
}

/** A stand-in for registry, cluster and Helm that runs what is deployed, as processes on fixed ports of loopback. */
export interface Cluster {
  readonly url: string;
  readonly faults: ClusterFaults;
  /** Every call of a tool, without its folder. */
  readonly calls: readonly string[];
  /** What was posted to `/slack`. */
  readonly notices: readonly string[];
  readonly history: (release: string) => readonly Revision[];
  readonly isRunning: (release: string) => boolean;
  readonly stop: () => Promise<void>;
}

type History = ReturnType<typeof createHistory>;

const Container = z.object({
  image: z.string(),
  env: z.array(z.object({ name: z.string(), value: z.string() })),
});
const Deployment = z.object({
  spec: z.object({ template: z.object({ spec: z.object({ containers: z.tuple([Container]) }) }) }),
});
const contexts = new Set(['dev', 'staging', 'prod']);

/** Starts it; `ports` says where each release answers, by `namespace/release`. */
export async function startCluster(ports: Readonly<Record<string, number>>): Promise<Cluster> {
  const faults: ClusterFaults = { canaryErrors: 0, stuckVersion: undefined, hangs: undefined };
  const calls: string[] = [];
  const notices: string[] = [];
  const images = new Set<string>();
  const histories = new Map<string, History>();
  const services = new Map<string, Served>();

  const run = async (key: string, workload: Workload): Promise<void> => {
    const port = ports[key];
    if (port === undefined) throw new HelmError(`no such place: ${key}`);
    await services.get(key)?.stop();
    const env = { ...workload.env };
    if (key.endsWith('-canary')) env['FAULT_RATE'] = String(faults.canaryErrors);
    else if (key.startsWith('production/') && faults.stuckVersion) env['APP_VERSION'] = faults.stuckVersion;
    services.set(key, await startService(sample, port, env));
  };

  const helm = async (cwd: string, args: readonly string[], gone: Promise<void>): Promise<string> => {
    const [deed = '', ...rest] = args;
    if (deed === 'registry' || deed === 'push') return `${deed}: done\n`;
    const { words, namespace } = readHelm(rest);
    const [release = '', second = ''] = words;
    const key = `${namespace}/${release}`;
    const history = histories.get(key) ?? createHistory();
    if (deed !== 'upgrade' && history.revisions.length === 0) {
      if (deed === 'uninstall' && rest.includes('--ignore-not-found')) return 'release not found\n';
      throw new HelmError('release: not found');
    }
    histories.set(key, history);
    switch (deed) {
      case 'upgrade': {
        const workload = await renderWorkload(cwd, release, rest);
        const description = rest[rest.indexOf('--description') + 1] ?? '';
        const revision = history.beginUpgrade(workload, description);
        if (faults.hangs === key) await gone;
        if (!images.has(workload.image)) {
          revision.status = 'failed';
          throw new HelmError(`UPGRADE FAILED: ${workload.image}: ImagePullBackOff`);
        }
        await run(key, workload);
        history.complete(revision);
        return `Release "${release}" has been upgraded. Happy Helming!\n`;
      }
      case 'rollback': {
        const revision = history.beginRollback(Number(second));
        faults.stuckVersion = undefined;
        await run(key, revision.workload);
        history.complete(revision);
        return 'Rollback was a success! Happy Helming!\n';
      }
      case 'uninstall':
        await services.get(key)?.stop();
        services.delete(key);
        histories.delete(key);
        return `release "${release}" uninstalled\n`;
      case 'history':
        return `${JSON.stringify(history.revisions.map(({ revision, status, description }) => ({ revision, status, description })))}\n`;
      case 'status':
        return `STATUS: ${history.revisions.at(-1)?.status}\n`;
      default:
        throw new HelmError(`unknown command "${deed}" for "helm"`);
    }
  };

  const use = async (words: readonly string[], gone: Promise<void>): Promise<string> => {
    const [cwd = '', tool = '', ...args] = words;
    calls.push([tool, ...args].join(' '));
    if (tool === 'docker') return docker(images, args);
    if (tool === 'kubectl') return kubectl(args);
    return tool === 'helm' ? await helm(cwd, args, gone) : `${tool}: done\n`;
  };

  const listen = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    if (request.url === '/slack') {
      notices.push(body);
      response.end('ok');
      return;
    }
    const gone = new Promise<void>((_, reject) =>
      response.on('close', () => reject(new HelmError('the caller is gone'))),
    );
    // Nobody may be waiting for it.
    gone.catch(() => undefined);
    try {
      response.end(`0\n${await use(body.split('\0').slice(0, -1), gone)}`);
    } catch (error) {
      response.end(`1\nError: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  };

  const server = createServer((request, response) => void listen(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    faults,
    calls,
    notices,
    history: (release) => histories.get(release)?.revisions ?? [],
    isRunning: (release) => services.has(release),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all([...services.values()].map((service) => service.stop()));
    },
  };
}

/** What the real chart makes of the very flags that the job gave: the stand-in runs what it says. */
async function renderWorkload(cwd: string, release: string, args: readonly string[]): Promise<Workload> {
  if (helmPath === undefined) throw new Error('no helm');
  const values = args.flatMap((word, index) =>
    ['--values', '--set', '--set-string'].includes(word) ? [word, args[index + 1] ?? ''] : [],
  );
  const { stdout } = await promisify(execFile)(helmPath, ['template', release, 'helm/app', ...values], { cwd });
  const documents = parseAllDocuments(stdout).map((document): unknown => document.toJS());
  const found = documents.find((each) => z.object({ kind: z.literal('Deployment') }).safeParse(each).success);
  const [{ image, env }] = Deployment.parse(found).spec.template.spec.containers;
  return { image, env: Object.fromEntries(env.map((each) => [each.name, each.value])) };
}

function readHelm(args: readonly string[]): { words: readonly string[]; namespace: string } {
  const words: string[] = [];
  let namespace = '';
  const alone = new Set(['--install', '--create-namespace', '--atomic', '--wait', '--ignore-not-found']);
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (alone.has(word)) continue;
    if (!word.startsWith('-')) words.push(word);
    else {
      at += 1;
      if (word === '-n' || word === '--namespace') namespace = args[at] ?? '';
    }
  }
  return { words, namespace };
}

function docker(images: Set<string>, args: readonly string[]): string {
  const last = args.at(-1) ?? '';
  switch (args[0]) {
    case 'pull':
      if (!images.has(last)) throw new Error(`manifest for ${last} not found`);
      return `${last}\n`;
    case 'push':
      images.add(last);
      return `${last}\n`;
    case 'image':
      return '48213504\n';
    default:
      return '';
  }
}

function kubectl(args: readonly string[]): string {
  const [deed, second = '', third = ''] = args;
  if (deed === 'config' && second === 'use-context') {
    if (!contexts.has(third)) throw new Error(`no context exists with the name: "${third}"`);
    return `Switched to context "${third}".\n`;
  }
  if (deed === 'rollout' || deed === 'apply') return `${deed}: done\n`;
  throw new Error(`unknown command "${deed}" for "kubectl"`);
}
