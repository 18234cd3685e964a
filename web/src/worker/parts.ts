// The engine, from one file or from two: in the page, a first command waits only for the part that most sessions begin with,
// and the rest comes right after it. The first part has a placeholder for every function of the rest; whoever calls one
// before the rest has come by itself waits while it is fetched. To the engine and to its callers it is one engine.

import { initSync, type InitOutput } from '../wasm/redloop_wasm.js';

/** What the first part exports for the rest, under names of the splitter's. */
type Exports = InitOutput & { readonly '%table': WebAssembly.Table };
type Call = (...args: unknown[]) => unknown;

let exports: Exports | undefined;
let complete = false;
let fetching = false;

/** Starts the engine, once. `rest`: where the rest is, when `module` is not all of it. */
export function startEngine(module: WebAssembly.Module, rest: string | undefined): void {
  if (exports !== undefined) return;
  if (rest === undefined) {
    complete = true;
    initSync({ module });
    return;
  }
  const later = new Proxy({}, { get: (_, place: string): Call => (...args) => called(rest, Number(place))(...args) });
  // The bindings make the instance themselves, and have no place for more imports than their own.
  const { Instance } = WebAssembly;
  WebAssembly.Instance = class extends Instance {
    constructor(of: WebAssembly.Module, imports?: WebAssembly.Imports) {
      super(of, { ...imports, later });
    }
  };
  try {
    exports = initSync({ module }) as Exports;
  } finally {
    WebAssembly.Instance = Instance;
  }
}

/** Fetches the rest while nobody waits for it. If that fails, whoever needs it will try again and say so. */
export async function fetchRest(rest: string): Promise<void> {
  if (complete || fetching) return;
  fetching = true;
  try {
    const response = await fetch(rest, { priority: 'low' });
    if (response.ok) join(await WebAssembly.compile(await response.arrayBuffer()));
  } catch {
    // Perhaps there is no network just now.
  } finally {
    fetching = false;
  }
}

/** The function whose placeholder was called. */
function called(rest: string, place: number): Call {
  if (!complete) join(new WebAssembly.Module(fetchNow(rest)));
  return exports?.['%table'].get(place) as Call;
}

/** Puts the functions of the rest where the placeholders are. */
function join(module: WebAssembly.Module): void {
  if (complete || exports === undefined) return;
  new WebAssembly.Instance(module, { first: exports as unknown as WebAssembly.ModuleImports });
  complete = true;
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
