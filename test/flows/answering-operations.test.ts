import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SandboxMessage } from '../../src/sandbox/slack-server/workspace.ts';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;
let pipelineId: number;

beforeEach(async () => {
  flow = await startFlow();
  ({ id: pipelineId } = await flow.gitlab.pushTag('v1.4.0'));
  await flow.gitlab.settle(pipelineId);
});

afterEach(() => flow.stop());

/** Ann's deploy has played the canary job, which nobody runs yet. */
async function started(): Promise<SandboxMessage> {
  await flow.types('U0ANN', '/deploy prod v1.4.0');
  await flow.presses('U0ANN', 'Deploy');
  await until('the canary job is played', () => flow.played().length === 1);
  return flow.sees('Ann Smith deploys v1.4.0 to production (from v1.3.0).');
}

/** Ann's deploy has passed canary and asks whether to promote. */
async function asked(): Promise<SandboxMessage> {
  await started();
  await flow.gitlab.settle(pipelineId);
  return flow.sees('Promote v1.4.0 to production?');
}

function buttonsOf(message: SandboxMessage): number {
  const now = flow.shown().find((each) => each.ts === message.ts);
  return JSON.stringify(now?.blocks).split('"type":"button"').length - 1;
}

/** Outcomes of the presses on the question, in order. */
function answers(): readonly string[] {
  return flow
    .audit()
    .filter(({ action }) => action === 'operation.promote' || action === 'operation.stop')
    .map(({ outcome }) => outcome);
}

describe('Promote', () => {
  it('pressed by the one who asked deploys, and the question loses its buttons', async () => {
    const question = await asked();

    await flow.pressesOn('U0ANN', question, 'Promote to production');
    await flow.sees('Ann Smith promoted v1.4.0 to production');
    await until('production is played', () => flow.played().includes('deploy-prod'));
    await flow.gitlab.settle(pipelineId);
    await flow.sees('v1.4.0 is deployed to production.');

    expect(buttonsOf(question)).toBe(0);
    expect(flow.played()).toEqual(['deploy-canary', 'deploy-prod']);
  });

  it('pressed by another maintainer counts and names them', async () => {
    const question = await asked();

    await flow.pressesOn('U0RAJ', question, 'Promote to production');

    await flow.sees('Raj Patel promoted v1.4.0 to production');
    await until('production is played', () => flow.played().includes('deploy-prod'));
    expect(flow.audit().find(({ action }) => action === 'operation.promote')).toMatchObject({
      actor: { slackUserId: 'U0RAJ', gitlab: { username: 'raj' } },
    });
  });

  it.each([
    [
      'U0MIA',
      'a developer',
      'production of acme/production-app is for maintainer, and @mia is developer in the project.',
    ],
    ['U0GIL', 'a guest', 'Guests and bots can look, not deploy.'],
  ])('pressed by %s, %s, is refused to them alone and the question stays', async (user, _, said) => {
    const question = await asked();

    await flow.pressesOn(user, question, 'Promote to production');

    const answer = await flow.reads(user, said);
    expect(words(answer)).toContain('The deploy of v1.4.0 to production goes on as before.');
    expect(buttonsOf(question)).toBe(2);
    expect(flow.played()).toEqual(['deploy-canary']);
    expect(flow.audit().at(-1)).toMatchObject({ action: 'operation.promote', outcome: 'refused' });
  });

  it('is refused to the one who asked when they lost the role meanwhile', async () => {
    const question = await asked();
    flow.gitlab.setMember('ann', undefined);
    await flow.restart();

    await flow.pressesOn('U0ANN', question, 'Promote to production');

    await flow.reads('U0ANN', '@ann is not a member of the project');
    expect(flow.played()).toEqual(['deploy-canary']);
  });

  it('pressed by two at once plays the job once and tells the second', async () => {
    const question = await asked();

    await Promise.all([
      flow.pressesOn('U0ANN', question, 'Promote to production'),
      flow.pressesOn('U0RAJ', question, 'Promote to production'),
    ]);
    await until('both are recorded', () => answers().length === 2);
    await until('production is played', () => flow.played().includes('deploy-prod'));
    await flow.gitlab.settle(pipelineId);
    await flow.sees('v1.4.0 is deployed to production.');

    expect(answers().toSorted()).toEqual(['allowed', 'refused']);
    expect(flow.played()).toEqual(['deploy-canary', 'deploy-prod']);
  });

  it('is answered by a press on GitLab’s own page too', async () => {
    const question = await asked();

    await flow.gitlab.play(flow.gitlab.job('deploy-prod', pipelineId).id, 'olu');
    await flow.gitlab.settle(pipelineId);
    await flow.sees('v1.4.0 is deployed to production.');

    expect(buttonsOf(question)).toBe(0);
    expect(flow.played()).toEqual(['deploy-canary']);
  });
});

