import { describe, expect, it } from 'vitest';
import { accessLevels } from '../../src/domain/actor.ts';
import { decidePlace, decidePolicy, type PolicyFacts } from '../../src/domain/policy.ts';
import { ann } from '../support/builders.ts';

const { none, minimal, guest, reporter, developer, maintainer, owner } = accessLevels;

function someFacts(change: Partial<PolicyFacts> = {}): PolicyFacts {
  return { action: 'deploy', actor: ann, accessLevel: developer, restricted: false, ...change };
}

function outcome(change: Partial<PolicyFacts>): string {
  const decision = decidePolicy(someFacts(change));
  return decision.kind === 'allow' ? 'allow' : decision.reason;
}

const levels = [none, minimal, guest, reporter, developer, maintainer, owner];

describe('decidePolicy', () => {
  /** one outcome for each of: no member, minimal access, guest, reporter, developer, maintainer, owner */
  it.each<[string, Partial<PolicyFacts>, readonly string[]]>([
    ['read', { action: 'read' }, ['not_a_member', 'not_a_member', 'role_too_low', 'allow', 'allow', 'allow', 'allow']],
    [
      'cancel of another’s operation',
      { action: 'cancel_operation' },
      ['not_a_member', 'not_a_member', 'role_too_low', 'role_too_low', 'role_too_low', 'allow', 'allow'],
    ],
    [
      'deploy to staging',
      { tier: 'staging' },
      ['not_a_member', 'not_a_member', 'role_too_low', 'role_too_low', 'allow', 'allow', 'allow'],
    ],
    [
      'deploy where the tier is not known',
      {},
      ['not_a_member', 'not_a_member', 'role_too_low', 'role_too_low', 'allow', 'allow', 'allow'],
    ],
    [
      'deploy to production',
      { tier: 'production' },
      ['not_a_member', 'not_a_member', 'role_too_low', 'role_too_low', 'role_too_low', 'allow', 'allow'],
    ],
    [
      'deploy to production by developers, as configured',
      { tier: 'production', deployers: ['developer'] },
      ['not_a_member', 'not_a_member', 'role_too_low', 'role_too_low', 'allow', 'allow', 'allow'],
    ],
    [
      'deploy by name',
      { tier: 'production', deployers: ['@ann'] },
      ['not_a_member', 'not_a_member', 'not_a_member', 'allow', 'allow', 'allow', 'allow'],
    ],
    [
      'deploy by Slack id, beside a role',
      { deployers: ['owner', 'U0ANN'] },
      ['not_a_member', 'not_a_member', 'not_a_member', 'allow', 'allow', 'allow', 'allow'],
    ],
    [
      'deploy where others are named',
      { deployers: ['@raj', 'U0RAJ'] },
      [
        'not_a_member',
        'not_a_member',
        'not_a_deployer',
        'not_a_deployer',
        'not_a_deployer',
        'not_a_deployer',
        'not_a_deployer',
      ],
    ],
    [
      'deploy where nobody may',
      { deployers: [] },
      [
        'not_a_member',
        'not_a_member',
        'not_a_deployer',
        'not_a_deployer',
        'not_a_deployer',
        'not_a_deployer',
        'not_a_deployer',
      ],
    ],
  ])('%s', (_what, change, expected) => {
    expect(levels.map((accessLevel) => outcome({ ...change, accessLevel }))).toEqual(expected);
  });

  it.each(['read', 'deploy', 'cancel_operation'] as const)(
    'refuses to %s for a person whom GitLab does not know',
    (action) => {
      expect(outcome({ action, actor: { slackUserId: 'U0X', gitlab: undefined }, accessLevel: owner })).toBe(
        'actor_not_linked',
      );
    },
  );

  it('lets Slack guests, bots and deactivated people read only, whatever GitLab says', () => {
    const restricted = { restricted: true, accessLevel: owner };

    expect(outcome({ ...restricted, action: 'read' })).toBe('allow');
    expect(outcome({ ...restricted, action: 'deploy' })).toBe('guest');
    expect(outcome({ ...restricted, action: 'cancel_operation' })).toBe('guest');
  });

  it('takes a GitLab user’s name in any case', () => {
    expect(outcome({ deployers: ['@Ann'], accessLevel: reporter })).toBe('allow');
  });

  /** one outcome for each of: linked, linked and broken, known from the file, known by e-mail */
  it.each<[string, Partial<PolicyFacts>, readonly string[]]>([
    ['deploys', {}, ['allow', 'link_broken', 'allow', 'allow']],
    ['rolls back', { action: 'rollback' }, ['allow', 'link_broken', 'allow', 'allow']],
    ['looks', { action: 'read' }, ['allow', 'allow', 'allow', 'allow']],
    ['locks', { action: 'lock', linkRequired: true, keptOut: true }, ['allow', 'allow', 'allow', 'allow']],
    [
      'deploys where a link is required',
      { linkRequired: true },
      ['allow', 'link_broken', 'link_required', 'link_required'],
    ],
    [
      'approves where a link is required',
      { action: 'approve', linkRequired: true, deployers: ['developer'] },
      ['allow', 'link_broken', 'link_required', 'link_required'],
    ],
    [
      'deploys where GitLab keeps them out',
      { keptOut: true },
      ['allow', 'link_broken', 'environment_protected', 'environment_protected'],
    ],
    [
      'deploys without the role, whatever the token',
      { accessLevel: reporter, linkRequired: true, keptOut: true },
      ['role_too_low', 'role_too_low', 'role_too_low', 'role_too_low'],
    ],
  ])('for somebody who %s', (_what, change, expected) => {
    const ways = ['link', 'broken_link', 'users', 'email'] as const;

    expect(ways.map((knownBy) => outcome({ ...change, actor: { ...ann, knownBy } }))).toEqual(expected);
  });

  it('lets in whom a Slack user group names, and nobody for a group that they are not in', () => {
    const facts = { deployers: ['S0ONCALL'], accessLevel: reporter };

    expect(outcome({ ...facts, groups: ['S0ONCALL'] })).toBe('allow');
    expect(outcome({ ...facts, groups: [] })).toBe('not_a_deployer');
    expect(outcome({ ...facts, groups: ['S0OTHER'] })).toBe('not_a_deployer');
    expect(outcome({ ...facts, groups: ['S0ONCALL'], accessLevel: guest })).toBe('not_a_member');
  });

  it('is not fooled by a role that is a word of the language', () => {
    expect(outcome({ deployers: ['toString', 'constructor'], accessLevel: owner })).not.toBe('allow');
  });

  it('says what would do and what the person has', () => {
    expect(decidePolicy(someFacts({ tier: 'production' }))).toEqual({
      kind: 'refuse',
      reason: 'role_too_low',
      needs: ['maintainer'],
      has: 'developer',
    });
  });
});

describe('decidePlace', () => {
  it.each([
    ['look', false, { kind: 'allow' }],
    ['look', true, { kind: 'allow' }],
    ['change', false, { kind: 'allow' }],
    ['change', true, { kind: 'refuse', reason: 'shared_channel' }],
  ] as const)('%s, shared: %s', (effect, shared, decision) => {
    expect(decidePlace({ effect, shared })).toEqual(decision);
  });
});
