import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema } from '../../src/config/json-schema.ts';

const validate = new Ajv2020({ strict: false }).compile(configJsonSchema());

describe('configJsonSchema', () => {
  it.each([
    ['three lines', 'projects:\n  - project: acme/a\n    channels: [{ id: C0DEPLOYS }]'],
    [
      'a pattern with defaults',
      'defaults: { channels: [{ id: C0ALL }], events: poll }\nprojects: [{ project: acme/* }]',
    ],
    ['a job, or a list', 'projects: [{ project: acme/a, environments: { x: { job: a }, y: { job: [a, b] } } }]'],
  ])('takes %s', (_case, text) => {
    expect(validate(parse(text))).toBe(true);
  });

  it.each([
    ['an unknown key', 'projects: [{ project: acme/a, chanels: [] }]'],
    ['no projects', 'defaults: {}'],
    ['a channel name', 'projects: [{ project: acme/a, channels: [{ id: "#deploys" }] }]'],
    ['a wrong word', 'projects: [{ project: acme/a, events: hook }]'],
    ['a word for a list', 'projects: [{ project: acme/a, environments: { x: { migrations: x } } }]'],
  ])('marks %s', (_case, text) => {
    expect(validate(parse(text))).toBe(false);
  });
});