describe('Stop here', () => {
  it('ends the deploy before production and says what is where', async () => {
    const question = await asked();

    await flow.pressesOn('U0ANN', question, 'Stop here');

    await flow.sees('Ann Smith stopped v1.4.0 before production');
    const ended = await flow.sees('The deploy of v1.4.0 to production was stopped before production.');
    expect(words(ended)).toContain('production was not touched and stays at v1.3.0.');
    expect(words(ended)).toContain('production-canary got v1.4.0 on the way.');
    expect(flow.played()).toEqual(['deploy-canary']);
  });

  it('pressed after Promote is told that it was answered', async () => {
    const question = await asked();
    await Promise.all([
      flow.pressesOn('U0ANN', question, 'Promote to production'),
      flow.pressesOn('U0RAJ', question, 'Stop here'),
    ]);
    await until('both are recorded', () => answers().length === 2);

    const refusedEntry = flow.audit().find(({ reason }) => reason === 'button_out_of_date');
    expect(answers().toSorted()).toEqual(['allowed', 'refused']);
    expect(refusedEntry).toBeDefined();
  });

  it('by a developer who did not ask is refused', async () => {
    const question = await asked();

    await flow.pressesOn('U0MIA', question, 'Stop here');

    await flow.reads(
      'U0MIA',
      'production of acme/production-app is for maintainer, and @mia is developer in the project.',
    );
    expect(buttonsOf(question)).toBe(2);
  });
});

describe('Cancel', () => {
  it('by the one who asked ends the deploy, and the way is free', async () => {
    const card = await started();

    await flow.pressesOn('U0ANN', card, 'Cancel');
    await flow.sees('The deploy of v1.4.0 to production was canceled.');
    await flow.gitlab.settle(pipelineId);
    const plan = await flow.types('U0RAJ', '/deploy prod v1.4.0');

    expect(buttonsOf(card)).toBe(0);
    expect(words(plan)).toContain('Deploy v1.4.0 to production?');
    expect(flow.played()).toEqual(['deploy-canary']);
  });

  it('by a maintainer who did not ask is allowed and recorded under their name', async () => {
    const card = await started();

    await flow.pressesOn('U0RAJ', card, 'Cancel');
    await flow.sees('The deploy of v1.4.0 to production was canceled.');

    const entry = flow.audit().find(({ action }) => action === 'operation.cancel');
    expect(entry).toMatchObject({ outcome: 'allowed', actor: { slackUserId: 'U0RAJ', gitlab: { username: 'raj' } } });
  });

  it('by another person is refused, and the deploy goes on', async () => {
    const card = await started();

    await flow.pressesOn('U0MIA', card, 'Cancel');
    await flow.reads(
      'U0MIA',
      'production of acme/production-app is for maintainer, and @mia is developer in the project.',
    );
    await flow.gitlab.settle(pipelineId);

    await flow.sees('Promote v1.4.0 to production?');
    expect(flow.audit().filter(({ action }) => action === 'operation.cancel')).toMatchObject([
      { outcome: 'refused', reason: 'role_too_low', actor: { slackUserId: 'U0MIA' } },
    ]);
  });
});

