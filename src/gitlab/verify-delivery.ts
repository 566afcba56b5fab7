import { isUtf8 } from 'node:buffer';
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** How far a signed delivery's time may be from ours, either way; the window that Standard Webhooks proposes. */
const SIGNATURE_WINDOW_MS = 5 * 60_000;
/** GitLab sends one for each signing token. More would only be work that a stranger gives us. */
const MAX_SIGNATURES = 10;

/** HTTP headers as Node gives them, or any other record of them. */
export type DeliveryHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Whether a delivery is GitLab's. The reasons are for the log; the sender gets 401 for each. */
export type DeliveryVerdict =
  | { readonly kind: 'ok' }
  | {
      readonly kind: 'refused';
      readonly reason:
        | 'no_token'
        | 'wrong_token'
        | 'other_project'
        | 'no_signature'
        | 'wrong_signature'
        | 'signature_out_of_time';
    };

/** What a delivery may prove itself with. */
export interface DeliveryProof {
  readonly secret: string | undefined;
  /** `whsec_…`; several while they are rotated. */
  readonly signingTokens: readonly string[];
}

/**
 * Tells GitLab's deliveries from others'. With signing tokens every delivery has to be signed: falling back to the
 * plain token would let whoever has seen that token leave the signature out.
 */
export function verifyDelivery(delivery: {
  readonly headers: DeliveryHeaders;
  readonly body: Buffer;
  readonly proof: DeliveryProof;
  readonly now: Date;
}): DeliveryVerdict {
  const { headers, body, proof } = delivery;
  if (proof.signingTokens.length > 0) return verifySignature(delivery);
  return verifyToken({ headers, body, secret: proof.secret ?? '' });
}

/**
 * Standard Webhooks: a signature over id, time and raw body, compared in constant time. The package's own `verify`
 * looks at the machine's clock, so it only signs here.
 * @see https://docs.gitlab.com/user/project/integrations/webhooks/
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
function verifySignature({
  headers,
  body,
  proof,
  now,
}: {
  readonly headers: DeliveryHeaders;
  readonly body: Buffer;
  readonly proof: DeliveryProof;
  readonly now: Date;
}): DeliveryVerdict {
  const id = header(headers, 'webhook-id');
  const timestamp = header(headers, 'webhook-timestamp');
  const given = header(headers, 'webhook-signature');
  if (!id || !timestamp || !given) return { kind: 'refused', reason: 'no_signature' };
  if (!/^\d{1,12}$/.test(timestamp)) return { kind: 'refused', reason: 'wrong_signature' };
  const signedAt = new Date(Number(timestamp) * 1000);
  if (Math.abs(now.getTime() - signedAt.getTime()) > SIGNATURE_WINDOW_MS) {
    return { kind: 'refused', reason: 'signature_out_of_time' };
  }
  // The package signs text. Of bytes that are no UTF-8 it would sign a replacement, which many other bytes share.
  if (!isUtf8(body)) return { kind: 'refused', reason: 'wrong_signature' };
  const signatures = given.split(' ').slice(0, MAX_SIGNATURES);
  const isSigned = proof.signingTokens
    .map((token) => new Webhook(token).sign(id, signedAt, body))
    .some((expected) => signatures.some((signature) => isSame(signature, expected)));
  return isSigned ? { kind: 'ok' } : { kind: 'refused', reason: 'wrong_signature' };
}

/**
 * Checks `X-Gitlab-Token` in constant time: the secret itself counts for every project, the one derived for a project
 * (see `deriveProjectToken`) for bodies of that project alone, so that whoever may read one project's hook cannot
 * speak for another.
 * @see https://docs.gitlab.com/user/project/integrations/webhooks/
 */
function verifyToken(delivery: {
  readonly headers: DeliveryHeaders;
  readonly body: Buffer;
  readonly secret: string;
}): DeliveryVerdict {
  const token = header(delivery.headers, 'x-gitlab-token');
  if (token === undefined || token === '' || delivery.secret === '') return { kind: 'refused', reason: 'no_token' };
  if (isSame(token, delivery.secret)) return { kind: 'ok' };
  const ids = projectIds(delivery.body);
  const matching = ids.filter((id) => isSame(token, deriveProjectToken(delivery.secret, id)));
  if (matching.length === 0) return { kind: 'refused', reason: 'wrong_token' };
  // Job hooks name their project twice. A body that names two is not one project's.
  return matching.length === ids.length ? { kind: 'ok' } : { kind: 'refused', reason: 'other_project' };
}

/** The token that a single project's hook is given: hex HMAC-SHA256(secret, "project:" + GitLab's project id). */
export function deriveProjectToken(secret: string, projectId: number): string {
  return createHmac('sha256', secret).update(`project:${projectId}`).digest('hex');
}

/**
 * The key by which a repeated delivery is known: `webhook-id`, which a signature covers, else `Idempotency-Key`
 * (GitLab 17.4; the same value, but whoever replays a signed delivery may change it), else a digest of event and body.
 * `X-Gitlab-Webhook-UUID` is new for each request, and `X-Gitlab-Event-UUID` is shared by hooks that follow from each
 * other, so neither will do.
 */
export function deliveryKey(headers: DeliveryHeaders, body: string | Buffer): string {
  const given = header(headers, 'webhook-id') ?? header(headers, 'idempotency-key');
  if (given !== undefined && /^[\w.:-]{8,200}$/.test(given)) return given;
  const digest = createHash('sha256')
    .update(`${header(headers, 'x-gitlab-event') ?? ''}\n`)
    .update(body)
    .digest('hex');
  return `sha256:${digest}`;
}

function header(headers: DeliveryHeaders, name: string): string | undefined {
  const value = headers[name] ?? Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof value === 'string' ? value : undefined;
}

/** Digests have one length, so that comparing tells nothing of the secret's. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Every project that a body claims to be of. */
function projectIds(body: Buffer): readonly number[] {
  let payload: unknown;
  try {
    payload = JSON.parse(body.toString());
  } catch {
    // Not JSON: of no project. That it cannot be read is for the decoder to say, once the sender is known.
    return [];
  }
  if (!isRecord(payload)) return [];
  const { project, project_id: flat } = payload;
  const nested = isRecord(project) ? project['id'] : undefined;
  return [...new Set([nested, flat])].filter((id) => typeof id === 'number');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
