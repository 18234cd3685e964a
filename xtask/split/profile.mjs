// `node profile.mjs WEB INSTRUMENTED PROFILE [LIST]`: plays what most sessions begin with on an instrumented engine, as the
// page's worker would (WEB is the page's folder), then the commands of the transcripts that the file LIST names, and
// writes down which functions of the engine ran.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [web, instrumented, profile, list] = process.argv.slice(2);
const transcripts = list === undefined ? [] : readFileSync(list, 'utf8').split('\n').filter(Boolean);
const PAGE_BYTES = 65_536;
const SECOND = 1000;
/** Microseconds of the engine's time that a second shows, as the page begins. */
const PAGE_SPEED = 5000;
const LINES = [
  'PING', 'ECHO hello', 'SET greeting hello', 'GET greeting', 'SET visits 41', 'INCR visits', 'SET token x EX 60', 'TTL token', 'EXISTS token', 'DEL token',
  'LPUSH jobs sand paint', 'LRANGE jobs 0 -1', 'GET jobs', 'GET nothing', 'LPOP nothing', 'GET', 'NOTHING', 'KEYS *', 'MULTI', 'INCR visits', 'EXEC', 'BLPOP other 0',
];

const { Driver, initSync, Redloop } = await worker();
leaveOut();
const engine = initSync({ module: new WebAssembly.Module(readFileSync(instrumented)) });

Redloop.commands();
let wall = 0;
const epoch = 1.7e15;
const driver = new Driver(new Redloop(epoch, 1, 1000, 100), epoch);
driver.replay([], { at: epoch, turns: 0 }, () => {});
for (const [client, name] of ['alice', 'bob'].entries()) driver.connect(client + 1, name);
driver.watchKeys({ db: 0, separator: ':', pattern: '', types: [], order: 'name', opened: false, listed: [], offset: 0, count: 100, selected: null, from: 0 });
driver.speed(PAGE_SPEED);
driver.play(true, wall);
driver.stopAt([]);
// At the page's own speed first, where commands are held on screen while others wait.
for (const client of [1, 2]) driver.send(client, LINES.slice(0, 4));
frames(5 * SECOND);
driver.play(false, wall);
driver.send(1, ['SET paused 1']);
for (const by of ['task', 'command', 'turn']) driver.step(by);
frames(SECOND);
driver.play(true, wall);
driver.speed(Infinity);
for (const line of LINES) {
  driver.send(1, [line]);
  frames(SECOND / 4);
  driver.names(0, 'g', [], 10);
}
driver.advance((wall += 100 * SECOND));
driver.disconnect(2);
driver.advance((wall += SECOND));
driver.free();
for (const file of transcripts) play(readFileSync(file, 'utf8'));

const length = engine.__write_profile(0, 0);
const at = engine.memory.buffer.byteLength;
engine.memory.grow(Math.ceil(length / PAGE_BYTES));
engine.__write_profile(at, length);
writeFileSync(profile, new Uint8Array(engine.memory.buffer, at, length));

/** Lets the page draw for so many milliseconds. */
function frames(ms) {
  for (const end = wall + ms; wall < end; ) {
    driver.advance((wall += SECOND / 60));
    driver.frame(wall);
    driver.browse(wall);
    driver.keysDue(wall);
  }
}

/** Sends a transcript's commands, as far as they are a client's to send: nobody stops the server here. */
function play(transcript) {
  const player = new Driver(new Redloop(epoch, 1, 1000, 100), epoch);
  player.speed(Infinity);
  player.play(true, wall);
  const clients = [];
  for (const line of transcript.split('\n')) {
    const [, name, command] = /^@(\w+) +> (.*)$/.exec(line) ?? [];
    const [, time, unit] = /^\+ (\d+)(ms|s)$/.exec(line) ?? [];
    if (time !== undefined) wall += Number(time) * (unit === 's' ? SECOND : 1);
    if (command !== undefined && !/^(SHUTDOWN|DEBUG SLEEP)/i.test(command)) {
      if (!clients.includes(name)) player.connect(clients.push(name), name);
      player.send(clients.indexOf(name) + 1, [command]);
    }
    player.advance((wall += SECOND / 60));
    player.frame(wall);
  }
  player.free();
}

/** Lets the engine be started without a part that was split off before: nothing that is played here needs it. */
function leaveOut() {
  const { Instance } = WebAssembly;
  const absent = new Proxy({}, { get: (_, place) => () => { throw new Error(`function ${place} was split off before`); } });
  WebAssembly.Instance = class extends Instance {
    constructor(module, imports) {
      super(module, { ...imports, rare: absent });
    }
  };
}

/** The worker's driver with the engine's bindings, bundled beside the profile. */
async function worker() {
  const { rolldown } = await import(pathToFileURL(join(web, 'node_modules/rolldown/dist/index.mjs')).href);
  const entry = `${profile}.entry.js`;
  const from = (path) => JSON.stringify(join(web, 'src', path));
  writeFileSync(entry, `export { Driver } from ${from('worker/driver.ts')};\nexport { initSync, Redloop } from ${from('wasm/redloop_wasm.js')};\n`);
  const bundle = await rolldown({ input: entry, platform: 'node' });
  const file = `${profile}.bundle.mjs`;
  await bundle.write({ file, format: 'esm' });
  await bundle.close();
  return import(pathToFileURL(file).href);
}
