import { describe, expect, it } from 'vitest';
import { renderPipelineFailed } from '../../src/cards/pipeline-failed.ts';
import { renderRoot } from '../../src/cards/root.ts';
import type { Pipeline } from '../../src/domain/pipeline.ts';
import { aJob, aPipeline, project } from '../support/builders.ts';
import { words } from '../support/flow.ts';

const upstream = { project, pipelineId: 812 };

function child(id: number, change: Partial<Pipeline> = {}): Pipeline {
  return aPipeline({ id, status: 'success', jobs: [], upstream: { ...upstream, jobName: `deploy-${id}` }, ...change });
}

function shown(downstream: readonly Pipeline[]): string {
  return words(renderRoot({ pipeline: aPipeline(), downstream, operations: [] }));
}

describe('the root of a pipeline with children', () => {
  it('says nothing of them where there are none', () => {
    expect(shown([])).not.toContain('Child');
  });

  it('names what failed first, and counts what has no room', () => {
    const failed = child(909, { status: 'failed', jobs: [aJob({ name: 'smoke-test', status: 'failed' })] });

    const text = shown([901, 902, 903, 904].map((id) => child(id)).concat(failed));

    expect(text).toContain(
      'Child pipelines: :x: deploy-909 failed at smoke-test · :white_check_mark: deploy-901 passed · :white_check_mark: deploy-902 passed · :white_check_mark: 2 passed',
    );
  });

  it('names a pipeline of another project by that, and one of unknown trigger by its id', () => {
    const infra = { ...project, id: 8, path: 'acme/infra' };

    const text = shown([child(901, { project: infra }), child(902, { upstream })]);

    expect(text).toContain('acme/infra passed');
    expect(text).toContain('#902 passed');
  });

  it('shows a child’s gate and its deployments as the root’s own', () => {
    const environment = { name: 'production', action: 'start' } as const;
    const gate = aJob({ id: 7, name: 'deploy-prod', status: 'manual', environment });
    const done = aJob({
      id: 8,
      name: 'deploy-staging',
      status: 'success',
      environment: { ...environment, name: 'staging' },
    });

    const text = shown([child(901, { status: 'manual', jobs: [gate, done] })]);

    expect(text).toContain('Waiting for a person: deploy-prod (production)');
    expect(text).toContain('staging :white_check_mark: deployed');
  });
});

describe('the failure of a child', () => {
  it('is told as the child’s', () => {
    const card = renderPipelineFailed({ pipeline: child(901, { status: 'failed' }), jobs: [] });

    expect(card.text).toContain('The child pipeline deploy-901 of v1.4.0 failed');
  });
});
