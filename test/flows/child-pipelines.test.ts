import { afterEach, describe, expect, it } from 'vitest';
import { count, fileWith, replies, roots } from '../support/channel.ts';
import { childRepository, infraYaml, upstreamYaml } from '../support/child-project.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';
import { quiet } from '../support/webhooks.ts';

let flow: Flow;

afterEach(() => flow.stop());

const infra = [{ id: 77, path: 'acme/infra', ciYaml: infraYaml }];

async function childOf(id: number): Promise<number> {
  return until('the child is there', () => flow.gitlab.pipeline(id).downstream[0]);
}

function texts(): readonly string[] {
  const [root] = roots(flow);
  return root ? replies(flow, root).map(words) : [];
}

describe('a pipeline with a child', () => {
  it('has one thread, in which the child’s gate and its failure are told and the root names it', async () => {
    flow = await startFlow({ gitlab: { examplePath: childRepository() } });
    const { id } = await flow.gitlab.pushTag('v9.0.0');
    await flow.gitlab.settle(id);
    const child = await childOf(id);
    await flow.gitlab.settle(child);
    await flow.sees('waits for a person: deploy-prod');
    expect(words(roots(flow)[0])).toContain('Child pipeline: ');
    expect(words(roots(flow)[0])).toContain('deploy-eu waiting for a person');

    flow.gitlab.planFailure('deploy-prod');
    await flow.gitlab.play(flow.gitlab.job('deploy-prod', child).id);
    await flow.gitlab.settle(child);
    await quiet(flow);

    expect(roots(flow)).toHaveLength(1);
    expect(words(roots(flow)[0])).toContain('deploy-eu failed at deploy-prod');
    expect(count(texts(), 'The child pipeline deploy-eu of v9.0.0 failed')).toBe(1);
    expect(count(texts(), 'v9.0.0 to production failed')).toBe(1);
  });

  it('has one thread when the child is heard of first', async () => {
    flow = await startFlow({ gitlab: { examplePath: childRepository() } });
    flow.gitlab.faults.holdWebhooks();
    const { id } = await flow.gitlab.pushTag('v9.0.0');
    await flow.gitlab.settle(id);
    await flow.gitlab.finish('smoke-test', 'failed', { pipelineId: await childOf(id) });

    flow.gitlab.faults.releaseWebhooks('reversed');
    await flow.sees('smoke-test failed');
    await quiet(flow);

    expect(roots(flow)).toHaveLength(1);
    expect(words(roots(flow)[0])).toContain('v9.0.0 · failed');
    expect(count(texts(), 'smoke-test failed in stage check')).toBe(1);
  });

  it('is told by polling alone, although GitLab lists no children', async () => {
    flow = await startFlow({
      gitlab: { examplePath: childRepository() },
      file: `projects:\n  - project: acme/production-app\n    events: poll\n    channels: [{ id: ${deploys} }]\npoll_every: 10s\n`,
    });
    const { id } = await flow.gitlab.pushTag('v9.0.0');
    await flow.gitlab.settle(id);
    await flow.gitlab.finish('smoke-test', 'failed', { pipelineId: await childOf(id) });

    await flow.restart();
    await flow.sees('smoke-test failed');

    expect(roots(flow)).toHaveLength(1);
  });

  it('tells a later failure of a broken branch under the pipeline that broke it, a child’s too', async () => {
    flow = await startFlow({
      gitlab: { examplePath: childRepository() },
      file: fileWith([`{ id: ${deploys}, notify: [failed, fixed] }`]),
    });
    flow.gitlab.planFailure('unit-tests');
    await flow.gitlab.settle((await flow.gitlab.pushBranch('main')).id);
    const { id } = await flow.gitlab.pushBranch('main');
    await flow.gitlab.settle(id);
    await flow.gitlab.finish('smoke-test', 'failed', { pipelineId: await childOf(id) });
    await quiet(flow);

    expect(roots(flow)).toHaveLength(1);
    expect(count(texts(), 'smoke-test failed in stage')).toBe(0);
    expect(count(texts(), 'still failing')).toBeGreaterThan(0);
    expect(count(texts(), 'is fixed')).toBe(0);
  });
});

