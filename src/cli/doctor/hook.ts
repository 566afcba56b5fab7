import { environmentSettings } from '../../config/schema.ts';
import type { ProjectRules } from '../../domain/project.ts';
import {
  type HookDelivery,
  type HookEventName,
  type HookFacts,
  hookEvents,
  type ProjectFacts,
} from '../../gitlab/setup.ts';
import { count } from '../count.ts';
import { findGroupHook, ownHooks, webhookPath } from '../webhook.ts';
import { type Finding, ok, problem, warning } from './finding.ts';
import { lastDelivery } from './other-hook.ts';
import { isMaintainer, type ProjectCheckup } from './project-checkup.ts';

const labels: Readonly<Record<HookEventName, string>> = {
  pipeline_events: 'Pipeline events',
  job_events: 'Job events',
  deployment_events: 'Deployment events',
  tag_push_events: 'Tag push events',
  releases_events: 'Releases events',
};

/** Without these nothing of a release is seen in time. */
const vital: ReadonlySet<HookEventName> = new Set(['pipeline_events', 'job_events', 'deployment_events']);

/** GitLab tells of deliveries for so long. */
const daysKeptMs = 7 * 86_400_000;

const INIT = 'Run `chatops init` again for this project, or mend it by hand';

/** Looks at the project's webhook: is it there, is it on, does it send what we follow, does it arrive? */
export async function* checkHook(
  about: ProjectCheckup,
  { project, rules, level }: { readonly project: ProjectFacts; readonly rules: ProjectRules; readonly level: number },
): AsyncGenerator<Finding> {
  if (rules.events === 'poll') {
    yield ok('hook', `${project.path} is polled: it needs no webhook.`);
    return;
  }
  // Told with the role already.
  if (!isMaintainer(level)) return;
  const page = `${project.url}/-/hooks`;
  const found = ownHooks(await about.gitlab.hooks(project.id), about.checkup.env[environmentSettings.publicUrl.name]);
  const [hook] = found;
  if (!hook) {
    yield* checkOtherHook(about, project);
    return;
  }
  if (found.length > 1) {
    const seen = `${project.path} has ${found.length} webhooks to this bot: all is sent that often.`;
    yield warning('hook_doubled', seen, `Delete all but one: ${page}`);
  }
  const toCheck = { project, hook, page: `${page}/${hook.id}/edit` };
  yield* checkSetup(about, toCheck);
  yield checkDeliveries(await about.gitlab.deliveries(project.id, hook.id), { ...toCheck, now: about.checkup.now() });
}

/** A webhook of a group does as well. Only the group's owners see it, but what it delivers the bot has seen. */
async function* checkOtherHook(about: ProjectCheckup, project: ProjectFacts): AsyncGenerator<Finding> {
  const publicUrl = about.checkup.env[environmentSettings.publicUrl.name];
  const above = await findGroupHook(about.gitlab, project.path, publicUrl);
  if (above) {
    yield ok('hook', `${project.path}: the webhook of the group ${above.group} leads to this bot.`);
    const page = `${project.url.slice(0, -project.path.length)}groups/${above.group}/-/hooks/${above.hook.id}/edit`;
    yield* checkSetup(about, { project: { path: `the group ${above.group}` }, hook: above.hook, page });
    return;
  }
  const at = await lastDelivery(about, project);
  if (at) {
    const day = at.toISOString().slice(0, 10);
    yield ok('hook', `${project.path} has no webhook to this bot, but another hook delivers: last on ${day}.`);
    return;
  }
  const seen = `${project.path} has no webhook to this bot (an address that ends with ${webhookPath}).`;
  const mend = `${INIT}: ${project.url}/-/hooks. Where a webhook of the group does the work, this goes with its first delivery.`;
  yield problem('hook_missing', seen, mend);
}

interface HookToCheck {
  /** Whose hook it is; a group has a path as well. */
  readonly project: Pick<ProjectFacts, 'path'>;
  readonly hook: HookFacts;
  readonly page: string;
}

