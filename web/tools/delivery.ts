// How the built page reaches a browser: what its HTML asks for at once, what the service worker keeps, and a brotli twin
// of every file for servers that hand those out (`native/src/page.rs` does).
//
// The HTML names every file that a first visit loads, so that they travel together instead of one after the other; the
// budget "first load" (`cargo xtask size`) reads the same list, and a browser test holds it against what is requested.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import type { HtmlTagDescriptor, Plugin, Rollup } from 'vite';

/** What the entry loads by `import()` at once. */
const AT_ONCE = 'src/ui/app.ts';
/** What the page loads by itself after that: named, not hurried. */
const LATER = ['src/model/typing.ts', 'src/ui/rest.ts', 'src/app/share/sharing.ts', 'src/ui/sharing.ts'];
/** What one `import()` brings travels in one file: on a slow line every further request costs more than its bytes. */
const TOGETHER = ['src/main.ts', AT_ONCE, 'src/model/watched.ts', 'src/model/typing.ts', 'src/ui/rest.ts', 'src/app/share/sharing.ts'].map((module, at, all) => ({
  name: module.replace(/.*\/(.*)\.ts/, '$1'),
  test: (id: string) => id.endsWith(`/${module}`),
  priority: all.length - at,
}));
const SERVICE_WORKER = 'sw.js';
/** It gets `async`: there is a worker to start, and nothing in the document that it needs for that. */
const ENTRY = '<script type="module"';
const PLACEHOLDER = 'self.__WB_MANIFEST';
const COMPRESSED = /\.(html|js|css|wasm|svg|webmanifest|json)$/;
/** Names below hold a hash of the contents. */
const HASHED = 'assets/';

/** The plugins, for `vite.config.ts`. */
export function delivery(): Plugin[] {
  let publicFolder = '';
  let outFolder = '';
  return [
    {
      name: 'redloop-delivery',
      apply: 'build',
      config: () => ({
        build: {
          rollupOptions: {
            input: { index: 'index.html', sw: 'src/sw/sw.ts' },
            preserveEntrySignatures: 'allow-extension',
            output: { codeSplitting: { groups: TOGETHER }, entryFileNames: ({ name }: { name: string }) => (name === 'sw' ? SERVICE_WORKER : `${HASHED}[name]-[hash].js`) },
          },
        },
      }),
      configResolved(config) {
        publicFolder = config.publicDir;
        outFolder = join(config.root, config.build.outDir);
      },
      generateBundle(_, bundle) {
        // The bindings name the whole engine, which the page never asks for.
        for (const file of Object.keys(bundle)) if (file.startsWith(`${HASHED}redloop_wasm_bg-`)) delete bundle[file];
      },
      transformIndexHtml: {
        order: 'post',
        handler(html, { bundle }) {
          if (bundle === undefined) return;
          const tags = hints(bundle).filter(({ attrs }) => !html.includes(String(attrs?.['href'] ?? attrs?.['content'])));
          return { html: html.replace(ENTRY, `${engine(bundle)}\n    ${ENTRY} async`), tags };
        },
      },
    },
    {
      name: 'redloop-precache',
      apply: 'build',
      enforce: 'post',
      generateBundle: {
        order: 'post',
        handler(_, bundle) {
          const worker = bundle[SERVICE_WORKER];
          if (worker?.type !== 'chunk' || !worker.code.includes(PLACEHOLDER)) throw new Error(`${SERVICE_WORKER} has no place for the list of files`);
          worker.code = worker.code.replace(PLACEHOLDER, JSON.stringify(precached(bundle, publicFolder)));
        },
      },
      closeBundle() {
        for (const file of files(outFolder)) if (COMPRESSED.test(file)) compress(join(outFolder, file));
      },
    },
  ];
}

/** A line for every file of a first visit that the entry's own imports do not name. */
function hints(bundle: Rollup.OutputBundle): HtmlTagDescriptor[] {
  const links = new Map<string, Record<string, string>>();
  for (const file of Object.keys(bundle)) {
    if (/(^|\/)worker-[^/]*\.js$/.test(file)) links.set(file, { rel: 'modulepreload', crossorigin: '' });
  }
  for (const file of reached(bundle, AT_ONCE)) links.set(file, { rel: 'modulepreload', crossorigin: '' });
  const head = [...links].map(([file, attrs]): HtmlTagDescriptor => ({ tag: 'link', injectTo: 'head', attrs: { ...attrs, href: `./${file}` } }));
  const later = new Set(LATER.flatMap((module) => reached(bundle, module)).filter((file) => !links.has(file)));
  later.add(enginePart(bundle, 'rest'));
  return [...head, ...Array.from(later, (file): HtmlTagDescriptor => ({ tag: 'meta', injectTo: 'head', attrs: { name: 'redloop:later', content: `./${file}` } }))];
}

/** The engine is the largest file by far: its first part is asked for first, while a connection is free. */
function engine(bundle: Rollup.OutputBundle): string {
  return `<link rel="preload" as="fetch" type="application/wasm" crossorigin href="./${enginePart(bundle, 'first')}">`;
}

function enginePart(bundle: Rollup.OutputBundle, part: 'first' | 'rest'): string {
  const file = Object.keys(bundle).find((name) => name.startsWith(`${HASHED}${part}-`) && name.endsWith('.wasm'));
  if (file === undefined) throw new Error(`the ${part} part of the engine is not among the files of the page`);
  return file;
}

/** The chunk of a module, and every chunk that it imports. */
function reached(bundle: Rollup.OutputBundle, module: string): string[] {
  const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
  const first = chunks.find((chunk) => chunk.moduleIds.some((id) => id.endsWith(`/${module}`)));
  if (first === undefined) throw new Error(`${module} is no chunk of its own any more: AT_ONCE and LATER have to name one that is`);
  const names = [first.fileName];
  for (const name of names) {
    const chunk = bundle[name];
    if (chunk?.type === 'chunk') for (const next of chunk.imports) if (!names.includes(next)) names.push(next);
  }
  return names;
}

interface Precached {
  url: string;
  /** `null` where the name says it already. */
  revision: string | null;
}

/** Every file of the page. */
function precached(bundle: Rollup.OutputBundle, publicFolder: string): Precached[] {
  const made = Object.values(bundle).map((file): [string, string | Uint8Array] => [file.fileName, file.type === 'chunk' ? file.code : file.source]);
  const copied = files(publicFolder).map((file): [string, Uint8Array] => [file, readFileSync(join(publicFolder, file))]);
  return [...made, ...copied]
    .filter(([file]) => file !== SERVICE_WORKER && !file.endsWith('.map') && !file.startsWith('.'))
    .map(([url, content]) => ({ url, revision: url.startsWith(HASHED) ? null : createHash('sha256').update(content).digest('hex').slice(0, 16) }));
}

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

function compress(file: string): void {
  const content = readFileSync(file);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  writeFileSync(`${file}.br`, brotliCompressSync(content, { params }));
}
