import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commands } from '../../commands/index.ts';
import { readConfigFile } from '../../src/config/file.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { describeSettings } from '../../src/config/schema.ts';
import { describeIntakeFailure } from '../../src/slack/intake.ts';
import { emailScope, requiredScopes } from '../../src/slack/scopes.ts';
import { metricNames } from './metric-names.ts';
import { filesIn, read, root, tableUnder } from './repository.ts';

const pages = ['CONTRIBUTING.md', ...filesIn('docs').filter((file) => file.endsWith('.md'))];

/** What stands in backticks in the first cell of each row. */
function firstCells(page: string, heading: string): readonly string[] {
  return tableUnder(read(page), heading).flatMap((row) => /^\| `([^`]+)`/.exec(row)?.[1] ?? []);
}

/** The strings that a pattern's first group finds in a file. */
function found(file: string, pattern: RegExp): readonly string[] {
  return [...read(file).matchAll(pattern)].map(([, text = '']) => text);
}

/** The literals of a union `type Name = 'a' | 'b';`. */
function union(file: string, name: string): readonly string[] {
  const [, members = ''] = new RegExp(`type ${name} =([^;]+);`).exec(read(file)) ?? [];
  return [...members.matchAll(/'([^']+)'/g)].map(([, member = '']) => member);
}

describe('docs/commands.md', () => {
  const sources = [...filesIn('src/app'), ...filesIn('commands')];
  const policy = union('src/domain/policy.ts', 'PolicyReason');
  const deploy = found('src/domain/deployability.ts', /^ {2}\| \{ readonly reason: '(\w+)'/gm);
  const gates = found('src/domain/gates.ts', /^(?: {2}\| \{| {5}) readonly reason: '(\w+)'/gm);
  const press = union('src/domain/plan.ts', 'PlanRefusal');
  const configure = found('src/domain/release.ts', /kind: 'configure'; readonly reason: ([^}]+)\}/g).flatMap(
    (reasons) => [...reasons.matchAll(/'(\w+)'/g)].map(([, reason = '']) => reason),
  );
  const errors = found('src/domain/errors.ts', /readonly code = '(\w+)'/g);
  const intake = (['failed', 'late'] as const).map((kind) => /`(\w+)`$/.exec(describeIntakeFailure(kind))?.[1] ?? '');

  it('has every code that an answer can bear, and no other', () => {
    const plain = sources.flatMap((file) => found(file, /\bcode: '(\w+)'/g));
    const locks = union('src/domain/lock.ts', 'LockReason');
    const votes = union('src/domain/approval.ts', 'VoteReason');
    const reviews = union('src/domain/review.ts', 'ReviewReason');
    const gitlabs = union('src/domain/gitlab-approval.ts', 'GitLabApprovalReason');
    const codes = [
      ...plain,
      ...policy,
      ...deploy,
      ...gates,
      ...locks,
      ...votes,
      ...reviews,
      ...gitlabs,
      ...errors,
      'internal',
      ...intake,
    ];
    const made = [...press.map((reason) => `plan_${reason}`), ...configure.map((reason) => `job_${reason}`)];
    const headings = [
      'The command',
      'Rights',
      "The version's pipeline",
      'The state of things',
      "A plan's button",
      'A button in the thread',
      'Approvals',
      'Faults',
    ];
    const told = headings.flatMap((heading) => firstCells('docs/commands.md', heading));

    for (const part of [plain, policy, deploy, gates, press, configure, errors, intake]) expect(part).not.toEqual([]);
    expect(told.toSorted()).toEqual([...new Set([...codes, ...made])].toSorted());
  });

  it('knows every way in which a code is put together', () => {
    const templates = sources.flatMap((file) => found(file, /\bcode: `([^`]+)`/g));

    expect([...new Set(templates)].toSorted()).toEqual(['job_${found.reason}', 'plan_${reason}']);
  });

  it('has every reason for which a deploy ends', () => {
    const reasons = union('src/domain/operation.ts', 'StepReason');

    expect(reasons.length).toBeGreaterThan(5);
    expect(firstCells('docs/commands.md', 'Why a deploy ended')).toEqual(reasons);
  });

  it('has every command with its usage and examples', () => {
    const page = read('docs/commands.md');

    expect(commands.length).toBeGreaterThan(0);
    for (const { name, usage, examples } of commands) {
      expect(page).toContain(`\n## ${name}\n`);
      expect(page).toContain(`\n${usage}\n`);
      expect(firstCells('docs/commands.md', name).length).toBeGreaterThan(0);
      expect(examples.filter((example) => !page.includes(`\`${example}\``))).toEqual([]);
    }
  });
});

