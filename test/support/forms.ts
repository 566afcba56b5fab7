import type { SlackServer } from '../../src/sandbox/slack-server/contract.ts';
import type { SandboxView } from '../../src/sandbox/slack-server/workspace.ts';
import { words } from './flow.ts';
import { until } from './until.ts';

/** The form on top, if the person has one open. */
export function openForm(slack: SlackServer, user: string): SandboxView | undefined {
  return slack.views(user).findLast((view) => view.type === 'modal');
}

/** Everything that a form says. */
export function formWords(view: SandboxView | undefined): string {
  const { view: shown } = view ?? {};
  return [words(shown?.['title']), words(shown?.['blocks']), words(labels(shown?.['blocks']))].join('\n');
}

/** Waits until the person's form says the text. */
export function seesForm(slack: SlackServer, user: string, text: string): Promise<SandboxView> {
  return until(
    () => `"${text}" in a form of ${user}: ${formWords(openForm(slack, user))}`,
    () => {
      const view = openForm(slack, user);
      return view && formWords(view).includes(text) ? view : undefined;
    },
  );
}

/** The entries that a select offers while this is typed into it. */
export async function offers(
  slack: SlackServer,
  asked: { readonly user: string; readonly viewId: string; readonly actionId: string; readonly value: string },
): Promise<readonly string[]> {
  const { body } = await slack.suggest(asked);
  const groups = readList(body, 'option_groups').flatMap((group) => readList(group, 'options'));
  return [...readList(body, 'options'), ...groups].map((option) => String(Reflect.get(option, 'value')));
}

/** The block id of the input with this action id. */
export function blockOf(view: SandboxView, actionId: string): string {
  const blocks = readList(view.view, 'blocks');
  const block = blocks.find((one) => JSON.stringify(one).includes(`"action_id":"${actionId}"`));
  if (!block) throw new Error(`the form has no ${actionId}`);
  return String(Reflect.get(block, 'block_id'));
}

function readList(from: unknown, key: string): readonly object[] {
  if (typeof from !== 'object' || from === null) return [];
  const value: unknown = Reflect.get(from, key);
  return Array.isArray(value) ? value.filter((one): one is object => typeof one === 'object' && one !== null) : [];
}

function labels(blocks: unknown): readonly unknown[] {
  if (!Array.isArray(blocks)) return [];
  return blocks.flatMap((block: unknown) =>
    typeof block === 'object' && block !== null && 'label' in block ? [block.label, '\n'] : [],
  );
}
