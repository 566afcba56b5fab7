import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SandboxMessage } from '../../src/sandbox/slack-server/workspace.ts';
import { movableClock } from '../support/crash.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { seesForm } from '../support/forms.ts';
import { until } from '../support/until.ts';

const refused = 'Code: shared_channel';
const question = 'Deploy v1.4.0 to production?';

const file = `
projects:
  - project: acme/production-app
    aliases: [app]
    channels: [{ id: ${deploys} }]
    environments:
      production: { aliases: [prod], approvals: { required: 1 } }
identity:
  users: { U0ANN: ann, U0RAJ: raj }
`;

let clock: ReturnType<typeof movableClock>;
let flow: Flow;
let pipelineId: number;

beforeEach(async () => {
  clock = movableClock();
  flow = await startFlow({ clock, file });
  flow.gitlab.setMember('raj', 40);
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
  await flow.sees('v1.4.0 is deployed to staging');
  pipelineId = id;
});

afterEach(() => flow.stop());

/** From now on another company reads in the channel, and the bot has had the minute to notice. */
function share(id = deploys): void {
  const channel = flow.slack.channels().find((one) => one.id === id);
  if (!channel) throw new Error(`no channel ${id}`);
  flow.slack.setChannel({ ...channel, isShared: true });
  clock.moveMs(61_000);
}

async function says(line: string, channel = deploys): Promise<string> {
  return words(await flow.types('U0ANN', line, channel));
}

/** The person presses on a message, and this is what only they read then. */
async function answerTo(user: string, message: SandboxMessage, label: string): Promise<string> {
  const before = flow.slack.ephemerals(user).length;
  await flow.pressesOn(user, message, label);
  return words(await until(`an answer to ${label}`, () => flow.slack.ephemerals(user)[before]));
}

const refusals = (): readonly string[] =>
  flow
    .audit()
    .filter(({ outcome, reason }) => outcome === 'refused' && reason === 'shared_channel')
    .map(({ action }) => action);

describe('in a channel that another company reads too', () => {
  it('what is typed is refused before there is a plan, and said where else to type it', async () => {
    share();

    const answer = await says('/deploy prod v1.4.0');

    expect(answer).toContain('v1.4.0 was not deployed to production.');
    expect(answer).toContain('shared with another company or workspace');
    expect(answer).toContain('/deploy acme/production-app:production v1.4.0');
    expect(answer).toContain(refused);
    expect(await says('/lock prod testing')).toContain(refused);
    expect(await says('/chatops unlink')).toContain(refused);
    expect(refusals()).toEqual(['deploy', 'lock', 'unlink']);
    expect(await says('/deploy acme/production-app:production v1.4.0', 'D0ANN')).toContain(question);
    expect(flow.writes()).toEqual([]);
  });

  it('a mention is refused alike', async () => {
    share();

    expect(words(await flow.mentions('U0ANN', 'deploy prod v1.4.0'))).toContain(refused);
    expect(refusals()).toEqual(['deploy']);
  });

  it('reading goes on, a dry run too', async () => {
    share();

    expect(await says('/deployments prod')).toContain('production');
    expect(await says('/deploy prod v1.4.0 --dry-run')).toContain('Dry run: v1.4.0');
    expect(await says('/lock')).not.toContain(refused);
    expect(refusals()).toEqual([]);
  });

  it('no form is filled for what would be refused', async () => {
    share();

    await flow.slack.command({ user: 'U0ANN', channel: deploys, command: '/deploy', text: 'prod' });

    await seesForm(flow.slack, 'U0ANN', refused);
    await until('the refusal in the audit', () => refusals().length > 0);
    expect(refusals()).toEqual(['deploy.form']);
  });

  it('a plan from before is not confirmed, and can be put away', async () => {
    await says('/deploy prod v1.4.0');
    const plan = await flow.reads('U0ANN', question);
    share();

    await flow.presses('U0ANN', 'Deploy', plan);
    await flow.reads('U0ANN', refused);
    await flow.presses('U0ANN', 'Cancel', plan);
    await flow.reads('U0ANN', 'Canceled: v1.4.0 was not deployed to production.');

    expect(refusals()).toEqual(['plan.confirm']);
    expect(flow.writes()).toEqual([]);
  });

  it('a running deploy is neither approved, rejected, promoted nor ended by a press', async () => {
    await says('/deploy prod v1.4.0');
    await flow.presses('U0ANN', 'Deploy');
    const request = await flow.sees('Approve v1.4.0 to production?');
    await until('the canary job starts', () => flow.gitlab.job('deploy-canary', pipelineId).status !== 'manual');
    await flow.gitlab.settle(pipelineId);
    const promote = await flow.sees('Promote v1.4.0 to production?');
    const played = flow.played();
    share();

    expect(await answerTo('U0RAJ', request, 'Approve')).toContain(refused);
    expect(await answerTo('U0RAJ', request, 'Reject')).toContain(refused);
    await seesForm(flow.slack, 'U0RAJ', refused);
    expect(await answerTo('U0ANN', promote, 'Promote to production')).toContain(refused);
    expect(await answerTo('U0ANN', promote, 'Stop here')).toContain(refused);

    expect(refusals()).toEqual(['approval.approve', 'approval.reject', 'operation.promote', 'operation.stop']);
    expect(flow.played()).toEqual(played);
    await flow.pressesOn('U0RAJ', request, 'What ships');
    await seesForm(flow.slack, 'U0RAJ', 'What ships');
  });
});
