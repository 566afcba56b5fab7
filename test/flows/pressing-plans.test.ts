import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;
let aheadMs = 0;
let pipelineId: number;

beforeEach(async () => {
  aheadMs = 0;
  flow = await startFlow({ clock: { now: () => new Date(Date.now() + aheadMs) } });
  ({ id: pipelineId } = await flow.gitlab.pushTag('v1.4.0'));
  await flow.gitlab.settle(pipelineId);
});

afterEach(() => flow.stop());

const plan = () => flow.types('U0ANN', '/deploy prod v1.4.0');

async function throughCanary(id: number): Promise<void> {
  await flow.gitlab.play(flow.gitlab.job('deploy-canary', id).id);
  await flow.gitlab.settle(id);
}

/** Somebody takes the tag to production on GitLab's own page. */
async function deployed(id: number): Promise<void> {
  await throughCanary(id);
  await flow.gitlab.play(flow.gitlab.job('deploy-prod', id).id);
  await flow.gitlab.settle(id);
}

function outcomes(action: string): readonly string[] {
  return flow
    .audit()
    .filter((entry) => entry.action === action)
    .map(({ outcome, reason }) => (reason === undefined ? outcome : `${outcome} ${reason}`));
}

describe('Deploy on a plan', () => {
  it('pressed becomes one line with a link to the thread', async () => {
    await plan();
    await flow.presses('U0ANN', 'Deploy');
    const closed = await flow.reads('U0ANN', 'Confirmed: v1.4.0 to production is on its way.');

    expect(JSON.stringify(closed.blocks)).not.toContain('"button"');
    expect(JSON.stringify(closed.blocks)).toMatch(/"url":"http[^"]*C0DEPLOYS/);
    expect(flow.slack.ephemerals('U0ANN')).toHaveLength(1);
  });

  it('pressed twice at once plays the job once and stays confirmed', async () => {
    await plan();
    await Promise.all([flow.presses('U0ANN', 'Deploy'), flow.presses('U0ANN', 'Deploy')]);
    await until('both presses are answered', () => outcomes('deploy.confirm').length === 2);
    await flow.reads('U0ANN', 'Confirmed');
    await until('the canary starts', () => flow.gitlab.job('deploy-canary').status !== 'manual');
    await flow.gitlab.settle(pipelineId);
    await flow.sees('Promote v1.4.0 to production?');

    expect(outcomes('deploy.confirm').toSorted()).toEqual(['allowed', 'refused already_used']);
    expect(flow.played()).toEqual(['deploy-canary']);
    expect(flow.slack.ephemerals('U0ANN').map((card) => words(card).includes('Confirmed'))).toEqual([true]);
  });

  it('delivered twice by Slack is one press', async () => {
    await plan();
    flow.slack.faults.deliverTwice('interaction');
    await flow.presses('U0ANN', 'Deploy');
    await flow.reads('U0ANN', 'Confirmed');
    await until('the canary starts', () => flow.gitlab.job('deploy-canary').status !== 'manual');
    await flow.gitlab.settle(pipelineId);
    await flow.sees('Promote v1.4.0 to production?');

    expect(outcomes('deploy.confirm')).toEqual(['allowed']);
    expect(flow.played()).toEqual(['deploy-canary']);
  });

  it('pressed after its time does nothing and gives the line to type again', async () => {
    await plan();
    aheadMs = 16 * 60_000;
    await flow.presses('U0ANN', 'Deploy');

    const answer = await flow.reads('U0ANN', 'This plan lapsed');
    expect(words(answer)).toContain('→ /deploy production v1.4.0');
    expect(words(answer)).not.toContain('DeployCancel');
    expect(flow.writes()).toEqual([]);
  });

  it('pressed on a plan that a newer one replaced does nothing', async () => {
    const first = await plan();
    await plan();
    await flow.presses('U0ANN', 'Deploy', first);
    await flow.reads('U0ANN', 'You have asked for a newer plan since.');

    expect(flow.writes()).toEqual([]);
    await flow.presses('U0ANN', 'Deploy');
    await flow.reads('U0ANN', 'Confirmed');
  });

  it('does nothing when the tag was moved in between, whatever became of its pipeline', async () => {
    await plan();
    await flow.gitlab.createTag('v1.4.0', { force: true });
    await flow.presses('U0ANN', 'Deploy');

    const answer = await flow.reads('U0ANN', 'v1.4.0 points to another commit than when the plan was shown');
    expect(words(answer)).toContain('Code: version_moved');
    expect(flow.writes()).toEqual([]);
  });

  it('does nothing when the moved tag could be deployed as well', async () => {
    await plan();
    const { id } = await flow.gitlab.pushTag('v1.4.0', { force: true });
    await flow.gitlab.settle(id);
    await flow.presses('U0ANN', 'Deploy');

    await flow.reads('U0ANN', 'Code: version_moved');
    expect(flow.writes()).toEqual([]);
  });

  it('does nothing when another version went live in between', async () => {
    const { id } = await flow.gitlab.pushTag('v1.5.0');
    await flow.gitlab.settle(id);
    await plan();
    await deployed(id);
    await flow.presses('U0ANN', 'Deploy');

    const answer = await flow.reads('U0ANN', 'production has changed since the plan was shown: it runs v1.5.0 now.');
    expect(words(answer)).toContain('Code: live_changed');
    expect(flow.writes()).toEqual([]);
  });

  it('does nothing when the pipeline went on in between', async () => {
    await plan();
    await throughCanary(pipelineId);
    await flow.presses('U0ANN', 'Deploy');

    expect(words(await flow.reads('U0ANN', 'The pipeline has moved on since the plan was shown'))).toContain(
      'Code: steps_changed',
    );
    expect(flow.writes()).toEqual([]);
  });

  it('does nothing when a newer pipeline of the tag was made in between', async () => {
    await plan();
    const path = encodeURIComponent('acme/production-app');
    const made = await fetch(`${flow.gitlab.url}/api/v4/projects/${path}/pipeline?ref=v1.4.0`, {
      method: 'POST',
      headers: { 'private-token': flow.gitlab.token },
    });
    const newer = Math.max(...flow.gitlab.state().projects.flatMap((one) => one.pipelines.map(({ id }) => id)));
    await flow.gitlab.settle(newer);
    const before = flow.writes();
    await flow.presses('U0ANN', 'Deploy');

    await flow.reads('U0ANN', `Another pipeline of v1.4.0 is the newest since the plan was shown: #${newer}`);
    expect([made.status, newer > pipelineId]).toEqual([201, true]);
    expect(flow.writes()).toEqual(before);
    expect(outcomes('deploy.confirm')).toEqual(['refused pipeline_changed']);
  });

  it('does nothing when its asker lost the role in between', async () => {
    await plan();
    flow.gitlab.setMember('ann', 30);
    aheadMs = 2 * 60_000;
    await flow.presses('U0ANN', 'Deploy');

    await flow.reads(
      'U0ANN',
      'production of acme/production-app is for maintainer, and @ann is developer in the project.',
    );
    expect(flow.writes()).toEqual([]);
    expect(outcomes('deploy.confirm')).toEqual(['refused role_too_low']);
  });

  it('pressed while GitLab is away keeps the plan for another press', async () => {
    await plan();
    flow.gitlab.faults.outage('502');
    await flow.presses('U0ANN', 'Deploy');
    const answer = await flow.reads('U0ANN', 'Your press was not carried out.');
    flow.gitlab.faults.clear();
    const [card] = flow.slack.ephemerals('U0ANN');
    await flow.presses('U0ANN', 'Deploy', card);

    expect(words(answer)).toContain('GitLab does not answer.');
    expect(words(answer)).toContain('Nothing was changed.');
    await flow.reads('U0ANN', 'Confirmed');
  });
});

