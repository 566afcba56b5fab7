import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from './harness.ts';

/** Optional external test data: GitLab's own response schemas. */
const folder = path.resolve('../shared/gitlab-data/json-schema');
const isPresent = existsSync(folder);

/** Parts of GitLab's schemas that are not in the data count as "anything"; so does what they do not list. */
function loosen(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(loosen);
  if (typeof value !== 'object' || value === null) return value;
  const { $ref: reference, additionalProperties: _, format: __, ...rest } = value as Record<string, unknown>;
  if (typeof reference === 'string') {
    const file = path.join(folder, path.basename(reference));
    return existsSync(file) ? loosen(JSON.parse(readFileSync(file, 'utf8'))) : {};
  }
  // `type: date` is no JSON type: GitLab's validator takes it for text.
  if (Array.isArray(rest['type'])) rest['type'] = rest['type'].map((each) => (each === 'date' ? 'string' : each));
  // Among parts that are read as "anything", more than one may fit.
  if (rest['oneOf'] !== undefined) return { anyOf: loosen(rest['oneOf']) };
  return Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, key === 'required' ? each : loosen(each)]));
}

function check(schemaName: string, value: unknown): string {
  const ajv = new Ajv({ strict: false, allErrors: true });
  const validate = ajv.compile(loosen(JSON.parse(readFileSync(path.join(folder, schemaName), 'utf8'))) as object);
  return validate(value) ? '' : ajv.errorsText(validate.errors);
}

describe.skipIf(!isPresent)('REST replies against GitLab’s schemas (optional external test data)', () => {
  let harness: Harness;

  beforeAll(async () => {
    harness = await startHarness({ tier: 'premium' });
    harness.gitlab.setWebhook('http://127.0.0.1:9/nobody', 'secret');
    harness.gitlab.planFailure('e2e-tests');
    await harness.gitlab.pushTag('v1.4.0');
    await harness.gitlab.settle();
    await harness.gitlab.deliverWebhooks();
    await harness.ask('POST', '/projects/42/freeze_periods', {
      body: { freeze_start: '0 16 * * 5', freeze_end: '0 8 * * 1' },
    });
  });

  afterAll(async () => {
    await harness.gitlab.stop();
  });

  it.each([
    ['job.json', '/projects/42/jobs?per_page=100'],
    ['deployment.json', '/projects/42/deployments?per_page=100'],
    ['environment.json', '/projects/42/environments'],
    ['freeze_period.json', '/projects/42/freeze_periods'],
  ])('%s fits every row of %s', async (schema, url) => {
    const rows = (await harness.ask('GET', url)).body;

    expect(rows.length).toBeGreaterThan(0);
    expect(rows.map((row) => check(schema, row)).filter((problem) => problem !== '')).toEqual([]);
  });

  it.each([
    ['pipeline-detail.json', '/projects/42/pipelines/latest?ref=v1.4.0'],
    ['environment.json', '/projects/42/environments/9'],
    ['deployment.json', '/projects/42/deployments/301'],
  ])('%s fits %s', async (schema, url) => {
    const answer = await harness.ask('GET', url);

    expect(answer.status).toBe(200);
    expect(check(schema, answer.body)).toBe('');
  });

  it.each([
    ['deployment-hook.json', 'Deployment Hook'],
    ['job-hook.json', 'Job Hook'],
  ])('has every field that %s shows in a %s', (file, event) => {
    const example: object = JSON.parse(readFileSync(path.join(folder, '../docs-examples', file), 'utf8'));
    const { payload } = harness.gitlab.webhooks.find((each) => each.event === event) ?? {};

    // Only pipelines that another one started have a source.
    const expected = Object.keys(example).filter((key) => key !== 'source_pipeline');
    expect(expected.filter((key) => payload !== undefined && !(key in payload))).toEqual([]);
    expect(payload).toBeDefined();
  });
});
