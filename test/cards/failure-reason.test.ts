import { describe, expect, it } from 'vitest';
import { failureReason } from '../../src/cards/failure-reason.ts';
import { plainText } from '../../src/domain/phrase.ts';

describe('failureReason', () => {
  it.each([
    ['script_failure', 'A command in its script failed.'],
    ['forward_deployment_failure', 'A newer deployment was there first, so GitLab stopped this one.'],
    ['unknown_failure', 'GitLab does not say why.'],
    [undefined, 'GitLab does not say why.'],
    ['brand_new', 'GitLab says: brand_new.'],
    ['constructor', 'GitLab says: constructor.'],
  ])('%s', (reason, expected) => {
    expect(plainText(failureReason(reason))).toBe(expected);
  });
});