describe('Cancel on a plan', () => {
  it('ends it, and Deploy does nothing any more', async () => {
    const card = await plan();
    await flow.presses('U0ANN', 'Cancel');
    await flow.reads('U0ANN', 'Canceled: v1.4.0 was not deployed to production.');

    expect(flow.slack.ephemerals('U0ANN').map((each) => each.ts)).toEqual([card.ts]);
    expect(outcomes('deploy.cancel')).toEqual(['allowed']);
    expect(flow.writes()).toEqual([]);
  });

  it('pressed too late is recorded as what it was', async () => {
    await plan();
    aheadMs = 16 * 60_000;
    await flow.presses('U0ANN', 'Cancel');
    await flow.reads('U0ANN', 'This plan lapsed');

    expect([outcomes('deploy.cancel'), outcomes('deploy.confirm')]).toEqual([['refused lapsed'], []]);
  });

  it('pressed together with Deploy lets exactly one of them count', async () => {
    await plan();
    await Promise.all([flow.presses('U0ANN', 'Deploy'), flow.presses('U0ANN', 'Cancel')]);
    await until('both presses are answered', () => flow.audit().filter(isPress).length === 2);

    const [first, second] = flow.audit().filter(isPress);
    expect([first?.outcome, second?.outcome, second?.reason]).toEqual(['allowed', 'refused', 'already_used']);
    const became = first?.action === 'deploy.cancel' ? 'Canceled' : 'Confirmed';
    await flow.reads('U0ANN', became);
    expect(flow.slack.ephemerals('U0ANN')).toHaveLength(1);
  });
});

function isPress({ action }: { readonly action: string }): boolean {
  return action === 'deploy.confirm' || action === 'deploy.cancel';
}
