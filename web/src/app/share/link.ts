// Share links: a session in the part of the address behind `#`, which is never sent to a server.
//
// `#s=1.` and a version-1 session (`model/share/binary.ts`), deflated by the platform, in base64url. Unpacking stops as
// soon as it would give more than the bound, so a small link cannot fill the memory.

import { pack, unpack } from '../../model/bytes.ts';
import { admitted, Refusal } from '../../model/share/admit.ts';
import { BYTES_MAX, read, write, type Shared } from '../../model/share/binary.ts';

/** Characters of a fragment that are looked at. Browsers carry some two million. */
export const FRAGMENT_MAX = 2_000_000;
const VERSION = '1';

/** The fragment that holds a session, with its `#`. */
export async function toLink(shared: Shared): Promise<string> {
  const packed = await through(write(shared), new CompressionStream('deflate-raw'), Infinity);
  return `#s=${VERSION}.${base64url(packed)}`;
}

/** The session in a fragment. Throws {@link Refusal}, and nothing else. */
export async function fromLink(fragment: string): Promise<Shared> {
  if (fragment.length > FRAGMENT_MAX) throw new Refusal('tooLong', String(FRAGMENT_MAX));
  const found = /^#s=(\d{1,4})\.(.*)$/.exec(fragment);
  if (found === null) throw new Refusal('damaged');
  const [, version, body] = found as unknown as [string, string, string];
  if (version !== VERSION) throw new Refusal('version', version);
  if (body === '') throw new Refusal('truncated');
  const shared = read(await inflate(bytesOf(body), BYTES_MAX));
  admitted(shared.recording, shared.position);
  return shared;
}

/** Unpacks at most `most` bytes. Throws {@link Refusal}. */
export async function inflate(packed: Uint8Array<ArrayBuffer>, most: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await through(packed, new DecompressionStream('deflate-raw'), most);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    // The platform says the same of bytes that are missing and of bytes that are wrong.
    throw new Refusal('damaged');
  }
}

async function through(bytes: Uint8Array<ArrayBuffer>, transform: GenericTransformStream, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const writer = (transform.writable as WritableStream<Uint8Array<ArrayBuffer>>).getWriter();
  // What goes wrong here goes wrong for the reader too, who reports it.
  writer.write(bytes).then(() => writer.close()).catch(() => undefined);
  const reader = (transform.readable as ReadableStream<Uint8Array>).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      reader.cancel().catch(() => undefined);
      throw new Refusal('tooLarge', String(most));
    }
    parts.push(value);
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function base64url(bytes: Uint8Array): string {
  return btoa(unpack(bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  if (!/^[\w-]*$/.test(base64)) throw new Refusal('damaged');
  try {
    return pack(atob(base64.replace(/-/g, '+').replace(/_/g, '/')));
  } catch {
    throw new Refusal('truncated');
  }
}
