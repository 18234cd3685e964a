// Builds the npm package into `dist-package/`: `npm run package`. The wasm package must be there (`cargo xtask wasm`).
//
// Everything that is published lies in one folder, so that addresses relative to `import.meta.url` mean the same in every
// file. Workers are files of their own that import nothing; the same text is inlined where no file can be relied on.

import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, deflateRawSync } from 'node:zlib';
import { spawnSync } from 'node:child_process';
import { rolldown } from 'rolldown';
import { viteImportGlobPlugin } from 'rolldown/experimental';

const WEB = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const OUT = join(WEB, 'dist-package');
const WASM = join(WEB, 'src/wasm/redloop_wasm_bg.wasm');
const source = (path) => join(WEB, 'src', path);

/** The entries, and what they are called in the package. The elements share no file with the rest: theirs is small. */
const ENTRIES = {
  index: source('api/index.ts'),
  inline: source('api/inline.ts'),
  sync: source('api/sync-entry.ts'),
  node: source('api/node.ts'),
  wasm: source('api/wasm.ts'),
};
const ELEMENT = { element: source('embed/element.ts') };
/** What `<redis-repl>` may weigh, with all it loads before it is used but without the engine. */
const REPL_BROTLI_BYTES_MAX = 30_000;
/** The page's service worker is not for pages of others. */
const UNKEPT = { 'import.meta.env.PROD': 'false' };
/** Files that run code when they are imported, which a bundler must not leave out. */
const SIDE_EFFECTS = ['./element.js', './worker.js', './element-worker.js', './embed.js', './element-*.js'];

if (!existsSync(WASM)) throw new Error(`${WASM} is missing: run \`cargo xtask wasm\` first.`);
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });

const engine = deflateRawSync(readFileSync(WASM), { level: 9 }).toString('base64');
const inlined = new Map([[source('api/inlined.ts'), `export const DEFLATED = ${JSON.stringify(engine)};`]]);
// Sections keep their languages side by side here: none is a file of its own.
inlined.set(source('app/german.ts'), 'export const german = {};');
const worker = await alone(source('api/worker.ts'), 'es');
const elementWorker = await alone(source('worker/worker.ts'), 'es');
inlined.set(source('api/inlined-worker.ts'), `export const WORKER = ${JSON.stringify(worker)};`);
inlined.set(source('embed/inlined-worker.ts'), `export const WORKER = ${JSON.stringify(elementWorker)};`);

writeFileSync(join(OUT, 'worker.js'), worker);
writeFileSync(join(OUT, 'element-worker.js'), elementWorker);
copyFileSync(WASM, join(OUT, 'redloop.wasm'));
await modules(ENTRIES, 'api');
const repl = await modules(ELEMENT, 'element', await reached(ELEMENT));
writeFileSync(join(OUT, 'embed.js'), await alone(source('embed/frame.ts'), 'iife'));
copyFileSync(join(WEB, 'embed.html'), join(OUT, 'embed.html'));
types();
manifest();
copyFileSync(join(WEB, 'package-readme.md'), join(OUT, 'README.md'));
for (const licence of readdirSync(join(WEB, '..')).filter((name) => name.startsWith('LICENSE'))) copyFileSync(join(WEB, '..', licence), join(OUT, licence));

/** The library's modules; what two entries share becomes a file of its own. `core`: modules that share one file, which compresses better. */
async function modules(input, part, core = new Set()) {
  const build = await rolldown(options(input));
  const groups = core.size === 0 ? [] : [{ name: 'repl', test: (id) => core.has(id) }];
  const { output } = await build.write({ dir: OUT, format: 'es', minify: true, entryFileNames: '[name].js', chunkFileNames: `${part}-[name]-[hash].js`, codeSplitting: { groups } });
  await build.close();
  return output;
}

/** The modules that an entry imports without being asked twice: all that `import()` leads to left out. */
async function reached(input) {
  const build = await rolldown(options(input));
  const { output } = await build.generate({ format: 'es' });
  await build.close();
  return new Set(loaded(output, 'element.js').flatMap(({ moduleIds }) => moduleIds));
}

/** The file and those that it imports, and so on. */
function loaded(output, first) {
  const files = new Map(output.map((chunk) => [chunk.fileName, chunk]));
  const found = new Set([first]);
  for (const name of found) for (const other of files.get(name)?.imports ?? []) if (files.has(other)) found.add(other);
  return [...found].map((name) => files.get(name));
}

