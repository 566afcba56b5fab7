import { describe, expect, it } from 'vitest';
import { DeploymentApprovalPayload } from '../../src/gitlab/approval-schema.ts';
import { decodeApproval, decodeApprovalRefusal } from '../../src/gitlab/decode-approval.ts';
import { DeploymentPayload } from '../../src/gitlab/schema.ts';

const blocked = { status: 'blocked', sha: 'a1', environment: { name: 'production' } };
const read = (payload: object, all: readonly object[] = []) =>
  decodeApproval(
    DeploymentApprovalPayload.parse({ ...blocked, ...payload }),
    all.map((each) => DeploymentPayload.parse({ ...blocked, ...each })),
  );

describe('decodeApprovalRefusal', () => {
  it.each([
    ['This environment is not protected.', 'gitlab_not_protected'],
    [
      'You cannot approve your own deployment. This configuration can be adjusted in the protected environment settings.',
      'gitlab_own_deployment',
    ],
    ['Deployment approvals is not configured for this environment.', 'gitlab_not_configured'],
    ['This deployment is not waiting for approvals.', 'gitlab_not_waiting'],
    [
      "You don't have permission to approve this deployment. Contact the project or group owner for help.",
      'gitlab_no_permission',
    ],
    [
      'There are no approval rules for the given `represent_as` parameter. Use a valid User/Group/Role name instead.',
      'gitlab_unknown_rule',
    ],
    ['status does not have a valid value', 'gitlab_not_taken'],
  ])('knows %s', (said, reason) => {
    expect(decodeApprovalRefusal(`GitLab answered 400 to POST /x: 400 Bad request - ${said}`)).toBe(reason);
  });
});

describe('decodeApproval', () => {
  it('reads rules, what they lack and who said what', () => {
    const raj = { id: 4, username: 'raj', name: 'Raj Patel' };
    const given = { user: raj, status: 'approved', comment: 'fine', created_at: '2026-11-23T10:00:00.000Z' };

    const approval = read({
      id: 55,
      pending_approval_count: 1,
      approvals: [given],
      approval_summary: {
        rules: [
          {
            id: 1,
            user_id: null,
            group_id: null,
            access_level: 40,
            access_level_description: 'Maintainers',
            required_approvals: 2,
            deployment_approvals: [given],
          },
        ],
      },
    });

    expect(approval).toMatchObject({
      deployment: { id: 55, environment: 'production' },
      begun: false,
      canceled: false,
      overtaken: false,
      pending: 1,
      rules: [{ name: 'Maintainers', required: 2, given: 1, accessLevel: 40 }],
      approvals: [{ person: raj, answer: 'approve', words: 'fine' }],
    });
  });

  const pending = { pending_approval_count: 1 };
  it.each([
    ['waits', {}, [], {}],
    ['was played and waits for a runner', { deployable: { id: 7, status: 'pending' } }, [], { begun: true }],
    ['runs', { status: 'running' }, [], { begun: true }],
    ['was skipped', { status: 'skipped' }, [], { canceled: true }],
    [
      'is of a canceled pipeline',
      { deployable: { id: 7, status: 'manual', pipeline: { id: 9, status: 'canceled' } } },
      [],
      { canceled: true },
    ],
    ['was overtaken', {}, [{ id: 56, status: 'success', sha: 'b2' }], { overtaken: true }],
    ['was deployed again', {}, [{ id: 56, status: 'success', sha: 'a1' }], {}],
    ['is newer than what runs', {}, [{ id: 54, status: 'success', sha: 'b2' }], {}],
  ])('says that a deployment %s', (_, payload, all, expected) => {
    expect(read({ id: 55, ...pending, ...payload }, all)).toMatchObject({
      begun: false,
      canceled: false,
      overtaken: false,
      ...expected,
    });
  });

  it.each([
    ['GitLab Free', { id: 55 }],
    [
      'an environment without rules',
      { id: 55, pending_approval_count: 0, approvals: [], approval_summary: { rules: [] } },
    ],
  ])('finds none with %s', (_, payload) => {
    expect(read(payload)).toBeUndefined();
  });
});
