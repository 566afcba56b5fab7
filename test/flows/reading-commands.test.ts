import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Flow, startFlow, words } from '../support/flow.ts';

const question = 'Deploy v1.4.0 to production?';

let flow: Flow;

beforeAll(async () => {
  flow = await startFlow();
  const { id } = await flow.gitlab.pushTag('v1.4.0');
  await flow.gitlab.settle(id);
});

afterAll(() => flow.stop());

describe('a deploy line', () => {
  it.each([
    ['an alias', '/deploy prod v1.4.0'],
    ['the full name', '/deploy production v1.4.0'],
    ['the beginning of the name', '/deploy produ v1.4.0'],
    ['the version first', '/deploy v1.4.0 prod'],
    ['the version without its v', '/deploy prod 1.4.0'],
    ['the project’s alias', '/deploy app prod v1.4.0'],
    ['the project’s path', '/deploy acme/production-app prod v1.4.0'],
    ['project and version before the environment', '/deploy app v1.4.0 prod'],
    ['project and environment with a colon', '/deploy app:prod v1.4.0'],
    ['a capital and curly quotes from a phone', '/Deploy Prod “v1.4.0”'],
    ['no-break spaces and stray blanks', '/deploy   Prod\u00a0v1.4.0 '],
    ['a long dash before a flag', '/deploy prod v1.4.0 —job deploy-prod'],
    ['a flag with an equals sign', '/deploy prod v1.4.0 --job=deploy-prod'],
    ['a flag in front', '/deploy --job deploy-prod prod v1.4.0'],
    ['the root command', '/chatops deploy prod v1.4.0'],
  ])('is understood with %s', async (_, line) => {
    const plan = await flow.types('U0ANN', line);

    expect(words(plan)).toContain(question);
    expect(plan.text).toContain('From v1.3.0');
  });

  it('is understood as a sha', async () => {
    const { sha } = flow.gitlab.state().projects[0]?.tags[0] ?? { sha: '' };

    const plan = await flow.types('U0ANN', `/deploy prod ${sha.slice(0, 8)}`);

    expect(words(plan)).toContain(`Deploy ${sha.slice(0, 8)} to production?`);
  });

  it.each(['/Deploy Prod “v1.4.0” —dry-run', '/deploy prod “v1.4.0” –dry-run', '/Deploy prod\u00a0v1.4.0 Dry run'])(
    'asks for a dry run as a phone writes it: %s',
    async (line) => {
      const answer = words(await flow.types('U0ANN', line));

      expect(answer).toMatch(/Dry run: v1\.4\.0 \([0-9a-f]{8}\) could be deployed to production now\./);
      expect(answer).not.toContain(question);
    },
  );

  it.each([
    ['too many words', '/deploy a b c d', 'I can read a project, an environment and a version, not 4 words.'],
    ['a word too many', '/deploy prod v1.4.0 please', 'please'],
    ['an open quote', '/deploy prod “v1.4.0', 'A quote is opened and not closed.'],
    ['an unknown flag', '/deploy prod v1.4.0 --jbo x', 'Did you mean --job?'],
    ['a flag without value', '/deploy prod v1.4.0 --job', '--job needs a value.'],
    ['an unknown job', '/deploy prod v1.4.0 --job nope', 'nope does not deploy to production'],
  ])('with %s is answered and does nothing', async (_, line, said) => {
    const answer = await flow.types('U0ANN', line);

    expect(words(answer)).toContain(said);
    expect(words(answer)).not.toContain(question);
  });
});

describe('an environment', () => {
  it('that nobody knows is answered with the nearest ones and a line to type', async () => {
    const answer = await flow.types('U0ANN', '/deploy prdo v1.4.0');

    expect(words(answer)).toContain('acme/production-app has no environment prdo. Nearest: production');
    expect(words(answer)).toContain('→ /deploy production v1.4.0');
    expect(words(answer)).toContain('Code: environment_unknown');
  });

  it('left out of a mention in a channel without a default is asked for with buttons, and a press plans', async () => {
    const answer = await flow.mentions('U0ANN', 'deploy v1.4.0');
    await flow.presses('U0ANN', 'production');

    expect(words(answer)).toContain('Where should v1.4.0 go? This channel has no default environment.');
    await flow.reads('U0ANN', question);
  });
});

