import { describe, expect, it } from 'vitest';
import { taskMoved, tooLate } from '../../../src/app/tasks/refuse-task.ts';
import type { TaskPlan } from '../../../src/domain/plan.ts';
import { project, release } from '../../support/builders.ts';

const deed: TaskPlan = {
  kind: 'task',
  project,
  channel: 'C1',
  line: '/pipeline acme/production-app run v1.4.0',
  task: { kind: 'run', release, variables: undefined },
};

describe('a confirmed task that is not begun', () => {
  it('offers a new plan where it was confirmed too long ago', () => {
    const refusal = tooLate(deed);

    expect(refusal.code).toBe('too_late');
    expect(refusal.todo).toEqual([expect.objectContaining({ label: 'Show a new plan', value: deed.line })]);
  });

  it('leads to GitLab where somebody was quicker', () => {
    expect(taskMoved(deed)).toMatchObject({ code: 'task_changed', todo: [{ kind: 'open', label: 'Look in GitLab' }] });
  });
});
