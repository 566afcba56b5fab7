import type { IncomingMessage } from 'node:http';

/** The raw bytes, or why there are none: more than `maxBytes`, or the sender went away. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | 'too_large' | 'aborted'> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return 'too_large';
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) return 'too_large';
      chunks.push(chunk);
    }
  } catch {
    // Cut before its end: there is nobody to answer.
    return 'aborted';
  }
  return Buffer.concat(chunks, size);
}