function options(input) {
  return { input, platform: 'neutral', external: [/^node:/], resolve: { mainFields: ['module', 'main'], conditionNames: ['import', 'default'] }, plugins: [viteImportGlobPlugin({ root: WEB }), texts()], transform: { define: UNKEPT } };
}

/** A file that imports nothing. */
async function alone(input, format) {
  const build = await rolldown({ input, platform: 'browser', plugins: [viteImportGlobPlugin({ root: WEB }), texts()], transform: { define: format === 'iife' ? { ...UNKEPT, 'import.meta.url': 'document.currentScript?.src ?? location.href' } : UNKEPT } });
  const { output } = await build.generate({ format, minify: true, codeSplitting: false });
  await build.close();
  return output[0].code;
}

/** `?raw` and `?inline` imports as Vite has them, and the inlined texts. */
function texts() {
  return {
    name: 'texts',
    resolveId(id, importer) {
      const [path, query] = id.split('?');
      return query === 'raw' || query === 'inline' ? `${resolve(dirname(importer), path)}?${query}` : null;
    },
    load(id) {
      if (inlined.has(id)) return inlined.get(id);
      const [path, query] = id.split('?');
      if (query !== 'raw' && query !== 'inline') return null;
      return { code: `export default ${JSON.stringify(readFileSync(path, 'utf8'))};`, moduleType: 'js' };
    },
  };
}

/** Declarations, file by file, as the sources are laid out. */
function types() {
  const to = join(OUT, 'types');
  const tsc = spawnSync(process.execPath, [join(WEB, 'node_modules/typescript/bin/tsc'), '-p', join(WEB, 'tsconfig.package.json'), '--outDir', to], { stdio: 'inherit' });
  if (tsc.status !== 0) throw new Error('The declarations could not be made.');
  mkdirSync(join(to, 'wasm'), { recursive: true });
  cpSync(join(WEB, 'src/wasm/redloop_wasm.d.ts'), join(to, 'wasm/redloop_wasm.d.ts'));
  for (const file of readdirSync(to, { recursive: true }).filter((name) => name.endsWith('.d.ts'))) {
    const path = join(to, file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/(['"]\.{1,2}\/[^'"]+)\.ts(['"])/g, '$1.js$2'));
  }
}

function manifest() {
  const web = JSON.parse(readFileSync(join(WEB, 'package.json'), 'utf8'));
  const entry = (name, declared = name) => ({ types: `./types/${declared}.d.ts`, default: `./${name}.js` });
  const exported = {
    '.': entry('index', 'api/index'),
    './inline': entry('inline', 'api/inline'),
    './sync': entry('sync', 'api/sync-entry'),
    './node': { types: './types/api/node.d.ts', node: './node.js' },
    './wasm': entry('wasm', 'api/wasm'),
    './element': entry('element', 'embed/element'),
    './worker.js': './worker.js',
    './element-worker.js': './element-worker.js',
    './redloop.wasm': './redloop.wasm',
    './embed.html': './embed.html',
    './embed.js': './embed.js',
    './package.json': './package.json',
  };
  const made = {
    name: web.name,
    version: web.version,
    description: 'A Redis-compatible engine in WebAssembly: for tests, for pages, and as elements that show it.',
    keywords: ['redis', 'wasm', 'webassembly', 'in-memory', 'testing', 'playground', 'custom-elements'],
    license: web.license,
    type: 'module',
    engines: web.engines,
    main: './index.js',
    types: './types/api/index.d.ts',
    exports: exported,
    sideEffects: SIDE_EFFECTS,
  };
  writeFileSync(join(OUT, 'package.json'), `${JSON.stringify(made, null, 2)}\n`);
}

weigh(loaded(repl, 'element.js').map(({ fileName }) => fileName));

/** Fails past the budget. */
function weigh(files) {
  const bytes = files.reduce((sum, file) => sum + brotliCompressSync(readFileSync(join(OUT, file))).length, 0);
  console.log(`${basename(OUT)}: <redis-repl> is ${bytes} bytes of brotli without the engine (${files.join(', ')}), at most ${REPL_BROTLI_BYTES_MAX}.`);
  if (bytes > REPL_BROTLI_BYTES_MAX) {
    console.error('Load what a bare prompt does not need with import(), or through a seam such as src/model/watch.ts.');
    process.exitCode = 1;
  }
}
