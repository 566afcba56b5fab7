import { describe, expect, it } from 'vitest';
import { deploy } from '../../commands/deploy.ts';
import type { CommandResult } from '../../src/app/command.ts';
import { UsageError } from '../../src/domain/errors.ts';
import { plainText } from '../../src/domain/phrase.ts';
import { aChannel, project, someRules } from '../support/builders.ts';
import { aContext, app, type ContextChange } from './context.ts';

function run(line: string, change: ContextChange = {}): Promise<CommandResult> {
  const gitlab = { accessLevel: async () => 50, ...change.gitlab };
  return deploy.run(
    { words: line.split(' ').filter((word) => word !== ''), flags: {} },
    aContext({ ...change, gitlab }),
  );
}

const nothing = async () => undefined;

/** What was read of the line, as the release's look-up sees it: GitLab knows no version at all here. */
async function target(line: string, change: ContextChange = {}): Promise<string> {
  const gitlab = {
    tag: nothing,
    branch: nothing,
    pipelinesOf: async () => [],
    newestTags: async () => [],
  };
  const result = await run(line, { ...change, gitlab: { ...gitlab, ...change.gitlab } });
  if (result.kind !== 'refused') throw new Error(`not refused: ${result.kind}`);
  return [result.refusal.code, result.about.project, result.about.environment, result.about.version].join(' ');
}

describe('/deploy', () => {
  it.each([
    ['', 'Which environment, and which version?'],
    ['prod', 'Which version for production?'],
    ['app prod', 'Which version for production?'],
    ['app web prod v1', 'not 4 words'],
    ['unknown prod v1', 'I do not know the project unknown.'],
  ])('refuses "%s": %s', async (line, message) => {
    await expect(run(line)).rejects.toThrow(
      expect.objectContaining({ message: expect.stringContaining(message) as string }),
    );
    await expect(run(line)).rejects.toThrow(UsageError);
  });

  it.each([
    ['prod v1.4.0', 'production'],
    ['v1.4.0 prod', 'production'],
    ['staging v1.4.0', 'staging'],
    ['app stag v1.4.0', 'staging'],
    ['app:prod v1.4.0', 'production'],
    ['acme/production-app prod v1.4.0', 'production'],
  ])('reads "%s" as v1.4.0 to %s', async (line, environment) => {
    expect(await target(line)).toBe(`version_unknown acme/production-app ${environment} v1.4.0`);
  });

  it('takes a version alone to the default environment of the channel', async () => {
    const here = { ...app, channels: [aChannel({ id: 'C0DEPLOYS', defaultEnvironment: 'prod' })] };

    expect(await target('v1.4.0', { context: { here }, settings: { projects: [here] } })).toBe(
      'version_unknown acme/production-app production v1.4.0',
    );
  });

  it('offers the environments for a version alone where none is the default', async () => {
    const result = await run('v1.4.0');

    expect(result).toMatchObject({ kind: 'refused', refusal: { code: 'environment_missing' } });
    expect(result.kind === 'refused' && result.refusal.todo).toContainEqual({
      kind: 'press',
      label: 'staging',
      actionId: 'run_command:staging',
      value: '/deploy acme/production-app staging v1.4.0',
    });
  });

  it('offers an environment whose name has a space so that it is read as one word', async () => {
    const result = await run('v1.4.0', { gitlab: { environments: async () => [{ id: 1, name: 'eu west' }] } });

    expect(result.kind === 'refused' && result.refusal.todo).toMatchObject([
      { value: '/deploy acme/production-app "eu west" v1.4.0' },
    ]);
  });

  it('names the nearest environments for one it does not know', async () => {
    const result = await run('stagign v1.4.0');

    expect(result.kind === 'refused' && plainText(result.refusal.fact)).toContain('staging');
    expect(result).toMatchObject({ kind: 'refused', about: { project: 'acme/production-app' } });
  });

  it('asks for the project where the channel has none', async () => {
    const result = await run('prod v1.4.0', {
      context: { here: undefined },
      gitlab: { accessLevel: async () => 30 },
    });

    expect(result).toMatchObject({
      kind: 'refused',
      refusal: { code: 'project_missing', todo: [{ value: '/deploy acme/production-app prod v1.4.0' }] },
    });
  });

  it('asks which is meant where a word is a project and an environment alike', async () => {
    const other = someRules({ path: 'acme/staging', aliases: ['staging'], channels: [aChannel({ id: 'C2' })] });

    const result = await run('staging prod', {
      settings: { projects: [app, other] },
      gitlab: { accessLevel: async () => 20 },
    });

    expect(result).toMatchObject({ kind: 'refused', refusal: { code: 'two_readings' } });
  });

  it('takes the reading of the project that one may read, without naming the other one', async () => {
    const other = someRules({ path: 'acme/secret', aliases: ['staging'], channels: [aChannel({ id: 'C2' })] });

    const read = await target('staging prod', {
      settings: { projects: [app, other] },
      context: {
        resolveProject: async (rules) => ({ rules, ref: { ...project, id: rules === app ? 1 : 2, path: rules.path } }),
      },
      gitlab: { accessLevel: async (id) => (id === 1 ? 20 : 0) },
    });

    expect(read).toBe('role_too_low acme/production-app staging prod');
  });

  it('refuses who may not deploy there before it looks for jobs', async () => {
    expect(await target('prod v1.4.0', { gitlab: { accessLevel: async () => 20 } })).toContain('role_too_low');
    expect(await target('prod v1.4.0', { context: { restricted: true } })).toContain('guest');
  });
});