describe('docs/settings.md', () => {
  const Schema = z.object({
    properties: z.record(z.string(), z.unknown()).optional(),
    items: z.unknown().optional(),
    additionalProperties: z.unknown().optional(),
  });

  /** The keys of a JSON Schema that hold values: `projects[].channels[].id`. */
  function keysOf(schema: unknown, base = ''): readonly string[] {
    const { properties, items, additionalProperties } = Schema.safeParse(schema).data ?? {};
    const inside = (inner: unknown): boolean => Schema.safeParse(inner).data?.properties !== undefined;
    if (properties)
      return Object.entries(properties).flatMap(([key, inner]) => keysOf(inner, base === '' ? key : `${base}.${key}`));
    if (inside(items)) return keysOf(items, `${base}[]`);
    return inside(additionalProperties) ? keysOf(additionalProperties, `${base}.<name>`) : [base];
  }

  it('has every key of chatops.yml', () => {
    const keys = keysOf(configJsonSchema()).filter((key) => !key.startsWith('defaults'));
    const told = ['Projects', 'The bot itself'].flatMap((heading) => firstCells('docs/settings.md', heading));

    expect(keys.length).toBeGreaterThan(10);
    expect(told.toSorted()).toEqual(keys.toSorted());
  });

  it('explains an example that can be read, by what comes of it', () => {
    const [yaml = ''] = found('docs/settings.md', /```yaml\n([\s\S]*?)```/g);
    const file = readConfigFile(yaml, 'chatops.yml');

    expect(file.kind === 'read' && file.settings.rulesFor('acme/payments/core')).toMatchObject({
      events: 'webhook',
      channels: [{ id: 'C0PAYMENTS' }],
      environments: expect.arrayContaining([
        expect.objectContaining({
          name: 'production',
          jobs: ['deploy-core'],
          aliases: ['live'],
          deployers: ['maintainer'],
        }),
      ]),
    });
  });
});

describe('docs/setup-slack.md', () => {
  it('has every scope', () => {
    expect(firstCells('docs/setup-slack.md', 'Scopes, and why each')).toEqual([...requiredScopes, emailScope]);
  });
});

describe('docs/RUNBOOK.md', () => {
  it('names every metric of ours, and no other', async () => {
    const names = new Set(found('docs/RUNBOOK.md', /\b(chatops_\w+)/g));
    const served = (await metricNames()).filter((name) => name.startsWith('chatops_'));

    expect([...names].toSorted()).toEqual(served.toSorted());
  });

  it('quotes log lines as the code writes them', () => {
    const code = filesIn('src').map(read).join('\n');
    const lines = firstCells('docs/RUNBOOK.md', 'Log lines worth an alert');

    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line) => !code.includes(`'${line}'`))).toEqual([]);
  });
});

describe('docs/security.md', () => {
  it('says of every secret how to change it', () => {
    const secrets = describeSettings().filter(({ secret }) => secret);

    expect(firstCells('docs/security.md', 'Changing a secret').toSorted()).toEqual(
      secrets.map(({ name }) => name).toSorted(),
    );
  });
});

describe('the papers', () => {
  it.each(pages)('%s links to files that exist', (page) => {
    const targets = found(page, /\]\((?!https?:)([^)#]+)/g).map((target) =>
      path.posix.join(path.posix.dirname(page), target),
    );

    expect(targets.filter((target) => !existsSync(path.join(root, target)))).toEqual([]);
  });

  it.each(pages)('%s names files of ours that exist', (page) => {
    const named = found(page, /`((?:src|test|commands|docs)\/[\w./-]*\w\.\w+)`/g);

    expect(named.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });
});
