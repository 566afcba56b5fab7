import { describe, expect, it } from 'vitest';
import { decisionFacts, policyHash } from '../../../src/app/audit/decision-facts.ts';
import type { EnvironmentRule, ProjectRules } from '../../../src/domain/project.ts';

function rules(...environments: readonly Partial<EnvironmentRule>[]): ProjectRules {
  return {
    path: 'acme/app',
    aliases: [],
    channels: [],
    environments: environments.map((rule) => ({ name: 'production', aliases: [], jobs: [], ...rule })),
  };
}

describe('policyHash', () => {
  const strict = rules({ deployers: ['maintainer'], after: ['staging'] });

  it('is the same for the same rules, wherever they come from and however they are called for', () => {
    const spread = rules({ after: ['staging'] }, { name: 'prod*', deployers: ['maintainer'], aliases: ['live'] });

    expect(policyHash(spread, 'production')).toBe(policyHash(strict, 'production'));
    expect(policyHash(strict, 'production')).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['another rule', rules({ deployers: ['developer'], after: ['staging'] }), 'production'],
    ['one rule less', rules({ deployers: ['maintainer'] }), 'production'],
    ['another environment', rules({ name: '*', deployers: ['maintainer'], after: ['staging'] }), 'staging'],
    ['no rules', rules(), 'production'],
  ])('is another one for %s', (_, other, environment) => {
    expect(policyHash(other, environment)).not.toBe(policyHash(strict, 'production'));
  });
});

describe('decisionFacts', () => {
  const settings = {
    gitlabUrl: 'https://gitlab.example.com',
    rulesFor: (path: string) => (path === 'acme/app' ? rules() : undefined),
  };
  const page = 'https://gitlab.example.com/acme/app';

  it('links the nearest page that is known', () => {
    const project = 'acme/app';
    expect(decisionFacts({ project, jobId: 7, pipelineId: 9 }, settings).url).toBe(`${page}/-/jobs/7`);
    expect(decisionFacts({ project, pipelineId: 9 }, settings).url).toBe(`${page}/-/pipelines/9`);
    expect(decisionFacts({ project }, settings).url).toBe(page);
    expect(decisionFacts({ project, url: 'https://x.example' }, settings).url).toBe('https://x.example');
    expect(decisionFacts({}, settings)).toEqual({ policy: undefined, url: undefined });
  });

  it('names the rules where project and environment are known', () => {
    expect(decisionFacts({ project: 'acme/app', environment: 'production' }, settings).policy).toBe(
      policyHash(rules(), 'production'),
    );
    expect(decisionFacts({ project: 'acme/app' }, settings).policy).toBeUndefined();
    expect(decisionFacts({ project: 'acme/gone', environment: 'production' }, settings).policy).toBeUndefined();
  });
});
