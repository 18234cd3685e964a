// The three client libraries against `listen()` of the built package: `npm run package:clients`, after `npm run package`.
//
// The programs are those that also run against the native server and Valkey (tests/clients): a port, and 0 at the end.
// PYTHON names an interpreter that can import redis.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const CLIENTS = join(ROOT, 'tests/clients');
const PACKAGE = join(ROOT, 'web/dist-package/node.js');
const PYTHON = process.env['PYTHON'] ?? join(ROOT, 'target/tools/py/bin/python');

for (const [what, path] of [['`npm run package` first', PACKAGE], ['`cargo xtask setup` first', join(CLIENTS, 'node_modules/ioredis')], ['PYTHON, or `cargo xtask setup` first', PYTHON]]) {
  if (!existsSync(path)) throw new Error(`${path} is missing: ${what}.`);
}
const { listen } = await import(PACKAGE);

for (const [program, script] of [[process.execPath, 'ioredis.mjs'], [process.execPath, 'node_redis.mjs'], [PYTHON, 'redis_py.py']]) {
  const server = await listen();
  const code = await run(program, [join(CLIENTS, script), String(server.port)]);
  // Every program hangs up; whatever is left would be a connection that the engine has forgotten.
  for (let tries = 0; server.connections > 0 && tries < 100; tries++) await new Promise((done) => setTimeout(done, 20));
  const left = server.engine.view().clients.length;
  await server.close();
  if (code !== 0) throw new Error(`${script} ended with ${code}.`);
  if (left !== 0) throw new Error(`${script} left ${left} clients behind.`);
}

function run(program, args) {
  return new Promise((done, failed) => {
    spawn(program, args, { stdio: 'inherit' }).on('exit', done).on('error', failed);
  });
}
