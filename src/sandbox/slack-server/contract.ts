import type { CommandInput } from './commands.ts';
import type { Delivery } from './deliver.ts';
import type { MentionInput } from './events.ts';
import type { Faults } from './faults.ts';
import type { ClickInput, ClickViewInput, ShortcutInput } from './interactions.ts';
import type { SubmitInput, SuggestInput } from './modals.ts';
import type { Sockets } from './sockets.ts';
import type { RecordedCall } from './web-api.ts';
import type { SandboxChannel, SandboxEphemeral, SandboxMessage, SandboxUser, SandboxView } from './workspace.ts';

export interface SlackServerOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly now?: () => Date;
  /** The clock of signatures, where `now` is moved by a test and the receiver looks at the real one. Default: `now`. */
  readonly signedAt?: () => Date;
  readonly signingSecret?: string;
  readonly botToken?: string;
  /** App-level, scope `connections:write`. */
  readonly appToken?: string;
  /** What the installed manifest grants. */
  readonly scopes?: readonly string[];
  /** Default true: Slack's limits by the clock of `now`. */
  readonly rateLimits?: boolean;
  readonly shouldEscape?: boolean;
  readonly ackTimeoutMs?: number;
  readonly eventRetryDelaysMs?: readonly number[];
}

export interface SlackServer {
  /** `http://127.0.0.1:<port>`; the Web API is below `/api/`. Known once started. */
  readonly url: string;
  readonly signingSecret: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly teamId: string;
  readonly appId: string;
  readonly botUserId: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Where the app takes commands, interactions and events. */
  setRequestUrl(url: string): void;
  command(input: CommandInput): Promise<Delivery>;
  click(input: ClickInput): Promise<Delivery>;
  clickEphemeral(input: ClickInput): Promise<Delivery>;
  clickView(input: ClickViewInput): Promise<Delivery>;
  shortcut(input: ShortcutInput): Promise<Delivery>;
  /** In a direct message to the app the mention may be left out: it hears of every message there. */
  mention(input: MentionInput): Promise<Delivery>;
  /** A message without a mention: the app is not told. */
  say(input: Omit<MentionInput, 'eventId'>): void;
  openHome(user: string): Promise<Delivery>;
  submitView(input: SubmitInput): Promise<Delivery>;
  closeView(input: { readonly user: string; readonly viewId: string; readonly all?: boolean }): Promise<Delivery>;
  suggest(input: SuggestInput): Promise<Delivery>;
  /** Resolves when no event waits for another try. */
  settled(): Promise<void>;
  /** What the channel shows: no replies but broadcast ones; deleted messages stay in the list, marked. */
  messages(channel: string): readonly SandboxMessage[];
  /** The parent and its replies. */
  thread(channel: string, ts: string): readonly SandboxMessage[];
  ephemerals(user: string): readonly SandboxEphemeral[];
  /** Open modals, the one on top last, and the home tab. */
  views(user: string): readonly SandboxView[];
  channels(): readonly SandboxChannel[];
  users(): readonly SandboxUser[];
  /** Adds or replaces. */
  setUser(user: SandboxUser): void;
  setChannel(channel: SandboxChannel): void;
  onChange(listener: () => void): () => void;
  readonly calls: readonly RecordedCall[];
  readonly faults: Faults;
  /** Socket Mode: as long as the app has a socket open, everything is sent there and nothing to the request URL. */
  readonly sockets: Sockets;
}
