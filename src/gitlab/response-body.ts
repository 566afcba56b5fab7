import { PayloadError } from '../domain/errors.ts';

/** More than any list we ask for. Of a longer job log only the end is kept, where a failure is told. */
const maxBytes = 16 * 1024 * 1024;

/**
 * The body of an answer: parsed JSON, text of any other type, undefined when empty.
 * @throws PayloadError when JSON cannot be parsed or is too large.
 */
export async function readBody(response: Response): Promise<unknown> {
  const { text, cut } = await readEnd(response);
  const type = response.headers.get('content-type') ?? '';
  if (!/^application\/(?:[\w.+-]*\+)?json\b/i.test(type)) return text;
  if (text.trim() === '') return undefined;
  if (cut) throw new PayloadError(`GitLab's answer is larger than ${maxBytes} bytes`);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new PayloadError("GitLab's answer is not the JSON that it claims to be", { cause });
  }
}

async function readEnd(response: Response): Promise<{ readonly text: string; readonly cut: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let cut = false;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.byteLength;
    while (size - (chunks[0]?.byteLength ?? 0) >= maxBytes) {
      size -= chunks.shift()?.byteLength ?? 0;
      cut = true;
    }
  }
  return { text: new TextDecoder().decode(Buffer.concat(chunks)), cut };
}
