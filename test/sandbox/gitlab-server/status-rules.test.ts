import { describe, expect, it } from 'vitest';
import { combineNeeds, combineStatuses, decideNext } from '../../../src/sandbox/gitlab-server/engine/status-rules.ts';
import type { JobStatus } from '../../../src/sandbox/gitlab-server/world.ts';

/** `manual?` is a manual job that may be left alone. */
function jobs(...words: string[]) {
  return words.map((word) => ({
    status: word.replace('?', '') as JobStatus,
    allowFailure: word.endsWith('?'),
  }));
}

describe('combineStatuses', () => {
  it.each([
    [[], 'success'],
    [['success', 'skipped'], 'success'],
    [['success', 'failed?'], 'success'],
    [['success', 'manual?'], 'success'],
    [['skipped', 'manual?'], 'skipped'],
    [['success', 'manual', 'created'], 'manual'],
    [['success', 'manual', 'running'], 'running'],
    [['success', 'waiting_for_resource', 'created'], 'waiting_for_resource'],
    [['created', 'created'], 'created'],
    [['pending', 'created'], 'pending'],
    [['success', 'pending', 'created'], 'running'],
    [['success', 'created'], 'running'],
    [['success', 'failed', 'skipped'], 'failed'],
    [['failed', 'manual'], 'manual'],
    [['success', 'canceled', 'skipped'], 'canceled'],
    [['failed', 'canceled'], 'failed'],
  ] as const)('reads %j as %s', (words, expected) => {
    expect(combineStatuses(jobs(...words))).toBe(expected);
  });
});

describe('combineNeeds', () => {
  it.each([
    [[], 'success'],
    [['success', 'success'], 'success'],
    [['success', 'failed?'], 'success'],
    [['success', 'skipped'], 'skipped'],
    [['success', 'manual?'], 'skipped'],
    [['success', 'manual'], 'pending'],
    [['success', 'created'], 'pending'],
    [['failed', 'success'], 'failed'],
  ] as const)('reads %j as %s', (words, expected) => {
    expect(combineNeeds(jobs(...words))).toBe(expected);
  });
});

describe('decideNext', () => {
  it.each([
    ['on_success', 'success', true, 'go'],
    ['on_success', 'skipped', true, 'skip'],
    ['on_success', 'skipped', false, 'go'],
    ['on_success', 'failed', false, 'skip'],
    ['on_success', 'running', false, undefined],
    ['on_success', 'manual', false, undefined],
    ['manual', 'success', true, 'go'],
    ['on_failure', 'failed', false, 'go'],
    ['on_failure', 'success', false, 'skip'],
    ['always', 'failed', true, 'go'],
  ] as const)('%s after %s (by needs: %s): %s', (when, previous, byNeeds, expected) => {
    expect(decideNext(when, previous, byNeeds)).toBe(expected);
  });
});