describe('a version', () => {
  it('that does not exist is answered with the newest tags', async () => {
    const answer = await flow.types('U0ANN', '/deploy prod v1.4.9');

    expect(words(answer)).toContain('has no tag, branch or commit v1.4.9');
    expect(words(answer)).toContain('v1.4.0, v1.3.0, v1.2.0');
    expect(words(answer)).toContain('Code: version_unknown');
  });

  it('that would call the whole channel is shown as it was typed and pings nobody', async () => {
    const answer = await flow.types('U0ANN', '/deploy prod fix/<!channel>');

    expect(words(answer)).toContain('has no tag, branch or commit fix/<!channel>');
    expect(answer.text).toContain('&lt;!channel&gt;');
    expect(JSON.stringify(answer.blocks)).not.toContain('"broadcast"');
  });
});

describe('a line that is no command', () => {
  it.each([
    ['/dploy prod v1.4.0', 'I do not know the command /dploy.', '/deploy'],
    ['/frobnicate', 'I do not know the command /frobnicate.', '/chatops help'],
    ['/chatops dploy prod', 'I do not know the command dploy.', '/chatops deploy'],
  ])('%s is answered with what may have been meant', async (line, said, meant) => {
    const answer = await flow.types('U0ANN', line);

    expect(words(answer)).toContain(said);
    expect(words(answer)).toContain(`Type: ${meant}`);
  });

  it('of 100 kB is answered briefly', async () => {
    const answer = await flow.types('U0ANN', `/deploy prod ${'v'.repeat(100_000)}`);

    expect(words(answer)).toContain('a command has at most 4000');
    expect(JSON.stringify(answer).length).toBeLessThan(2_000);
  });
});

describe('/chatops help', () => {
  it.each(['/chatops', '/chatops help', '/chatops HELP'])('tells every command for %s', async (line) => {
    const answer = await flow.types('U0GIL', line);

    for (const name of ['/deploy', '/deployments', '/chatops']) expect(words(answer)).toContain(name);
    expect(words(answer)).toContain('/deploy prod v1.4.0');
  });
});

describe('a mention', () => {
  it.each([
    ['nothing', 'deploy', 'Which environment, and which version?'],
    ['no version', 'deploy prod', 'Which version for production?'],
  ])('with %s, which opens no form, is answered in words', async (_, text, said) => {
    const answer = await flow.mentions('U0ANN', text);

    expect(words(answer)).toContain(said);
  });

  it('is a command, answered to its writer alone', async () => {
    const plan = await flow.mentions('U0ANN', 'deploy prod v1.4.0');

    expect(words(plan)).toContain(question);
    expect(flow.shown().map(words).join()).not.toContain(question);
  });

  it('in the thread of a pipeline is answered in that thread', async () => {
    const root = await flow.sees('v1.4.0 · waiting for a person');

    const plan = await flow.mentions('U0ANN', '<@U0CHATOPS> Deploy Prod v1.4.0', { threadTs: root.ts });

    expect(words(plan)).toContain(question);
    expect(plan.threadTs).toBe(root.ts);
  });

  it('without words is answered with help', async () => {
    const answer = await flow.mentions('U0ANN', '');

    expect(words(answer)).toContain('Take a version to an environment');
  });
});

describe('a channel without a project', () => {
  it('is asked for the project with buttons, and the deed is told in the project’s channel', async () => {
    const answer = await flow.types('U0ANN', '/deploy prod v1.4.0', 'C0RANDOM');
    await flow.presses('U0ANN', 'acme/production-app');

    expect(words(answer)).toContain('This channel has no project of its own. Which one?');
    const plan = await flow.reads('U0ANN', question);
    expect(words(plan)).toContain('Told in #C0DEPLOYS');
  });

  it('tells a guest of no project', async () => {
    const random = flow.slack.channels().find((channel) => channel.id === 'C0RANDOM');
    if (random) flow.slack.setChannel({ ...random, members: new Set([...random.members, 'U0GIL']) });

    const answer = await flow.types('U0GIL', '/deploy prod v1.4.0', 'C0RANDOM');

    expect(words(answer)).toContain('Code: project_missing');
    expect(JSON.stringify(answer.blocks)).not.toContain('acme/');
  });
});

describe('all of these lines', () => {
  it('have changed nothing in GitLab', () => {
    expect(flow.writes()).toEqual([]);
  });
});
