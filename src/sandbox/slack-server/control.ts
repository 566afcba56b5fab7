import { z } from 'zod';
import type { SlackServer } from './contract.ts';
import type { DeliveryKind } from './faults.ts';
import type { JsonObject } from './json.ts';
import { SandboxRefusal } from './refusal.ts';
import { type Answer, answerWith } from './web-api.ts';

/** The part of the server that another process may use, over `POST /sandbox/<name>` with a JSON body. */
export type Controlled = Omit<
  SlackServer,
  | 'url'
  | 'signingSecret'
  | 'botToken'
  | 'appToken'
  | 'teamId'
  | 'appId'
  | 'botUserId'
  | 'start'
  | 'stop'
  | 'onChange'
  | 'sockets'
>;

type Deed = (args: JsonObject) => unknown;

const text = z.string();
const maybe = z.exactOptional(text);
const InputValue = z.union([z.string(), z.array(z.string())]);
const InputValues = z.record(z.string(), z.record(z.string(), InputValue));
const chosen = { value: z.exactOptional(InputValue), blockId: maybe, values: z.exactOptional(InputValues) };
const Click = z.object({ user: text, channel: text, messageTs: text, actionId: text, ...chosen, triggerId: maybe });
const InView = z.object({ user: text, viewId: text });
const kind = z.enum(['command', 'event', 'interaction'] satisfies readonly DeliveryKind[]);
const Fault = z.object({
  method: maybe,
  count: z.exactOptional(z.number()),
  skip: z.exactOptional(z.number()),
  effect: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('rate_limited'), retryAfter: z.exactOptional(z.number()) }),
    z.object({ kind: z.literal('http'), status: z.number() }),
    z.object({ kind: z.literal('slow'), ms: z.number() }),
    z.object({ kind: z.literal('reset_before') }),
    z.object({ kind: z.literal('reset_after') }),
    z.object({ kind: z.literal('error'), error: text }),
  ]),
});

/** Answers `/sandbox/<name>`: 200 with `result`, 404 for an unknown name, 422 for what a person could not do. */
export function createControl(slack: Controlled): (name: string, args: JsonObject) => Promise<Answer> {
  const deeds: Readonly<Record<string, Deed>> = { ...createPersonDeeds(slack), ...createOperatorDeeds(slack) };
  return async (name, args) => {
    const deed = Object.hasOwn(deeds, name) ? deeds[name] : undefined;
    if (deed === undefined) return { ...answerWith({ ok: false, error: `no such deed: ${name}` }), status: 404 };
    try {
      return answerWith({ ok: true, result: (await deed(args)) ?? null });
    } catch (error) {
      const refusal = readRefusal(error);
      if (refusal === undefined) throw error;
      return { ...answerWith({ ok: false, error: refusal }), status: 422 };
    }
  };
}

/** The words of a refused or malformed deed, undefined for a fault of ours. */
export function readRefusal(error: unknown): string | undefined {
  if (error instanceof SandboxRefusal) return error.message;
  return error instanceof z.ZodError ? z.prettifyError(error) : undefined;
}

/** What a person does in Slack, by name, with arguments that are checked first. */
export function createPersonDeeds(slack: Controlled): Readonly<Record<string, Deed>> {
  const Command = z.object({ user: text, channel: text, command: text, text, triggerId: maybe });
  const Mention = z.object({ user: text, channel: text, text, threadTs: maybe, eventId: maybe });
  const Suggest = z.object({
    user: text,
    actionId: text,
    value: text,
    viewId: maybe,
    channel: maybe,
    messageTs: maybe,
  });
  const Shortcut = z.object({ user: text, channel: text, messageTs: text, callbackId: text, triggerId: maybe });
  return {
    command: (args) => slack.command(Command.parse(args)),
    mention: (args) => slack.mention(Mention.parse(args)),
    say: (args) => slack.say(Mention.parse(args)),
    click: (args) => slack.click(Click.parse(args)),
    clickEphemeral: (args) => slack.clickEphemeral(Click.parse(args)),
    clickView: (args) => slack.clickView(z.object({ ...InView.shape, actionId: text, ...chosen }).parse(args)),
    shortcut: (args) => slack.shortcut(Shortcut.parse(args)),
    submitView: (args) => {
      return slack.submitView(z.object({ ...InView.shape, values: z.exactOptional(InputValues) }).parse(args));
    },
    closeView: (args) => slack.closeView(z.object({ ...InView.shape, all: z.exactOptional(z.boolean()) }).parse(args)),
    suggest: (args) => slack.suggest(Suggest.parse(args)),
    openHome: (args) => slack.openHome(z.object({ user: text }).parse(args).user),
  };
}

function createOperatorDeeds(slack: Controlled): Readonly<Record<string, Deed>> {
  const InChannel = z.object({ channel: text });
  const OfUser = z.object({ user: text });
  const Counted = z.object({ kind, count: z.exactOptional(z.number()) });
  return {
    setRequestUrl: (args) => slack.setRequestUrl(z.object({ url: text }).parse(args).url),
    messages: (args) => slack.messages(InChannel.parse(args).channel),
    thread: (args) => {
      const { channel, ts } = z.object({ channel: text, ts: text }).parse(args);
      return slack.thread(channel, ts);
    },
    ephemerals: (args) => slack.ephemerals(OfUser.parse(args).user),
    views: (args) => slack.views(OfUser.parse(args).user),
    calls: () => slack.calls,
    settled: () => slack.settled(),
    'faults/add': (args) => void slack.faults.add(Fault.parse(args)),
    'faults/clear': () => slack.faults.clear(),
    'faults/outage': (args) => slack.faults.outage(z.object({ on: z.boolean() }).parse(args).on),
    'faults/deliverTwice': (args) => {
      const { kind, count } = Counted.parse(args);
      slack.faults.deliverTwice(kind, count);
    },
    'faults/lose': (args) => {
      const { kind, count } = Counted.parse(args);
      slack.faults.lose(kind, count);
    },
  };
}