describe('/deploy', () => {
  it('finds the job in the child, plays it, and tells its end in the root’s thread', async () => {
    flow = await startFlow({ gitlab: { examplePath: childRepository() } });
    const { id } = await flow.gitlab.pushTag('v9.0.0');
    await flow.gitlab.settle(id);
    const child = await childOf(id);
    await flow.gitlab.settle(child);
    await quiet(flow);

    const plan = await flow.types('U0ANN', '/deploy prod v9.0.0');
    expect(words(plan)).toContain('deploy-prod');
    await flow.presses('U0ANN', 'Deploy');
    await until('the job starts', () => flow.gitlab.job('deploy-prod', child).status !== 'manual');
    await flow.gitlab.settle(child);
    await flow.sees('Verified by verify-deployment');
    await quiet(flow);

    expect(flow.played()).toEqual(['deploy-prod']);
    expect(roots(flow)).toHaveLength(1);
    expect(words(roots(flow)[0])).toContain('v9.0.0 · passed');
  });

  it('finds it also when no webhook ever told of it', async () => {
    flow = await startFlow({
      gitlab: { examplePath: childRepository() },
      before: async (gitlab) => {
        const { id } = await gitlab.pushTag('v9.0.0');
        await gitlab.settle(id);
        await gitlab.settle(gitlab.pipeline(id).downstream[0]);
        await gitlab.deliverWebhooks();
      },
    });

    const plan = await flow.types('U0ANN', '/deploy production v9.0.0');
    expect(words(plan)).toContain('deploy-prod');
    await flow.presses('U0ANN', 'Deploy');
    await until('the job starts', () => flow.gitlab.job('deploy-prod').status !== 'manual');
    await flow.gitlab.finish('deploy-prod', 'success');
    await flow.sees('v9.0.0 is deployed to production');

    expect(roots(flow)).toHaveLength(1);
    expect(words(roots(flow)[0])).toContain('Child pipeline: ');
  });
});

describe('a pipeline of another project', () => {
  it('is told under its root, though nothing is configured for it', async () => {
    flow = await startFlow({ gitlab: { ciYaml: upstreamYaml, otherProjects: infra } });
    const { id } = await flow.gitlab.pushTag('v9.0.0');
    await flow.gitlab.settle(id);
    await flow.gitlab.finish('plan', 'failed', { pipelineId: await childOf(id) });
    await flow.pressesOn('U0ANN', await flow.sees('plan failed in stage test'), 'Retry');
    await flow.reads('U0ANN', 'Code: retry_in_gitlab');
    await quiet(flow);

    expect(roots(flow)).toHaveLength(1);
    expect(words(roots(flow)[0])).toContain('acme/infra failed at plan');
    expect(count(texts(), 'The downstream pipeline acme/infra of main failed')).toBe(1);
  });

  it('has a thread of its own in a channel that follows only its project', async () => {
    const file = fileWith([`{ id: ${deploys} }`]);
    flow = await startFlow({
      gitlab: { ciYaml: upstreamYaml, otherProjects: infra },
      file: file.replace('projects:', 'projects:\n  - { project: acme/infra, channels: [{ id: C0RELEASE }] }'),
    });
    const { id } = await flow.gitlab.pushTag('v9.0.0');
    await flow.gitlab.settle(id);
    await flow.gitlab.finish('plan', 'failed', { pipelineId: await childOf(id) });
    await flow.sees('plan failed in stage test', 'C0RELEASE');
    await quiet(flow);

    expect(words(roots(flow, 'C0RELEASE')[0])).toContain('main · failed · acme/infra');
    expect(roots(flow, 'C0RELEASE')).toHaveLength(1);
    expect(roots(flow)).toHaveLength(1);
  });
});
