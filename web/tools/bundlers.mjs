// Packs the built package, installs it from the tarball into a fixture for each bundler, and builds them into
// `dist-bundlers/NAME/dist`: `npm run package:bundlers`. `fixtures/package.spec.ts` then runs them in a browser.

import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';

const WEB = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const PACKAGE = join(WEB, 'dist-package');
const FIXTURES = join(WEB, 'fixtures/bundlers');
const OUT = join(WEB, 'dist-bundlers');

if (!existsSync(PACKAGE)) throw new Error(`${PACKAGE} is missing: run \`npm run package\` first.`);
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
// The bundlers are installed once, above the fixtures; Node finds them there.
for (const file of ['package.json', 'package-lock.json']) cpSync(join(FIXTURES, file), join(OUT, file));
npm(['ci', '--no-audit', '--no-fund', '--prefer-offline'], OUT);
npm(['pack', '--pack-destination', OUT], PACKAGE);
const tarball = readdirSync(OUT).find((name) => name.endsWith('.tgz'));

for (const name of readdirSync(FIXTURES, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== 'node_modules').map((entry) => entry.name)) {
  const begun = performance.now();
  const folder = join(OUT, name);
  cpSync(join(FIXTURES, name), folder, { recursive: true });
  for (const file of ['main.js', 'index.html']) cpSync(join(FIXTURES, file), join(folder, file));
  // Without a manifest of its own, npm would install into the folder above.
  npm(['init', '--yes', '--init-type=module'], folder);
  npm(['install', '--offline', '--no-audit', '--no-fund', join('..', tarball)], folder);
  run(process.execPath, ['build.mjs'], folder);
  console.log(`${name}: built in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}

function npm(args, folder) {
  run('npm', [...args, '--silent'], folder);
}

function run(program, args, folder) {
  const { status, error } = spawnSync(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' });
  if (status !== 0) throw error ?? new Error(`${program} ${args.join(' ')} ended with ${status} in ${folder}.`);
}
