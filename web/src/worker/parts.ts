// The engine, from one file or from several: in the page, a first command waits only for the part that most sessions begin
// with, and the others come when somebody has begun to work, mostly out of what the service worker keeps. The first part has
// a placeholder for every function of the others; whoever calls one before its part is there waits while that is fetched.
// To the engine and to its callers it is one engine.

import { initSync, type InitOutput } from '../wasm/redloop_wasm.js';

/** Where the other parts are, by the name of their placeholders; the sooner needed come first. */
export type Parts = Readonly<Record<string, string>>;
/** What the first part exports for the others, under names of the splitter's. */
type Exports = InitOutput & { readonly '%table': WebAssembly.Table };
type Call = (...args: unknown[]) => unknown;

let exports: Exports | undefined;
/** The parts that are not there yet. */
const missing = new Map<string, string>();
let fetching = false;

/** Starts the engine, once. `parts`: the others, when `module` is not all of it. */
export function startEngine(module: WebAssembly.Module, parts: Parts): void {
  if (exports !== undefined) return;
  const placeholders: WebAssembly.Imports = {};
  for (const [name, url] of Object.entries(parts)) {
    missing.set(name, url);
    placeholders[name] = new Proxy({}, { get: (_, place: string): Call => (...args) => called(name, Number(place))(...args) });
  }
  // The bindings make the instance themselves, and have no place for more imports than their own.
  const { Instance } = WebAssembly;
  WebAssembly.Instance = class extends Instance {
    constructor(of: WebAssembly.Module, imports?: WebAssembly.Imports) {
      super(of, { ...imports, ...placeholders });
    }
  };
  try {
    exports = initSync({ module }) as Exports;
  } finally {
    WebAssembly.Instance = Instance;
  }
}

/** Fetches what is missing while nobody waits for it. If that fails, whoever needs it will try again and say so. */
export async function fetchParts(): Promise<void> {
  if (fetching) return;
  fetching = true;
  try {
    for (const [name, url] of missing) {
      const response = await fetch(url, { priority: 'low' });
      if (response.ok) join(name, await WebAssembly.compile(await response.arrayBuffer()));
    }
  } catch {
    // Perhaps there is no network just now.
  } finally {
    fetching = false;
  }
}

/** The function whose placeholder was called. */
function called(name: string, place: number): Call {
  const url = missing.get(name);
  if (url !== undefined) join(name, new WebAssembly.Module(fetchNow(url)));
  return exports?.['%table'].get(place) as Call;
}

/** Puts the functions of a part where the placeholders are. */
function join(name: string, module: WebAssembly.Module): void {
  if (!missing.has(name) || exports === undefined) return;
  new WebAssembly.Instance(module, { first: exports as unknown as WebAssembly.ModuleImports });
  missing.delete(name);
}

/** The engine is in the middle of a command, so there is no way to wait but this one. */
function fetchNow(url: string): ArrayBuffer {
  const request = new XMLHttpRequest();
  request.open('GET', url, false);
  request.responseType = 'arraybuffer';
  try {
    request.send();
  } catch {
    throw new Error('A part of the engine is still missing, and there is no network to fetch it. Try again with a network.');
  }
  if (request.status !== 200) throw new Error(`A part of the engine is still missing, and its server answered ${request.status}. Reload the page.`);
  return request.response as ArrayBuffer;
}
