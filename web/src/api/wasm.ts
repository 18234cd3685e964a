// Gets the engine compiled, from wherever it is: the copy that is inlined in the package, an address, bytes.
//
// A compiled module is kept for each address, so that many engines on a page compile once.

/** Where the engine's WebAssembly comes from. */
export type ModuleSource = WebAssembly.Module | string | URL | Response | BufferSource;

let inlined: Promise<WebAssembly.Module> | undefined;
const fetched = new Map<string, Promise<WebAssembly.Module>>();

/**
 * The engine, compiled: without a source the copy inlined in the package, which is loaded only then. An address is
 * fetched and compiled while it arrives (Node's fetch reads no `file:`: pass the bytes). Throws when the address cannot be read, or what is there is no WebAssembly.
 */
export async function loadModule(source?: ModuleSource | Promise<ModuleSource>): Promise<WebAssembly.Module> {
  const from = await source;
  if (from === undefined) return (inlined ??= inflate());
  if (from instanceof WebAssembly.Module) return from;
  if (typeof from === 'string' || from instanceof URL) {
    const address = String(from);
    const known = fetched.get(address) ?? fetch(address).then(compile);
    fetched.set(address, known);
    known.catch(() => fetched.delete(address));
    return known;
  }
  return typeof Response === 'function' && from instanceof Response ? compile(from) : WebAssembly.compile(from as BufferSource);
}

async function compile(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) throw new Error(`The engine could not be loaded from ${response.url}: ${response.status} ${response.statusText}.`);
  const type = response.headers.get('Content-Type') ?? '';
  if (type.startsWith('application/wasm')) return WebAssembly.compileStreaming(response);
  const bytes = await response.arrayBuffer();
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`What ${response.url} answers is not the engine (its type is ${type || 'not said'}): pass \`module\` the address of redloop.wasm, or nothing to use the inlined copy. ${why}`);
  }
}

async function inflate(): Promise<WebAssembly.Module> {
  const { DEFLATED } = await import('./inlined.ts');
  if (DEFLATED === '') throw new Error('This build has no inlined engine: pass `module` the address of redloop.wasm.');
  const text = atob(DEFLATED);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return WebAssembly.compile(await new Response(stream).arrayBuffer());
}
