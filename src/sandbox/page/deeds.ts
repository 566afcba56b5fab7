import { z } from 'zod';
import type { SlackServer } from '../slack-server/contract.ts';
import { createPersonDeeds, readRefusal } from '../slack-server/control.ts';
import { isObject, type JsonObject, parseJson } from '../slack-server/json.ts';
import type { GitLabApiMode, GitLabSide, WebhookMode } from './gitlab-side.ts';
import type { ServiceSide } from './service-side.ts';
import type { FaultSwitch } from './shell.ts';

export interface PageDeeds {
  perform(name: string, body: string): Promise<{ readonly status: number; readonly body: JsonObject }>;
  /** The switches of the fault bar as they stand. */
  faults(): readonly FaultSwitch[];
}

const SLACK_MODES = ['ok', '429', 'down', 'twice'] as const;
const GITLAB_MODES = ['ok', 'slow', 'down', 'no variables'] as const satisfies readonly GitLabApiMode[];
const WEBHOOK_MODES = ['ok', 'lost', 'duplicated'] as const satisfies readonly WebhookMode[];

/** How long a caller is told to wait while the page plays a busy Slack. */
const RETRY_AFTER_SECONDS = 5;

const Project = z.object({ project: z.string() });
const Tag = Project.extend({ name: z.string().min(1) });
const Job = z.object({ job: z.coerce.number(), username: z.string() });

/** Everything that the page can do: what a person does in Slack and on GitLab, and the faults. */
export function createPageDeeds(
  slack: SlackServer,
  gitlab: GitLabSide | undefined,
  service: ServiceSide | undefined,
): PageDeeds {
  const switches = createSwitches(slack, gitlab, service);
  const deeds: Readonly<Record<string, (args: JsonObject) => unknown>> = {
    ...createPersonDeeds(slack),
    ...(gitlab === undefined ? {} : createGitLabDeeds(gitlab)),
    fault: (args) => switches.set(z.object({ name: z.string(), mode: z.string() }).parse(args)),
  };
  return {
    async perform(name, body) {
      const deed = Object.hasOwn(deeds, name) ? deeds[name] : undefined;
      const args = parseJson(body);
      if (deed === undefined || !isObject(args)) return { status: 404, body: { ok: false, error: 'no such deed' } };
      try {
        return { status: 200, body: { ok: true, result: (await deed(args)) ?? null } };
      } catch (error) {
        // The stand-ins refuse with an error; on this page a person reads it.
        const words = readRefusal(error) ?? (error instanceof Error ? error.message : 'that did not work');
        return { status: 422, body: { ok: false, error: words } };
      }
    },
    faults: () => switches.list(),
  };
}

function createGitLabDeeds(gitlab: GitLabSide): Readonly<Record<string, (args: JsonObject) => unknown>> {
  return {
    'gitlab/pushTag': (args) => {
      const { project, name } = Tag.parse(args);
      return done(gitlab.pushTag(project, name));
    },
    'gitlab/pushTagSkippingCi': (args) => {
      const { project, name } = Tag.parse(args);
      return done(gitlab.pushTagSkippingCi(project, name));
    },
    'gitlab/runPipeline': (args) => {
      const { project, ref, username } = Project.extend({ ref: z.string(), username: z.string() }).parse(args);
      return done(gitlab.runPipeline(project, ref, username));
    },
    'gitlab/pushBranch': (args) => {
      const { project, ref } = Project.extend({ ref: z.string().min(1) }).parse(args);
      return done(gitlab.pushBranch(project, ref));
    },
    'gitlab/play': onJob((job, username) => gitlab.play(job, username)),
    'gitlab/retry': onJob((job, username) => gitlab.retry(job, username)),
    'gitlab/cancel': onJob((job, username) => gitlab.cancel(job, username)),
    'gitlab/finish': (args) => {
      const { job, outcome } = z.object({ job: z.coerce.number(), outcome: z.enum(['success', 'failed']) }).parse(args);
      return done(gitlab.finish(job, outcome));
    },
    'gitlab/requireApproval': (args) => {
      const { on } = z.object({ on: z.enum(['true', 'false']) }).parse(args);
      return done(gitlab.requireApproval?.(on === 'true'));
    },
  };
}

function onJob(act: (jobId: number, username: string) => unknown): (args: JsonObject) => Promise<void> {
  return (args) => {
    const { job, username } = Job.parse(args);
    return done(act(job, username));
  };
}

/** Waits for a deed and keeps its result, which may be large and circular, from the browser. */
async function done(deed: unknown): Promise<void> {
  await deed;
}

interface Switch {
  readonly label: string;
  readonly modes: readonly string[];
  readonly set: (mode: string) => void | Promise<void>;
}

function createSwitches(slack: SlackServer, gitlab: GitLabSide | undefined, service: ServiceSide | undefined) {
  const modes = new Map<string, string>();
  const known = new Map<string, Switch>();
  if (gitlab?.setApi !== undefined) {
    const set = (mode: string) => void gitlab.setApi?.(z.enum(GITLAB_MODES).parse(mode));
    known.set('gitlab', { label: 'GitLab', modes: GITLAB_MODES, set });
  }
  known.set('slack', {
    label: 'Slack',
    modes: SLACK_MODES,
    set(mode) {
      slack.faults.clear();
      slack.faults.outage(mode === 'down');
      if (mode === '429') slack.faults.add({ effect: { kind: 'rate_limited', retryAfter: RETRY_AFTER_SECONDS } });
      if (mode !== 'twice') return;
      for (const kind of ['command', 'event', 'interaction'] as const)
        slack.faults.deliverTwice(kind, Number.POSITIVE_INFINITY);
    },
  });
  if (gitlab?.setWebhooks !== undefined) {
    const set = (mode: string) => void gitlab.setWebhooks?.(z.enum(WEBHOOK_MODES).parse(mode));
    known.set('webhooks', { label: 'webhooks', modes: WEBHOOK_MODES, set });
  }
  for (const one of service?.switches ?? []) known.set(one.name, one);
  return {
    async set({ name, mode }: { readonly name: string; readonly mode: string }) {
      const one = known.get(name);
      if (one === undefined || !one.modes.includes(mode)) throw new Error(`no such fault: ${name} ${mode}`);
      await one.set(mode);
      modes.set(name, mode);
    },
    list: (): readonly FaultSwitch[] =>
      [...known].map(([name, { label, modes: all }]) => ({
        name,
        label,
        modes: all,
        mode: modes.get(name) ?? all[0] ?? '',
      })),
  };
}
