const MASK = '[secret]';

/** A shorter value would be found inside of ordinary words and make the log unreadable. */
const MIN_SECRET_LENGTH = 6;

/**
 * What looks like a secret, whoever's it is. None of these runs over a quote or a backslash, so that a masked line
 * of JSON stays one.
 */
const shapes: readonly { readonly pattern: RegExp; readonly replacement: string }[] = [
  { pattern: /\b(Bearer)\s+[^\s"'\\,;]{4,}/gi, replacement: `$1 ${MASK}` },
  { pattern: /\bgl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct)-[\w.-]{3,}/g, replacement: MASK },
  { pattern: /\bxox[a-z](?:\.xox[a-z])?-[\w-]{3,}/g, replacement: MASK },
  { pattern: /\bxapp-[\w-]{3,}/g, replacement: MASK },
  { pattern: /\bwhsec_[\w+/=-]{3,}/g, replacement: MASK },
  { pattern: /([a-z][a-z0-9+.-]*:\/\/)[^\s/"'\\@]*:[^\s/"'\\]*@/gi, replacement: `$1${MASK}@` },
  { pattern: /(https:\/\/hooks\.slack\.com\/)[^\s"'\\>]+/g, replacement: `$1${MASK}` },
];

/** The text with every known secret value, and everything that looks like a token, replaced by `[secret]`. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  return createMask(secrets)(text);
}

/** `maskSecrets` for many texts: the forms of the secrets are worked out once. */
export function createMask(secrets: readonly string[]): (text: string) => string {
  const known = knownSecrets(secrets);
  return (text) => {
    let masked = known === undefined ? text : text.replaceAll(known, MASK);
    for (const { pattern, replacement } of shapes) masked = masked.replaceAll(pattern, replacement);
    return masked;
  };
}

/** As they are (lists also by entry), inside of JSON, and inside of a URL; the longest first, so that none leaves the tail of another. */
function knownSecrets(secrets: readonly string[]): RegExp | undefined {
  const forms = secrets
    .flatMap((secret) => [secret, ...secret.split(',').map((entry) => entry.trim())])
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  if (forms.length === 0) return undefined;
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map((form) => form.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g');
}
