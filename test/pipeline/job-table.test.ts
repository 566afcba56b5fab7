import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import ajvFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { tableUnder } from '../contract/repository.ts';
import { type Checkout, contexts, createCheckout, sample, variables } from './support/checkout.ts';
import { absentTools, withoutTools } from './support/tools.ts';

const Jobs = z.array(
  z.object({
    name: z.string(),
    when: z.string(),
    allow_failure: z.unknown(),
    needs: z.array(z.object({ job: z.string(), optional: z.boolean().optional() })).nullish(),
  }),
);

/** Optional external test data: GitLab's own schema of the file. */
const schemaFile = path.resolve('../shared/gitlab-data/ci-schema/gitlab-ci.schema.json');
const hasSchema = existsSync(schemaFile);

describe('the files of the sample pipeline', () => {
  it.skipIf(!hasSchema).each(['.gitlab-ci.yml', 'ci/gitlab-security.yml'])('%s fits GitLab’s schema', (file) => {
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
    ajvFormats.default(ajv);
    const validate = ajv.compile(JSON.parse(readFileSync(schemaFile, 'utf8')));

    const isValid = validate(parse(readFileSync(path.join(sample, file), 'utf8')));

    expect(isValid ? '' : ajv.errorsText(validate.errors)).toBe('');
  });
});

/** Names in the table of README.md whose "Kinds" hold this letter. */
function documented(kind: string): readonly string[] {
  const rows = tableUnder(readFileSync(path.join(sample, 'README.md'), 'utf8'), 'Jobs');
  return rows
    .map((row) => row.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells[3]?.split(' ').includes(kind))
    .map((cells) => (cells[1] ?? '').replaceAll('`', ''))
    .sort();
}

function manual(jobs: z.infer<typeof Jobs>): readonly (readonly [string, unknown])[] {
  return jobs.filter((job) => job.when === 'manual').map((job) => [job.name, job.allow_failure]);
}

describe.skipIf(absentTools.length > 0)(`the jobs that gitlab-ci-local finds${withoutTools}`, () => {
  let checkout: Checkout;

  beforeAll(() => {
    checkout = createCheckout();
  });

  afterAll(() => checkout.remove());

  async function jobsFor(context: readonly string[]) {
    const { code, output } = await checkout.start(['--list-json', ...context]).ended;
    expect({ code, output }).toMatchObject({ code: 0 });
    const list = output.slice(output.indexOf('\n[\n'), output.lastIndexOf('\n]') + 2);
    return Jobs.parse(JSON.parse(list)).filter((job) => job.when !== 'never');
  }

  it.each([
    ['a merge request', 'M', contexts.mergeRequest(), 14],
    ['main', 'B', contexts.main(), 14],
    ['a tag', 'T', contexts.tag('v1.4.0'), 26],
  ])('are those of the README for %s, and none needs an absent one', async (_, kind, context, count) => {
    const jobs = await jobsFor(context);

    const names = jobs.map((job) => job.name);
    expect(names.toSorted()).toEqual(documented(kind));
    expect(names).toHaveLength(count);
    expect(
      jobs.flatMap((job) => (job.needs ?? []).map((need) => need.job)).filter((name) => !names.includes(name)),
    ).toEqual([]);
  });

  it('have their gates and buttons in a tag’s pipeline alone', async () => {
    expect(manual(await jobsFor(contexts.tag('v1.4.0')))).toEqual([
      ['deploy-canary', false],
      ['stop-canary', true],
      ['deploy-prod', false],
      ['rollback-prod', true],
    ]);
    expect(manual(await jobsFor(contexts.main()))).toEqual([]);
    expect(manual(await jobsFor(contexts.mergeRequest()))).toEqual([['stop-dev', true]]);
  });

  it('hold no watch over the canary where the bot watches', async () => {
    const jobs = await jobsFor([...contexts.tag('v1.4.0'), ...variables({ CANARY_WATCH: 'bot' })]);

    const names = jobs.map((job) => job.name);
    expect(names).toHaveLength(24);
    expect(names).not.toContain('monitor-canary');
    expect(names).not.toContain('abort-canary');
    const absent = jobs.flatMap((job) => job.needs ?? []).filter((need) => !names.includes(need.job));
    expect(absent.filter((need) => need.optional !== true)).toEqual([]);
  });
});
