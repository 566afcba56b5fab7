/** What an address answered, or why it is of no use, in words that complete "It …". */
export type FetchedText =
  | { readonly kind: 'answer'; readonly status: number; readonly text: string }
  | { readonly kind: 'none'; readonly words: string };

/** How long an answer may take and how large it may be. */
export interface FetchLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

const maxRedirects = 3;

/**
 * Gets a text over HTTP, without any credential. Redirects are followed on the same host only: what is configured is
 * where we ask, and nobody who answers there can send us elsewhere. Never throws.
 */
export async function fetchText(address: string, limits: FetchLimits): Promise<FetchedText> {
  const signal = AbortSignal.timeout(limits.timeoutMs);
  try {
    return await follow(new URL(address), { limits, signal, left: maxRedirects });
  } catch (error) {
    if (signal.aborted) return { kind: 'none', words: `did not answer within ${limits.timeoutMs / 1000} s` };
    return { kind: 'none', words: `cannot be reached${reason(error)}` };
  }
}

async function follow(
  url: URL,
  about: { readonly limits: FetchLimits; readonly signal: AbortSignal; readonly left: number },
): Promise<FetchedText> {
  const { limits, signal, left } = about;
  const response = await fetch(url, { redirect: 'manual', signal, headers: { accept: 'application/json' } });
  const location = response.headers.get('location');
  if (response.status < 300 || response.status >= 400 || location === null) return read(response, limits.maxBytes);
  await response.body?.cancel();
  const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
  if (next?.origin !== url.origin) return { kind: 'none', words: 'leads to another host, which is not followed' };
  return left > 0 ? follow(next, { ...about, left: left - 1 }) : { kind: 'none', words: 'leads round in circles' };
}

async function read(response: Response, maxBytes: number): Promise<FetchedText> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (size > maxBytes) return { kind: 'none', words: `answered with more than ${maxBytes / 1024} kB` };
  }
  return { kind: 'answer', status: response.status, text: new TextDecoder().decode(Buffer.concat(chunks)) };
}

/** `(ECONNREFUSED)`: the code says what is wrong and holds nothing of the address. */
function reason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
}
