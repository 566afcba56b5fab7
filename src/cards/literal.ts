/** Slack takes 3000. */
const maxUrl = 2900;

/**
 * Outside text as it may be shown: one line, whole characters, no invisible marks that reorder what is beside it,
 * and at most `max` characters.
 */
export function literal(text: string, max: number): string {
  const flat = text
    .slice(0, max * 4)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
  return clip(flat, max);
}

/** At most `max` characters, the last of them an ellipsis where something was cut. Never half a character. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, Math.max(0, max - 1));
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`;
}

/**
 * Whether a page can be linked: http or https, and short enough for Slack; or one of our own messages that may not be
 * posted yet (`message://<key>`), whose address the sender puts in.
 */
export function isLinkable(url: string): boolean {
  if (/^message:\/\/[\w%.~!'()*-]{1,600}$/u.test(url)) return true;
  if (url.length > maxUrl || !URL.canParse(url)) return false;
  return ['http:', 'https:'].includes(new URL(url).protocol);
}
