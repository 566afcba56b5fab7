import type { RecordedCall, SandboxMessage } from '../../src/sandbox/slack-server/server.ts';
import { deploys, type Flow, words } from './flow.ts';

/** The root messages of the channel's threads, oldest first. */
export function roots(flow: Flow, channel = deploys): readonly SandboxMessage[] {
  return flow.shown(channel).filter((message) => message.threadTs === undefined || message.threadTs === message.ts);
}

/** The newest root that says this. */
export function rootSaying(flow: Flow, text: string, channel = deploys): SandboxMessage {
  const found = roots(flow, channel).findLast((root) => words(root).includes(text));
  if (!found) throw new Error(`no root of ${channel} says ${text}`);
  return found;
}

/** The replies below a root, in the order in which Slack got them. */
export function replies(flow: Flow, root: SandboxMessage): readonly SandboxMessage[] {
  return flow.slack.thread(root.channel, root.ts).filter((message) => message.ts !== root.ts);
}

/** How often the text stands in messages of the channel. */
export function count(texts: readonly string[], text: string): number {
  return texts.filter((each) => each.includes(text)).length;
}

/** Without it the bot's first poll may find, a moment later, what a test keeps from it. */
export const unpolled = 'defaults: { events: webhook }';

/** A chatops.yml with these channels, as YAML flow mappings such as `{ id: C0DEPLOYS }`. */
export function fileWith(channels: readonly string[], more = ''): string {
  return `
projects:
  - project: acme/production-app
    aliases: [app]
    channels:
${channels.map((channel) => `      - ${channel}`).join('\n')}
    environments:
      production: { aliases: [prod] }
identity:
  users: { U0ANN: ann, U0RAJ: raj }
${more}
`;
}

/** What a call to Slack says, in the words of its blocks and of its text. */
export function said(call: RecordedCall): string {
  const { text, blocks } = call.args;
  const shown: unknown = typeof blocks === 'string' ? JSON.parse(blocks) : blocks;
  return `${words({ blocks: shown })}\n${String(text)}`;
}