function* checkSetup(about: ProjectCheckup, { project, hook, page }: HookToCheck): Generator<Finding> {
  const { path } = project;
  if (hook.alertStatus !== 'executable') {
    const until = hook.disabledUntil === undefined ? 'for good' : `until ${hook.disabledUntil.toISOString()}`;
    yield problem(
      'hook_disabled',
      `${path}: GitLab has switched the webhook off ${until}, since it failed too often; its events are lost.`,
      `Make the bot reachable, then press Test > Pipeline events: ${page}`,
    );
  }
  const missing = hookEvents.filter((name) => !hook.events.has(name));
  const names = missing.map((name) => labels[name]).join(', ');
  if (missing.some((name) => vital.has(name))) {
    yield problem('hook_events', `${path}: the webhook does not send ${names}.`, `${INIT}, ticking them: ${page}`);
  } else if (missing.length > 0) {
    yield warning('hook_events', `${path}: the webhook does not send ${names}.`, `${INIT}, ticking them: ${page}`);
  }
  const unsigned = checkProof(about, { project, hook, page });
  if (unsigned) yield unsigned;
}

/** Whether the hook proves itself in the way that the bot asks for. What it was given cannot be read. */
function checkProof({ settings }: ProjectCheckup, { project, hook, page }: HookToCheck): Finding | undefined {
  const signs = (settings.gitlabSigningTokens ?? []).length > 0;
  const has = signs ? hook.hasSigningToken : hook.hasToken;
  if (has !== false) return undefined;
  const what = signs ? 'signing token' : 'secret token';
  const seen = `${project.path}: the webhook has no ${what}, so that the bot refuses what it sends.`;
  return problem('hook_unproven', seen, `${INIT}, with the ${what}: ${page}`);
}

function checkDeliveries(
  deliveries: readonly HookDelivery[] | undefined,
  { project: { path }, hook, page, now }: HookToCheck & { readonly now: Date },
): Finding {
  const code = 'hook_deliveries';
  if (deliveries === undefined) {
    return ok(
      code,
      `${path}: this GitLab does not tell what its webhooks delivered.`,
      `Look at Recent events: ${page}`,
    );
  }
  const [newest] = deliveries;
  if (!newest && isYoung(hook, now)) {
    const seen = `${path}: the webhook to ${hook.url} is new, and had nothing to send yet.`;
    return ok(code, seen, `To see that it arrives, press Test > Pipeline events: ${page}`);
  }
  if (!newest) {
    const seen = `${path}: the webhook to ${hook.url} has sent nothing for seven days.`;
    return warning(code, seen, `If pipelines ran, press Test > Pipeline events: ${page}`);
  }
  const refused = deliveries.filter(({ status }) => !isTaken(status));
  const sent = `${path}: ${count(deliveries.length, 'delivery', 'deliveries')} within seven days`;
  if (refused.length === 0) return ok(code, `${sent}, all taken.`);
  if (isTaken(newest.status)) {
    return warning(code, `${sent}, ${refused.length} of them failed; the newest arrived.`, `See why: ${page}`);
  }
  const mend =
    newest.status === '401' || newest.status === '403'
      ? `${INIT}, so that its secret is the bot's again: ${page}`
      : 'Start the bot, and make sure that GitLab reaches this address (firewall, TLS, "Outbound requests" of GitLab).';
  return problem(
    code,
    `${sent}, ${refused.length} of them failed; the newest got "${newest.status}" from ${hook.url}.`,
    mend,
  );
}

/** One that `init` made lately has nothing to show for the days before. */
function isYoung({ createdAt }: HookFacts, now: Date): boolean {
  return createdAt !== undefined && now.getTime() - createdAt.getTime() < daysKeptMs;
}

/** GitLab counts redirects as taken too. */
function isTaken(status: string): boolean {
  return /^[23]\d\d$/.test(status);
}
