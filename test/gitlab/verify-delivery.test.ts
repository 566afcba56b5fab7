import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type DeliveryHeaders,
  deliveryKey,
  deriveProjectToken,
  verifyDelivery,
} from '../../src/gitlab/verify-delivery.ts';

const secret = 'a long secret';
const body = JSON.stringify({ object_kind: 'build', project_id: 7, project: { id: 7 } });

const now = new Date('2026-11-23T10:00:00Z');

function verify(token: string | undefined, of = body, name = 'x-gitlab-token') {
  const proof = { secret, signingTokens: [] };
  return verifyDelivery({ headers: { [name]: token }, body: Buffer.from(of), proof, now });
}

describe('verifyDelivery', () => {
  it('accepts the secret for any body', () => {
    expect(verify(secret)).toEqual({ kind: 'ok' });
    expect(verify(secret, 'not json')).toEqual({ kind: 'ok' });
  });

  it('accepts the token derived for the project of the body', () => {
    expect(verify(deriveProjectToken(secret, 7))).toEqual({ kind: 'ok' });
  });

  it('derives a token as documented', () => {
    // printf project:7 | openssl dgst -sha256 -hmac 'a long secret'
    expect(deriveProjectToken(secret, 7)).toBe('eafd0fa3ea0e1bd0f5d91ae14c15f068d5351f4dd7be2a1f74274ec69fb7e6b6');
  });

  it('refuses the token of another project', () => {
    expect(verify(deriveProjectToken(secret, 8))).toEqual({ kind: 'refused', reason: 'wrong_token' });
  });

  it('refuses a derived token for a body that names a second project', () => {
    const two = JSON.stringify({ object_kind: 'build', project_id: 7, project: { id: 8 } });

    expect(verify(deriveProjectToken(secret, 7), two)).toEqual({ kind: 'refused', reason: 'other_project' });
    expect(verify(deriveProjectToken(secret, 8), two)).toEqual({ kind: 'refused', reason: 'other_project' });
  });

  it.each([undefined, ''])('refuses %j as no token', (token) => {
    expect(verify(token)).toEqual({ kind: 'refused', reason: 'no_token' });
  });

  it.each(['wrong', `${secret} `, secret.slice(1)])('refuses %j', (token) => {
    expect(verify(token)).toEqual({ kind: 'refused', reason: 'wrong_token' });
  });

  it('refuses everything while no secret is set', () => {
    const proof = { secret: undefined, signingTokens: [] };
    const verdict = verifyDelivery({ headers: { 'x-gitlab-token': '' }, body: Buffer.from(body), proof, now });

    expect(verdict.kind).toBe('refused');
  });

  it('refuses a derived token for what is not JSON', () => {
    expect(verify(deriveProjectToken(secret, 7), '{')).toEqual({ kind: 'refused', reason: 'wrong_token' });
  });

  it('reads headers in any case', () => {
    expect(verify(secret, body, 'X-Gitlab-Token')).toEqual({ kind: 'ok' });
  });
});

function at(seconds: number): string {
  return String(now.getTime() / 1000 + seconds);
}

/** Worked out by hand, not by the package. */
function signature(token: string, content: Buffer): string {
  const key = Buffer.from(token.slice('whsec_'.length), 'base64');
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}

