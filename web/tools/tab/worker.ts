// What the engine does in a tab: commands a second, in a worker as the page has one, one by one, a hundred at a time, and
// with its events read as the page reads them; and what a frame costs when there are a thousand clients.
//
// The best of several runs, since all that other work on the machine can do is to slow one down.

import { encode } from '../../src/model/args.ts';
import { pack } from '../../src/model/bytes.ts';
import { Driver } from '../../src/worker/driver.ts';
import { readEvents } from '../../src/worker/events.ts';
import { initSync, Redloop } from '../../src/wasm/redloop_wasm.js';

const NOW = 1_700_000_000_000_000;
const KEYS = 10_000;
const REQUESTS = 1000;
const RUNS = 7;
const CLIENTS = 1000;
/** Events a second are 10 000, frames 60, and a command has ten events. */
const COMMANDS_PER_FRAME = 17;

type Make = (at: number) => string[];
const key = (at: number): string => `key:${String((at * 7919) % KEYS).padStart(12, '0')}`;
const SET: Make = (at) => ['SET', key(at), 'xxx'];
const GET: Make = (at) => ['GET', key(at)];
const PING: Make = () => ['PING'];

self.onmessage = ({ data }: MessageEvent<WebAssembly.Module>): void => {
  initSync({ module: data });
  const perSecond: Record<string, number> = {};
  for (const [name, make] of Object.entries({ SET, GET })) {
    perSecond[name] = commands(make, 1, false);
    perSecond[`${name} x100`] = commands(make, 100, false);
    perSecond[`${name} traced`] = commands(make, 1, true);
    perSecond[`${name} x100 traced`] = commands(make, 100, true);
  }
  perSecond['PING x100'] = commands(PING, 100, false);
  self.postMessage({ perSecond, frame: frame() });
};

/** Commands a second, `batch` of them in one write. */
function commands(make: Make, batch: number, traced: boolean): number {
  const engine = new Redloop(NOW, 1, 0, 0);
  engine.mute(true);
  engine.connect(NOW, 1);
  for (let at = 0; at < KEYS; at++) engine.feed(NOW, 1, pack(encode(SET(at))));
  engine.run(2 * KEYS);
  while (engine.takeOutput() !== undefined);
  engine.mute(!traced);
  const requests = Array.from({ length: REQUESTS }, (_, i) => pack(Array.from({ length: batch }, (_, j) => encode(make(i * batch + j))).join('')));
  const count = batch === 1 ? 100_000 : traced ? 100 * REQUESTS : 300 * REQUESTS;
  let now = NOW;
  let best = 0;
  for (let run = 0; run < RUNS; run++) {
    const from = performance.now();
    for (let at = 0; at < count / batch; at++) {
      now += 10;
      engine.feed(now, 1, requests[at % REQUESTS] as Uint8Array);
      // Who watches looks between two tasks; who does not, runs them in one call.
      if (traced) while (engine.turn());
      else engine.run(1 << 30);
      while (engine.takeOutput() !== undefined);
      if (traced) readEvents(engine.takeEvents());
    }
    best = Math.max(best, (count * 1000) / (performance.now() - from));
  }
  engine.free();
  return best;
}

/** Median milliseconds: of running a frame's commands, of making the frame, of what carrying it to the page costs. */
function frame(): { run: number; make: number; carry: number } {
  const engine = new Redloop(NOW, 1, 0, 0);
  const driver = new Driver(engine, NOW);
  driver.watchKeys({ db: 0, separator: ':', pattern: '', types: [], order: 'name', opened: false, listed: [], offset: 0, count: 100, selected: null, from: 0 });
  for (let client = 1; client <= CLIENTS; client++) driver.connect(client, `client${client}`);
  const times: { run: number; make: number; carry: number }[] = [];
  let wall = 0;
  driver.advance(wall);
  for (let count = 0; count < 200; count++) {
    wall += 16;
    const from = performance.now();
    for (let at = 0; at < COMMANDS_PER_FRAME; at++) driver.send(1 + ((count * COMMANDS_PER_FRAME + at) % CLIENTS), [`INCR ${key(at)}`]);
    driver.advance(wall);
    const ran = performance.now();
    const made = driver.frame(wall);
    const done = performance.now();
    structuredClone(made);
    times.push({ run: ran - from, make: done - ran, carry: performance.now() - done });
  }
  driver.free();
  const median = (of: 'run' | 'make' | 'carry'): number => times.map((time) => time[of]).sort((a, b) => a - b)[times.length >> 1] as number;
  return { run: median('run'), make: median('make'), carry: median('carry') };
}
