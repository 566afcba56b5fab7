import type { GitLabServer } from '../../src/sandbox/gitlab-server/server.ts';
import { createServiceServer, type ServiceServer } from '../../src/sandbox/service-server/server.ts';
import { failingBy, watchedByBot } from '../../src/sandbox/service-server/switches.ts';
import { deploys, type Flow, type FlowOptions, startFlow } from './flow.ts';
import { until } from './until.ts';

/** The whole program with the deployed service and its Prometheus as a third stand-in. */
export interface WatchedFlow {
  readonly flow: Flow;
  readonly service: ServiceServer;
  /** Pushes the tag, deploys it as Ann, and resolves once its canary runs; the pipeline's id. */
  deployCanary(tag: string): Promise<number>;
  /** Ann promotes it, and everything in its pipeline comes to its end. */
  promote(tag: string, pipelineId: number): Promise<void>;
  stop(): Promise<void>;
}

/** Good readings for three seconds, one each second. */
const watch = `{ query: 'sum(errors) / sum(all)', requests: 'sum(all)', above: 0.01, for: 3s, every: 1s, min_requests: 20 }`;

/** Starts it with a watch, a verification and an automatic rollback; `canary` and `variables` change them, `keys` are added. */
export async function startWatchedFlow(
  options: {
    readonly canary?: string;
    /** More keys of the environment, each on a line of its own. */
    readonly keys?: readonly string[];
    readonly env?: FlowOptions['env'];
    readonly variables?: Readonly<Record<string, string>>;
    readonly clock?: FlowOptions['clock'];
  } = {},
): Promise<WatchedFlow> {
  let known: GitLabServer | undefined;
  const service = createServiceServer({ gitlab: { state: () => known?.state() ?? { projects: [] } } });
  await service.start();
  const flow = await startFlow({
    gitlab: { variables: { ...watchedByBot, ...options.variables }, failing: failingBy(() => service) },
    env: { PROMETHEUS_URL: service.prometheusUrl, ...options.env },
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    before: async (gitlab) => {
      known = gitlab;
    },
    file: `
projects:
  - project: acme/production-app
    channels: [{ id: ${deploys} }]
    environments:
      production:
        aliases: [prod]
        canary: ${options.canary ?? `{ watch: ${watch} }`}
        verify: { url: '${service.versionUrl}', json: version, within: 1s, every: 1s }
        rollback: { auto: true }
        oncall: S0ONCALL${(options.keys ?? []).map((line) => `\n        ${line}`).join('')}
identity:
  users: { U0ANN: ann, U0RAJ: raj, U0MIA: mia, U0OLU: olu }
`,
  });
  return {
    flow,
    service,
    async deployCanary(tag) {
      const { id } = await flow.gitlab.pushTag(tag);
      await flow.gitlab.settle(id);
      await flow.types('U0ANN', `/deploy prod ${tag}`);
      await flow.presses('U0ANN', 'Deploy');
      await until('the canary job starts', () => flow.gitlab.job('deploy-canary', id).status !== 'manual');
      await flow.gitlab.settle(id);
      return id;
    },
    async promote(tag, pipelineId) {
      const question = await flow.sees(`Promote ${tag} to production?`);
      await flow.pressesOn('U0ANN', question, 'Promote to production');
      await until('the production job starts', () => flow.gitlab.job('deploy-prod', pipelineId).status !== 'manual');
      await flow.gitlab.settle(pipelineId);
    },
    async stop() {
      await flow.stop();
      await service.stop();
    },
  };
}