describe('verifyDelivery with signing tokens', () => {
  const [tokenA, tokenB] = [1, 2].map((fill) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`) as [
    string,
    string,
  ];
  const id = '3a427872-00df-429c-9bc9-a9475de2efe4';

  function signed(token: string, change: { of?: Buffer; timestamp?: string } = {}) {
    const { of = Buffer.from(body), timestamp = at(0) } = change;
    return {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature(token, Buffer.concat([Buffer.from(`${id}.${timestamp}.`), of])),
    };
  }

  function verifySigned(headers: DeliveryHeaders, change: { tokens?: readonly string[]; of?: Buffer } = {}) {
    const { tokens = [tokenA], of = Buffer.from(body) } = change;
    return verifyDelivery({ headers, body: of, proof: { secret, signingTokens: tokens }, now });
  }

  it('accepts a signature over id, time and body', () => {
    expect(verifySigned(signed(tokenA))).toEqual({ kind: 'ok' });
  });

  it('accepts either token while they are rotated', () => {
    const tokens = [tokenA, tokenB];

    expect(verifySigned(signed(tokenA), { tokens })).toEqual({ kind: 'ok' });
    expect(verifySigned(signed(tokenB), { tokens })).toEqual({ kind: 'ok' });
    expect(verifySigned(signed(tokenB))).toEqual({ kind: 'refused', reason: 'wrong_signature' });
  });

  it('accepts one good signature of several', () => {
    const headers = signed(tokenA);
    const several = `${signed(tokenB)['webhook-signature']} v2,x ${headers['webhook-signature']}`;

    expect(verifySigned({ ...headers, 'webhook-signature': several })).toEqual({ kind: 'ok' });
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('refuses a delivery without %s', (name) => {
    const headers = { ...signed(tokenA), [name]: undefined };

    expect(verifySigned(headers)).toEqual({ kind: 'refused', reason: 'no_signature' });
  });

  it('does not fall back to the plain token', () => {
    expect(verifySigned({ 'x-gitlab-token': secret })).toEqual({ kind: 'refused', reason: 'no_signature' });
    const wrong = { ...signed(tokenB), 'x-gitlab-token': secret };
    expect(verifySigned(wrong)).toEqual({ kind: 'refused', reason: 'wrong_signature' });
  });

  it.each([
    ['another id', { 'webhook-id': 'another-delivery' }],
    ['another time', { 'webhook-timestamp': at(1) }],
    ['words after the time', { 'webhook-timestamp': `${at(0)}x` }],
    ['another scheme', { 'webhook-signature': signed(tokenA)['webhook-signature'].replace('v1', 'v2') }],
    ['a cut signature', { 'webhook-signature': signed(tokenA)['webhook-signature'].slice(0, -1) }],
  ])('refuses %s', (_name, change) => {
    expect(verifySigned({ ...signed(tokenA), ...change })).toEqual({ kind: 'refused', reason: 'wrong_signature' });
  });

  it('refuses a body of which one byte was changed', () => {
    const verdict = verifySigned(signed(tokenA), { of: Buffer.from(`${body} `) });

    expect(verdict).toEqual({ kind: 'refused', reason: 'wrong_signature' });
  });

  it('takes no bytes for others that look the same as text', () => {
    const replaced = Buffer.from('{"name":"\uFFFD"}');
    const raw = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff]), Buffer.from('"}')]);

    expect(verifySigned(signed(tokenA, { of: replaced }), { of: replaced })).toEqual({ kind: 'ok' });
    expect(verifySigned(signed(tokenA, { of: replaced }), { of: raw }).kind).toBe('refused');
  });

  it.each([
    [-301, 'signature_out_of_time'],
    [-300, undefined],
    [300, undefined],
    [301, 'signature_out_of_time'],
  ])('knows a signature that is %i s away: %s', (seconds, reason) => {
    const verdict = verifySigned(signed(tokenA, { timestamp: at(seconds) }));

    expect(verdict).toEqual(reason === undefined ? { kind: 'ok' } : { kind: 'refused', reason });
  });
});

describe('deliveryKey', () => {
  const uuid = '3a427872-00df-429c-9bc9-a9475de2efe4';

  it('prefers the webhook id, which is signed, then the idempotency key', () => {
    expect(deliveryKey({ 'idempotency-key': 'another-id', 'webhook-id': uuid }, body)).toBe(uuid);
    expect(deliveryKey({ 'idempotency-key': uuid }, body)).toBe(uuid);
  });

  it('falls back to a digest of event and body', () => {
    const key = deliveryKey({ 'x-gitlab-event': 'Job Hook' }, body);

    expect(key).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(deliveryKey({ 'x-gitlab-event': 'Job Hook' }, Buffer.from(body))).toBe(key);
    expect(deliveryKey({ 'x-gitlab-event': 'Pipeline Hook' }, body)).not.toBe(key);
    expect(deliveryKey({ 'x-gitlab-event': 'Job Hook' }, `${body} `)).not.toBe(key);
  });

  it('does not take an odd header for a key', () => {
    expect(deliveryKey({ 'idempotency-key': 'x'.repeat(500) }, body)).toMatch(/^sha256:/);
  });
});
