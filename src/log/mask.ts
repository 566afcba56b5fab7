const MASK = '[secret]';

/** A shorter value would be found inside of ordinary words and make the log unreadable. */
const MIN_SECRET_LENGTH = 6;

/** Between the name of a setting or header and its value; in a line of JSON the quotes may be escaped. */
const givenAs = String.raw`\\*["']?\s*[:=]\s*\\*["']?`;

/**
 * What looks like a secret, whoever's it is. None of these ends inside of an escape or runs over a quote that closes,
 * so that a masked line of JSON stays one. None takes longer than in proportion to the text: what may begin anywhere in
 * a run is bounded.
 */
const shapes: readonly { readonly pattern: RegExp; readonly replacement: string }[] = [
  // A key whose end is not there goes as far as the text does, or to the quote that closes it.
  {
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^"\\]|\\[^"])*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|(?=\\?(?:"|$)))/g,
    replacement: MASK,
  },
  {
    pattern: new RegExp(
      String.raw`\b((?:proxy-)?authorization${givenAs}(?:(?:basic|bearer|digest|token|negotiate|apikey)\s+)?)[^\s"'\\][^"'\\\r\n]*`,
      'gi',
    ),
    replacement: `$1${MASK}`,
  },
  // Headers: PRIVATE-TOKEN, JOB-TOKEN, X-Gitlab-Token, X-Api-Key.
  {
    pattern: new RegExp(
      String.raw`\b((?:private|job|deploy|x(?:-[a-z]{1,20}){0,3})-(?:token|key|secret)${givenAs})[^\s"'\\,;]{4,}`,
      'gi',
    ),
    replacement: `$1${MASK}`,
  },
  // As scripts set variables: DB_PASSWORD=…, AWS_SECRET_ACCESS_KEY="…". A reference to another one tells nothing.
  {
    pattern:
      /\b([A-Z0-9_]*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY)=\\*["']?)(?!\$)[^\s"'\\]{4,}/g,
    replacement: `$1${MASK}`,
  },
  { pattern: /([?&](?:[\w-]*token|password|secret|api_?key|signature|sig)=)[^\s&"'\\]+/gi, replacement: `$1${MASK}` },
  { pattern: /\b(Bearer)\s+[^\s"'\\,;]{4,}/gi, replacement: `$1 ${MASK}` },
  // Tokens of GitLab, GitHub, Slack, AWS, Google, npm, PyPI, Docker Hub, Stripe, Vault, and signed ones (JWT).
  {
    pattern:
      /(?<![a-z0-9])gl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct|wt)-[\w.-]{3,}|(?<![A-Za-z0-9])GR1348941[\w-]{10,}/g,
    replacement: MASK,
  },
  { pattern: /(?<![A-Za-z0-9])(?:gh[pousr]_\w{20,}|github_pat_\w{20,})/g, replacement: MASK },
  { pattern: /(?<![A-Za-z0-9])xox[a-z](?:\.xox[a-z])?-[\w-]{3,}/g, replacement: MASK },
  { pattern: /(?<![A-Za-z0-9])xapp-[\w-]{3,}/g, replacement: MASK },
  { pattern: /\bwhsec_[\w+/=-]{3,}/g, replacement: MASK },
  { pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g, replacement: MASK },
  {
    pattern:
      /(?<![A-Za-z0-9])(?:AIza[\w-]{35}|npm_\w{36}|pypi-[\w-]{20,}|dckr_pat_[\w-]{20,}|[sr]k_live_\w{16,}|hvs\.[\w-]{20,})/g,
    replacement: MASK,
  },
  { pattern: /(?<![A-Za-z0-9])eyJ[\w-]{8,2000}\.eyJ[\w-]{8,}\.[\w-]*/g, replacement: MASK },
  { pattern: /([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/"'\\@:]*:[^\s/"'\\]*@/gi, replacement: `$1${MASK}@` },
  { pattern: /(https?:\/\/)[^\s/"'\\@:[\]]+@/gi, replacement: `$1${MASK}@` },
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
