import { describe, expect, it } from 'vitest';
import { renderDeployForm, renderProjectChoice } from '../../src/cards/deploy-form.ts';
import { renderHereMenu } from '../../src/cards/possible-here.ts';
import { renderLoading, type View } from '../../src/cards/view.ts';
import { renderWhatShips, type WhatShips } from '../../src/cards/what-ships.ts';
import { say } from '../../src/domain/phrase.ts';
import { checkView } from '../../src/sandbox/slack-server/block-limits.ts';
import { words } from '../support/flow.ts';

const project = { id: 7, path: 'acme/app', url: 'https://gitlab.example.com/acme/app' };

function someShips(change: Partial<WhatShips> = {}): WhatShips {
  const commit = { sha: '1a2b3c4d5e6f', author: 'Raj Patel', own: false, url: `${project.url}/-/commit/1a2b3c4d5e6f` };
  return {
    version: 'v1.4.0',
    environment: 'production',
    project,
    from: 'v1.3.0',
    pipeline: { id: 9, url: `${project.url}/-/pipelines/9` },
    changes: {
      total: 2,
      url: `${project.url}/-/compare/a...b`,
      commits: [
        { ...commit, title: 'Add express checkout' },
        { ...commit, title: 'Round totals', author: 'Ann Smith', slackUserId: 'U0ANN', own: true },
      ],
      mergeRequests: [
        { iid: 12, title: 'Express checkout', url: `${project.url}/-/merge_requests/12`, author: 'Raj Patel' },
      ],
    },
    tests: { passed: ['unit-tests'], failed: [], open: [] },
    scanners: { passed: ['sast'], failed: ['trivy-scan'], open: ['dast'] },
    counted: { total: 412, failed: 3, skipped: 0, unreadable: [] },
    coverage: 87.25,
    optionalFailed: ['code-quality'],
    ...change,
  };
}

const shown = (view: View): string => words(view.blocks);

describe('renderWhatShips', () => {
  it('tells commits, merge requests and checks in words', () => {
    const text = shown(renderWhatShips(someShips()));

    expect(text).toContain('v1.4.0 to production of acme/app. It replaces v1.3.0.');
    expect(text).toContain('2 commits, 1 by the one who asks. Compare');
    expect(text).toContain('Scanners: 1 of 3 passed (failed: trivy-scan; not ended: dast; passed: sast)');
    expect(text).toContain('Reported: 412 tests: 3 failed');
    expect(text).toContain('Coverage: 87.3 %');
    expect(text).toContain('Failed, and allowed to: code-quality');
    expect(text).toContain('!12 Express checkout · Raj Patel');
    expect(text).toContain('Round totals · @U0ANN · asked for by its author');
  });

  it('says what it does not know', () => {
    const none = { passed: [], failed: [], open: [] };
    const unknown = { changes: undefined, tests: none, scanners: none, coverage: undefined, counted: undefined };
    const text = shown(renderWhatShips(someShips(unknown)));

    expect(text).toContain('GitLab could not compare the two');
    expect(text).toContain('No tests or scanners ran');
  });

  it('caps what there is too much of, and says how much is left out', () => {
    const [commit] = someShips().changes?.commits ?? [];
    if (!commit) throw new Error('there is a commit');
    const changes = { total: 300, url: '', commits: Array.from({ length: 60 }, () => commit), mergeRequests: [] };

    expect(shown(renderWhatShips(someShips({ changes })))).toContain('and 260 more');
  });
});

describe.each([
  ['words', 'production'],
  ['nothing', ''],
  ['a mention', '<!channel>'],
  ['too many characters', 'x'.repeat(5_000)],
  ['emoji', '👩‍👩‍👧‍👦🚀'.repeat(700)],
])('a form with %s from outside', (_, outside) => {
  const many = Array.from({ length: 150 }, (_item, index) => `${outside}${index}`);
  const outcome = { passed: many, failed: many, open: many };
  const commit = { sha: outside, title: outside, author: outside, slackUserId: outside, own: true, url: outside };
  const views: Readonly<Record<string, View>> = {
    loading: renderLoading({ title: outside, instead: say`${outside}` }),
    'deploy form': renderDeployForm({
      project: { id: 7, path: outside },
      environments: many,
      environment: outside,
      version: outside,
      flags: [outside],
    }),
    'deploy form without environments': renderDeployForm({
      project,
      environments: [],
      environment: outside,
      flags: [],
    }),
    'project choice': renderProjectChoice({ paths: many, more: true }),
    'here menu': renderHereMenu({
      about: say`${outside}`,
      deeds: many.map((line) => ({ label: outside, spoken: outside, line })),
      commands: many.map((description) => ({ words: outside, description })),
    }),
    'what ships': renderWhatShips(
      someShips({
        version: outside,
        environment: outside,
        from: outside,
        tests: outcome,
        scanners: outcome,
        optionalFailed: many,
        changes: {
          total: 200,
          url: outside,
          commits: Array.from({ length: 100 }, () => commit),
          mergeRequests: many.map((title, iid) => ({ iid, title, url: outside, author: outside })),
        },
      }),
    ),
  };

  it.each(Object.entries(views))('keeps "%s" within the limits of Slack', (_name, view) => {
    const { title, submit, blocks } = view;
    const wire = {
      type: 'modal',
      title: { type: 'plain_text', text: title || '?' },
      ...(submit === undefined ? {} : { submit: { type: 'plain_text', text: submit } }),
      blocks,
    };

    expect(checkView(wire)).toEqual([]);
    expect(JSON.stringify(wire).length).toBeLessThan(250_000);
    expect(JSON.stringify(blocks)).not.toMatch(/"type":"(mrkdwn|broadcast|usergroup)"/);
  });
});
