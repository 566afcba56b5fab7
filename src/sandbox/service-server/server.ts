import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GitLabServer } from '../gitlab-server/server.ts';
import { keepAlive } from '../keep-alive.ts';
import { answerQuery, type CanaryMode, type PrometheusReply } from './prometheus-answers.ts';

/** What production answers when it is asked for its version: what was deployed, what was there before, or nothing. */
export const versionModes = ['ok', 'wrong', 'down'] as const;
export type VersionMode = (typeof versionModes)[number];

export interface ServiceServerOptions {
  readonly gitlab: Pick<GitLabServer, 'state'>;
  readonly now?: () => Date;
}

/** The deployed service of the sample project, as its users and its Prometheus see it, on loopback. */
export interface ServiceServer {
  /** For `PROMETHEUS_URL`; known once started, as is the next. */
  readonly prometheusUrl: string;
  /** For `verify.url` of production. */
  readonly versionUrl: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  setCanary(mode: CanaryMode): void;
  readonly canary: CanaryMode;
  setVersion(mode: VersionMode): void;
  /** From now on it answers with this, whatever is deployed. */
  says(version: string): void;
  /** Whether it answers with the version that was deployed last. */
  readonly isRight: boolean;
  /** How often Prometheus was asked. */
  readonly queries: number;
}

/** Makes the stand-in; what runs where it sees in GitLab, whose deployments are its own. */
export function createServiceServer({ gitlab, now = () => new Date() }: ServiceServerOptions): ServiceServer {
  const state: ServiceState = { canary: 'ok', version: 'ok', kept: undefined, queries: 0, looks: new Map() };
  const live = (name: string): string | undefined => {
    const environment = environmentOf(gitlab, name);
    return environment?.state === 'available' ? environment.live : undefined;
  };
  const server = createAnswers(state, { gitlab, live, now });
  const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    get prometheusUrl() {
      return `${address()}/prometheus`;
    },
    get versionUrl() {
      return `${address()}/api/version`;
    },
    get canary() {
      return state.canary;
    },
    get isRight() {
      return state.version !== 'down' && (state.kept === undefined || state.kept === live('production'));
    },
    get queries() {
      return state.queries;
    },
    setCanary(mode) {
      state.canary = mode;
    },
    setVersion(mode) {
      state.version = mode;
      // What runs now stays, whatever is deployed.
      state.kept = mode === 'wrong' ? live('production') : undefined;
    },
    says(version) {
      state.kept = version;
    },
    async start() {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** The listener: Prometheus below a path of its own, the service beside it. */
function createAnswers(
  state: ServiceState,
  world: {
    readonly gitlab: ServiceServerOptions['gitlab'];
    readonly live: (environment: string) => string | undefined;
    readonly now: () => Date;
  },
): Server {
  const { gitlab, live, now } = world;
  const query = (text: string): PrometheusReply => {
    // Each deployment of a canary is a new series, of which nothing was seen yet.
    const deployed = environmentOf(gitlab, 'production-canary')?.deployments.find(({ status }) => status === 'success');
    const kind = `${deployed?.id ?? ''} ${text.includes('/')}`;
    const look = state.looks.get(kind) ?? 0;
    state.looks.set(kind, look + 1);
    state.queries += 1;
    const isUp = live('production-canary') !== undefined;
    return answerQuery(text, { mode: state.canary, isUp, look, now: now() });
  };
  return createServer(keepAlive, (request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const { status, body } =
      request.method !== 'GET'
        ? { status: 405, body: { error: 'method not allowed' } }
        : url.pathname === '/prometheus/api/v1/query'
          ? query(url.searchParams.get('query') ?? '')
          : answerPage(url.pathname, state.version === 'down' ? undefined : (state.kept ?? live('production')));
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(body)}\n`);
  });
}

interface ServiceState {
  canary: CanaryMode;
  version: VersionMode;
  kept: string | undefined;
  queries: number;
  readonly looks: Map<string, number>;
}

function environmentOf(gitlab: ServiceServerOptions['gitlab'], name: string) {
  return gitlab.state().projects[0]?.environments.find((one) => one.name === name);
}

function answerPage(page: string, version: string | undefined): { readonly status: number; readonly body: object } {
  if (page !== '/api/version') return { status: 404, body: { error: 'not found' } };
  if (version === undefined) return { status: 503, body: { error: 'no upstream' } };
  return { status: 200, body: { version, revision: 'unknown' } };
}
