// `node profile.mjs GLUE INSTRUMENTED PROFILE`: plays what most sessions begin with on an instrumented engine, and writes
// down which of its functions ran. They are the part that the page waits for.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [glue, instrumented, profile] = process.argv.slice(2);
const { initSync, KeyTree, Redloop } = await import(pathToFileURL(glue).href);
const exports = initSync({ module: new WebAssembly.Module(readFileSync(instrumented)) });

const PAGE_BYTES = 65_536;
const LINES = [
  'PING', 'ECHO hello', 'SET greeting hello', 'GET greeting', 'SET visits 41', 'INCR visits', 'SET token x EX 60', 'TTL token', 'EXISTS token', 'DEL token',
  'LPUSH jobs sand paint', 'LRANGE jobs 0 -1', 'GET jobs', 'GET', 'HELLO', 'MULTI', 'INCR visits', 'EXEC',
];

const bytes = (text) => new TextEncoder().encode(text);
const request = (line) => {
  const words = line.split(' ');
  return bytes(`*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`);
};

let now = 1.7e15;
const engine = new Redloop(now, 1, 1000, 100);
Redloop.commands();
for (const client of [1, 2]) engine.connect(now, client);
const tree = new KeyTree(0, bytes(':'), bytes(''), '', 'name', false, []);
for (const line of LINES) {
  now += 1000;
  engine.feed(now, 1, request(line));
  while (engine.turn());
  while (engine.takeOutput() !== undefined);
  engine.takeEvents();
  engine.view();
  void engine.busyUntil;
  void engine.wakeAt;
}
engine.walkTree(tree, 100);
engine.followTree(tree, bytes('greeting'));
engine.treePage(tree, 0, 100);
engine.names(0, bytes('g'), '', 10);
engine.inspect(0, bytes('greeting'), 10, 0);
engine.weight();
const copy = engine.fork();
copy.mute(true);
copy.wake(now + 1000);
copy.free();

const length = exports.__write_profile(0, 0);
const at = exports.memory.buffer.byteLength;
exports.memory.grow(Math.ceil(length / PAGE_BYTES));
exports.__write_profile(at, length);
writeFileSync(profile, new Uint8Array(exports.memory.buffer, at, length));
