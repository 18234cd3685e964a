// The worker's shell: loads the engine, hands it to the driver, and turns timers and messages into calls.
//
// A panic in the engine arrives here as an exception, after the panic hook has written its message to the console. The
// engine must not be touched after that: the worker reports what happened and falls silent; the page starts another.

import type { ByteString, CommandInfo } from '../model/engine.ts';
import type { Recording } from '../model/recording.ts';
import type { Update } from '../model/session.ts';
import { Redloop } from '../wasm/redloop_wasm.js';
import { Driver, ShutDown } from './driver.ts';
import { fetchParts, startEngine } from './parts.ts';
import type { Report, Request } from './protocol.ts';

const FRAME_MS = 16;
/** A frame that the page has not taken for this long holds back no longer: a hidden page may draw nothing at all. */
const TAKEN_MS_MAX = 1000;
/** The engine's other parts come so much after a command: they are not to hold up its reply. A command that needs one fetches it. */
const PARTS_MS = 100;
/** Inputs of a recording whose consequences travel together. */
const REPLAYED_MAX = 500;

let engine: Redloop | undefined;
let driver: Driver | undefined;
let commands: CommandInfo[] | undefined;
/** The future that was left when the past was gone on from. */
let other: Driver | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let parts: ReturnType<typeof setTimeout> | undefined;
let lastFrame = -Infinity;
/** Whether the page has drawn the last frame. Until then what happens goes into the next one: frames never queue up. */
let taken = true;
let panic = '';
/** Whether a command has run here, if only where nobody saw it. */
let warm = false;

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
    // The page's first worker is told twice: as early as can be, and by its store.
    startEngine(request.module, request.parts);
    commands ??= JSON.parse(Redloop.commands()) as CommandInfo[];
    report({ type: 'started', commands });
    return;
  }
  if (request.type === 'load') {
    load(request.recording, request.keep);
    return;
  }
  if (request.type === 'ping') {
    report({ type: 'pong' });
    return;
  }
  if (driver === undefined) return;
  if (request.type === 'taken') {
    taken = true;
    schedule(0);
    return;
  }
  driver.advance(performance.now());
  switch (request.type) {
    case 'connect':
      driver.connect(request.client, request.name);
      break;
    case 'send':
      driver.send(request.client, request.lines);
      parts ??= setTimeout(fetchRest, PARTS_MS);
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
      driver.watchKeys(request);
      past();
      break;
    case 'names':
      report({ type: 'names', id: request.id, rows: driver.names(request.db, request.prefix, request.types, request.count) });
      break;
    case 'travel':
      driver.travel(request.position);
      past();
      break;
    case 'breakpoints':
      driver.stopAt(request.breakpoints);
      break;
    case 'probe':
      report({ type: 'probed', id: request.id, replies: driver.probe(request.lines, request.db) });
      break;
    case 'swap':
      if (other !== undefined) [driver, other] = [other, driver];
      break;
    case 'diff':
      report({ type: 'differs', id: request.id, changes: other === undefined ? [] : other.diff(driver, request.db, request.most) });
      break;
    case 'follow': {
      const updates: Update[] = [];
      driver.replay(request.entries, request.end, (update) => updates.push(update));
      report({ type: 'replayed', updates });
      break;
    }
    case 'writes':
      void import('./writes.ts').then(({ writes }) => guard(() => report({ type: 'written', id: request.id, requests: written(request.recording, writes) })));
      break;
    case 'crash':
      engine?.crash();
  }
  schedule(0);
}

function load(recording: Recording, keep: boolean): void {
  if (keep) {
    other?.free();
    other = driver;
    other?.travel(null);
  } else {
    driver?.free();
    other?.free();
    other = undefined;
  }
  const { seed, epoch, pace } = recording;
  engine = new Redloop(epoch, seed, pace.commandNs, pace.unitNs);
  driver = new Driver(engine, epoch);
  let updates: Update[] = [];
  driver.replay(recording.entries, recording, (update) => {
    updates.push(update);
    if (updates.length < REPLAYED_MAX) return;
    report({ type: 'replayed', updates });
    updates = [];
  });
  report({ type: 'replayed', updates });
  report({ type: 'ready' });
  schedule(0);
  if (!warm) setTimeout(() => guard(() => warmUp(recording.pace)));
  warm = true;
}

/**
 * Runs a command where nobody sees it. Browsers compile a function when it is called first, and that takes longer than
 * the command; the page has yet to be drawn meanwhile.
 */
function warmUp({ commandNs, unitNs }: Recording['pace']): void {
  const scratch = new Driver(new Redloop(0, 1, commandNs, unitNs), 0);
  scratch.connect(1, 'warm');
  scratch.speed(Infinity);
  scratch.play(true, 0);
  scratch.send(1, ['ECHO warm']);
  for (const wall of [FRAME_MS, 2 * FRAME_MS]) {
    scratch.advance(wall);
    scratch.frame(wall);
  }
  scratch.free();
}

function written(recording: Recording, writes: typeof import('./writes.ts').writes): ByteString | null {
  const { seed, epoch, pace } = recording;
  const player = new Redloop(epoch, seed, pace.commandNs, pace.unitNs);
  try {
    return writes(player, recording);
  } finally {
    player.free();
  }
}

function fetchRest(): void {
  parts = undefined;
  void fetchParts();
}

function past(): void {
  const frame = driver?.pastFrame();
  if (frame != null) report(frame);
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
  const wait = taken ? FRAME_MS : TAKEN_MS_MAX;
  if (sinceFrame >= wait) {
    const frame = driver.frame(wall);
    if (frame !== undefined) {
      report(frame);
      lastFrame = wall;
      taken = false;
    }
  } else next = Math.min(next ?? Infinity, wait - sinceFrame);
  if (driver.browse(wall)) past();
  const keys = driver.keysDue(wall);
  if (keys !== null) next = Math.min(next ?? Infinity, keys);
  if (next !== null) schedule(next);
}

function guard(work: () => void): void {
  try {
    work();
  } catch (error) {
    clearTimeout(timer);
    const unheard = driver?.unheard ?? false;
    driver = undefined;
    engine = undefined;
    const expected = error instanceof WebAssembly.RuntimeError || error instanceof ShutDown;
    if (!expected) consoleError(error);
    const message = panic !== '' ? panic : error instanceof Error ? error.message : String(error);
    // An engine that panics says why. One that stops without a word was refused memory.
    const memory = panic === '' && (error instanceof WebAssembly.RuntimeError || error instanceof RangeError);
    report({ type: 'crashed', message, memory, unheard });
  }
}

function report(message: Report): void {
  self.postMessage(message);
}
