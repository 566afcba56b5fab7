import { describe, expect, it } from 'vitest';
import { ExpressionError, evaluateExpression } from '../../../src/sandbox/gitlab-server/ci/expression.ts';

describe('evaluateExpression', () => {
  const variables = { TAG: 'v1.4.0', EMPTY: '', PATTERN: '/^v1/', SOURCE: 'push' };

  it.each([
    ['$TAG', true],
    ['$EMPTY', false],
    ['$MISSING', false],
    ['$MISSING == null', true],
    ['$EMPTY == null', false],
    ['$EMPTY == ""', true],
    ['$TAG != null', true],
    ['$TAG == "v1.4.0"', true],
    ["$TAG == 'v1.4.1'", false],
    ['"push" == $SOURCE', true],
    ['$TAG =~ /^v[0-9]+\\.[0-9]+\\.[0-9]+$/', true],
    ['$TAG !~ /^V1/', true],
    ['$TAG =~ /^V1/i', true],
    ['$TAG =~ $PATTERN', true],
    ['$TAG =~ $SOURCE', false],
    ['$MISSING =~ /.*/', false],
    ['$MISSING || $TAG && $EMPTY', false],
    ['($MISSING || $TAG) && $SOURCE', true],
    ['$TAG && $SOURCE == "push"', true],
    ['${TAG}', true],
  ])('reads %s as %s', (text, expected) => {
    expect(evaluateExpression(text, variables)).toBe(expected);
  });

  it.each(['$TAG ==', '&& $TAG', '$TAG = "x"', '($TAG', '$TAG $SOURCE'])('refuses %s', (text) => {
    expect(() => evaluateExpression(text, variables)).toThrow(ExpressionError);
  });
});
