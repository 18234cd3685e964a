// The worker's shell: loads the engine, hands it to the driver, and turns timers and messages into calls.
//
// A panic in the engine arrives here as an exception, after the panic hook has written its message to the console. The
// engine must not be touched after that: the worker reports what happened and falls silent; the page starts another.

import type { CommandInfo } from '../model/engine.ts';
import { initSync, Redloop } from '../wasm/redloop_wasm.js';
import { Driver, ShutDown } from './driver.ts';
import type { Report, Request } from './protocol.ts';

const FRAME_MS = 16;

let engine: Redloop | undefined;
let driver: Driver | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let lastFrame = -Infinity;
let panic = '';

// The panic hook's only output is console.error: keep its last words for the report.
const consoleError = console.error.bind(console);
console.error = (...words: unknown[]): void => {
  panic = words.map(String).join(' ');
};

self.onmessage = (message: MessageEvent<Request>): void => {
  guard(() => handle(message.data));
};

function handle(request: Request): void {
  if (request.type === 'start') {
    initSync({ module: request.module });
    engine = new Redloop(request.epoch, request.seed, request.pace.commandNs, request.pace.unitNs);
    driver = new Driver(engine, request.epoch);
    if (request.recording !== null) driver.restore(request.recording);
    const commands = JSON.parse(Redloop.commands()) as CommandInfo[];
    report({ type: 'ready', commands, replayed: request.recording?.entries.length ?? 0 });
    schedule(0);
    return;
  }
  if (driver === undefined) return;
  driver.advance(performance.now());
  switch (request.type) {
    case 'connect':
      driver.connect(request.client);
      break;
    case 'send':
      driver.send(request.client, request.bytes);
      break;
    case 'disconnect':
      driver.disconnect(request.client);
      break;
    case 'play':
      driver.play(request.playing, performance.now());
      break;
    case 'speed':
      driver.speed(request.usPerSecond);
      break;
    case 'step':
      driver.step(request.by);
      break;
    case 'keys':
      driver.watchKeys(request.db, request.count, request.selected);
      break;
    case 'names':
      report({ type: 'names', id: request.id, rows: driver.names(request.db, request.prefix, request.types, request.count) });
      break;
    case 'crash':
      engine?.crash();
  }
  schedule(0);
}

/** Runs the loop after `ms`; frames leave at most once in {@link FRAME_MS}. */
function schedule(ms: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => guard(tick), ms);
}

function tick(): void {
  if (driver === undefined) return;
  const wall = performance.now();
  let next = driver.advance(wall);
  const sinceFrame = wall - lastFrame;
  if (sinceFrame >= FRAME_MS) {
    const frame = driver.frame(wall);
    if (frame !== undefined) {
      report(frame);
      lastFrame = wall;
    }
  } else next = Math.min(next ?? Infinity, FRAME_MS - sinceFrame);
  const keys = driver.keysDue(wall);
  if (keys !== null) next = Math.min(next ?? Infinity, keys);
  if (next !== null) schedule(next);
}

function guard(work: () => void): void {
  try {
    work();
  } catch (error) {
    clearTimeout(timer);
    driver = undefined;
    engine = undefined;
    const expected = error instanceof WebAssembly.RuntimeError || error instanceof ShutDown;
    if (!expected) consoleError(error);
    const message = panic !== '' ? panic : error instanceof Error ? error.message : String(error);
    report({ type: 'crashed', message });
  }
}

function report(message: Report): void {
  self.postMessage(message);
}
