import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import type { Diagnosis } from '../../src/cli/doctor.ts';
import { runDoctor } from '../../src/cli/doctor.ts';
import { readTextFile } from '../../src/config/load.ts';
import { createGitLabSetup } from '../../src/gitlab/setup.ts';
import {
  createGitLabServer,
  type GitLabServer,
  type GitLabServerOptions,
} from '../../src/sandbox/gitlab-server/server.ts';
import type { SlackServer, SlackServerOptions } from '../../src/sandbox/slack-server/contract.ts';
import { createSlackServer } from '../../src/sandbox/slack-server/server.ts';
import { type Receiver, startReceiver } from '../sandbox/gitlab-server/harness.ts';

export interface StandIns {
  readonly gitlab: GitLabServer;
  readonly slack: SlackServer;
  /** An empty folder of this test's own. */
  readonly folder: string;
}

/** GitLab, Slack and a folder, all gone when the test ends. */
export async function startStandIns(
  options: { readonly gitlab?: GitLabServerOptions; readonly slack?: SlackServerOptions } = {},
): Promise<StandIns> {
  const folder = mkdtempSync(path.join(tmpdir(), 'chatops-cli-'));
  const gitlab = createGitLabServer(options.gitlab);
  const slack = createSlackServer({ rateLimits: false, ...options.slack });
  await Promise.all([gitlab.start(), slack.start()]);
  onTestFinished(async () => {
    await Promise.all([gitlab.stop(), slack.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });
  return { gitlab, slack, folder };
}

/** An installation without a fault, to which one is then done. */
export interface Installation extends StandIns {
  /** Where the webhook leads: takes everything, unless told otherwise. */
  readonly receiver: Receiver;
  readonly env: Record<string, string>;
  readonly writeFile: (text: string) => void;
  readonly diagnose: (now?: () => Date) => Promise<Diagnosis & { readonly printed: string }>;
  /** The findings of one code. */
  readonly findings: (code: string, now?: () => Date) => Promise<readonly Finding[]>;
}

export const secret = 'doctor-webhook-secret-0123456789';

export async function install(options: Parameters<typeof startStandIns>[0] = {}): Promise<Installation> {
  const standIns = await startStandIns(options);
  const { gitlab, slack, folder } = standIns;
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  const env = {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_API_URL: `${slack.url}/api/`,
    GITLAB_URL: gitlab.url,
    GITLAB_TOKEN: gitlab.token,
    GITLAB_WEBHOOK_SECRET: secret,
    PUBLIC_URL: receiver.url.replace('/gitlab/webhook', ''),
  };
  const writeFile = (text: string): void => writeFileSync(path.join(folder, 'chatops.yml'), text);
  writeFile('projects:\n  - project: acme/production-app\n    channels: [{ id: C0DEPLOYS }]\n');
  const token = { url: receiver.url, token: secret, signingToken: undefined };
  await createGitLabSetup({ url: gitlab.url, token: gitlab.token, now: () => new Date() }).saveHook(
    { projectId: 42 },
    undefined,
    token,
  );
  await gitlab.createTag('v9.9.9');
  await gitlab.deliverWebhooks();

  const diagnose: Installation['diagnose'] = async (now = () => new Date()) => {
    const lines: string[] = [];
    const print = (line: string): void => void lines.push(line);
    const diagnosis = await runDoctor({
      args: [],
      env,
      cwd: folder,
      readFile: readTextFile,
      now,
      progress: ignore,
      print,
    });
    return { ...diagnosis, printed: lines.join('\n') };
  };
  const findings: Installation['findings'] = async (code, now) =>
    (await diagnose(now)).findings.filter((finding) => finding.code === code);
  return { ...standIns, receiver, env, writeFile, diagnose, findings };
}

function ignore(): void {}
