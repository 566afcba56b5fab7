import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { Seal } from '../app/links/link-ports.ts';

const cipher = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

interface Key {
  readonly id: string;
  readonly bytes: Buffer;
}

/**
 * Seals with AES-256-GCM: what is read from the database alone tells nothing and cannot be changed unseen. `keys` are
 * 32 bytes each, in base64; the first seals, all open, so a new one in front replaces the old ones in time. A sealed
 * text names its key: `v1.<key id>.<iv, text and tag in base64url>`.
 */
export function createSeal(keys: readonly string[]): Seal {
  const known = keys.map((text): Key => {
    const bytes = Buffer.from(text, 'base64');
    return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes };
  });
  return {
    seal(text, about) {
      const [key] = known;
      if (!key) throw new RangeError('no key to seal with');
      const iv = randomBytes(ivBytes);
      const closing = createCipheriv(cipher, key.bytes, iv).setAAD(Buffer.from(about));
      const closed = Buffer.concat([iv, closing.update(text, 'utf8'), closing.final(), closing.getAuthTag()]);
      return `v1.${key.id}.${closed.toString('base64url')}`;
    },
    open(sealed, about) {
      const [format, keyId, closed = ''] = sealed.split('.');
      const key = known.find(({ id }) => id === keyId);
      const bytes = Buffer.from(closed, 'base64url');
      if (format !== 'v1' || !key || bytes.length < ivBytes + tagBytes) return undefined;
      return open(key.bytes, bytes, about);
    },
    isCurrent: (sealed) => sealed.split('.')[1] === known[0]?.id,
  };
}

function open(key: Buffer, bytes: Buffer, about: string): string | undefined {
  const opening = createDecipheriv(cipher, key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(about))
    .setAuthTag(bytes.subarray(-tagBytes));
  try {
    return Buffer.concat([opening.update(bytes.subarray(ivBytes, -tagBytes)), opening.final()]).toString('utf8');
  } catch {
    // Changed, or sealed for something else: which of them does not matter to whoever asks.
    return undefined;
  }
}