describe('with a deploy under way', () => {
  it('another one to the same environment is refused, naming who and since when', async () => {
    await started();
    const { id } = await flow.gitlab.pushTag('v1.5.0');
    await flow.gitlab.settle(id);

    const answer = await flow.types('U0RAJ', '/deploy prod v1.5.0');

    expect(words(answer)).toMatch(/@U0ANN is deploying v1\.4\.0 there, since \d{4}-/);
    expect(words(answer)).toContain('/deploy production v1.5.0');
    expect(words(answer)).toContain('Code: operation_active');
  });

  it('the refusal outlives a restart, and the way is free once the deploy has ended', async () => {
    const question = await asked();
    await flow.restart();
    const refused = await flow.types('U0RAJ', '/deploy prod v1.4.0');
    await flow.pressesOn('U0ANN', question, 'Stop here');
    await flow.sees('was stopped before production');
    const plan = await flow.types('U0RAJ', '/deploy prod v1.4.0');

    expect(words(refused)).toContain('@U0ANN is deploying v1.4.0 there');
    expect(words(plan)).toContain('Deploy v1.4.0 to production?');
  });

  it('that fails, the way becomes free', async () => {
    await started();
    await flow.gitlab.finish('deploy-canary', 'failed', { pipelineId });
    await flow.sees('failed at deploy-canary: the job failed');
    const { id } = await flow.gitlab.pushTag('v1.5.0');
    await flow.gitlab.settle(id);

    const plan = await flow.types('U0RAJ', '/deploy prod v1.5.0');

    expect(words(plan)).toContain('Deploy v1.5.0 to production?');
  });

  it('of two plans pressed at once exactly one starts, and the other is told', async () => {
    await flow.types('U0ANN', '/deploy prod v1.4.0');
    await flow.types('U0RAJ', '/deploy prod v1.4.0');

    await Promise.all([flow.presses('U0ANN', 'Deploy'), flow.presses('U0RAJ', 'Deploy')]);
    const cards = await until('both have their answer', () => {
      const shown = ['U0ANN', 'U0RAJ'].map((user) => words(flow.slack.ephemerals(user).at(-1)));
      return shown.every((card) => !card.includes('Nothing happens') && !card.includes('DeployCancel')) && shown;
    });

    expect(cards.filter((card) => card.includes('Confirmed'))).toHaveLength(1);
    expect(cards.filter((card) => card.includes('Code: operation_active'))).toHaveLength(1);
    await until('the canary job is played', () => flow.played().length > 0);
    expect(flow.played()).toEqual(['deploy-canary']);
  });
});

describe('the button of a gate', () => {
  it('leads to the plan for that environment, to be confirmed like any other', async () => {
    const gate = await flow.sees('v1.4.0 waits for a person: deploy-canary (production-canary)');

    await flow.pressesOn('U0ANN', gate, 'Deploy to production-canary');
    const plan = await flow.reads('U0ANN', 'Deploy v1.4.0 to production-canary');
    expect(words(plan)).toContain('1. Play deploy-canary → production-canary');
    expect(flow.writes()).toEqual([]);
    await flow.presses('U0ANN', 'Deploy');
    await until('the canary job is played', () => flow.played().length === 1);
    await flow.gitlab.settle(pipelineId);

    await flow.sees('v1.4.0 is deployed to production-canary.');
    expect(flow.played()).toEqual(['deploy-canary']);
  });

  it('asks for the same role as the typed command, also while the environment is stopped', async () => {
    const gate = await flow.sees('v1.4.0 waits for a person: deploy-canary (production-canary)');

    await flow.pressesOn('U0MIA', gate, 'Deploy to production-canary');
    const typed = await flow.types('U0MIA', '/deploy production-canary v1.4.0');

    const pressed = await flow.reads(
      'U0MIA',
      'production-canary of acme/production-app is for maintainer, and @mia is developer in the project.',
    );
    expect(words(typed)).toBe(words(pressed));
  });
});
