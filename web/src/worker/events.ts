// Reads the engine's events: records as `wasm/src/trace.rs` writes them become the `LoopEvent`s that everybody knows.
//
// There are ten events a command, so this is the hottest code of the page. It makes each event as one object literal,
// whose shape the JavaScript engine knows, and all texts of a batch as slices of one decoded string.

import type { ByteString, LoopEvent, Micros, TaskView } from '../model/engine.ts';

const KIND = 0x1f;
const INNER = 0x20;
const STAMPED = 0x40;
/** Bytes that become characters in one call: more of them might not fit as its arguments. */
const AT_ONCE = 4096;

let records: Uint8Array;
/** Of the engine's memory: one for all batches, until that memory moves. */
let view: DataView = new DataView(new ArrayBuffer(0));
/** Where in it the batch begins. */
let base: number;
let all: string;
let next: number;

/** The events of a batch, in order. */
export function readEvents(batch: Uint8Array | undefined): LoopEvent[] {
  const events: LoopEvent[] = [];
  if (batch === undefined) return events;
  records = batch;
  if (view.buffer !== batch.buffer) view = new DataView(batch.buffer);
  base = batch.byteOffset;
  all = decode(batch);
  next = 0;
  let seq = 0;
  let at: Micros = 0;
  while (next < batch.length) {
    const head = batch[next++] as number;
    if ((head & STAMPED) === 0) seq++;
    else {
      seq = number();
      at = view.getFloat64(base + next, true);
      next += 8;
    }
    events.push(event(head & KIND, seq, at, (head & INNER) === 0 ? 0 : 1));
  }
  return events;
}

/** In the order of `Kind`. Fields are read in the order in which they are written. */
function event(kind: number, seq: number, at: Micros, depth: number): LoopEvent {
  switch (kind) {
    case 0:
      return { seq, at, depth, kind: 'connected', client: number() };
    case 1:
      return { seq, at, depth, kind: 'disconnected', client: number() };
    case 2:
      return { seq, at, depth, kind: 'arrived', client: number(), bytes: number() };
    case 3:
      return { seq, at, depth, kind: 'queued', client: number(), length: number() };
    case 4:
      return { seq, at, depth, kind: 'turn', n: number() };
    case 5:
      return { seq, at, depth, kind: 'task', task: task() };
    case 6:
      return { seq, at, depth, kind: 'command', client: number(), argv: texts() };
    case 7:
      return { seq, at, depth, kind: 'key', db: number(), key: text(), event: text() };
    case 8:
      return { seq, at, depth, kind: 'collected', client: number(), argv: texts(), length: number() };
    case 9:
      return { seq, at, depth, kind: 'refused', client: number(), name: text() };
    case 10:
      return { seq, at, depth, kind: 'done', client: number(), units: number(), bytes: number(), error: number() !== 0, until: time() ?? Infinity };
    case 11:
      return { seq, at, depth, kind: 'blocked', client: number(), keys: texts(), deadline: time() };
    case 12:
      return { seq, at, depth, kind: 'woken', client: number(), key: text() };
    case 13:
      return { seq, at, depth, kind: 'unblocked', client: number(), timedOut: number() !== 0 };
    case 14:
      return { seq, at, depth, kind: 'postponed', client: number() };
    case 15:
      return { seq, at, depth, kind: 'expired', db: number(), key: text() };
    case 16:
      return { seq, at, depth, kind: 'published', channel: text(), receivers: number() };
    case 17:
      return { seq, at, depth, kind: 'timer', timer: text(), handled: number() };
    case 18:
      return { seq, at, depth, kind: 'replied', client: number(), bytes: number() };
    case 19:
      return { seq, at, depth, kind: 'idle', wake: time() };
    default:
      throw new Error(`The engine tells of an event of the unknown kind ${kind}: page and engine are of different versions. Reload the page.`);
  }
}

function task(): TaskView {
  switch (number()) {
    case 0:
      return { task: 'readable', client: number() };
    case 1:
      return { task: 'serve', client: number() };
    case 2:
      return { task: 'timer', timer: text() };
    default:
      return { task: 'before-sleep' };
  }
}

function number(): number {
  let byte = records[next++] as number;
  if (byte < 0x80) return byte;
  let value = byte & 0x7f;
  let worth = 0x80;
  do {
    byte = records[next++] as number;
    value += (byte & 0x7f) * worth;
    worth *= 0x80;
  } while (byte >= 0x80);
  return value;
}

function time(): Micros | null {
  const micros = view.getFloat64(base + next, true);
  next += 8;
  return Number.isNaN(micros) ? null : micros;
}

function text(): ByteString {
  const length = number();
  const from = next;
  next += length;
  return all.slice(from, next);
}

function texts(): ByteString[] {
  const count = number();
  const list: ByteString[] = [];
  for (let i = 0; i < count; i++) list.push(text());
  return list;
}

/**
 * A character for each byte, of the same number. TextDecoder has no encoding that says that of all bytes, and takes longer
 * for the few that a command's events are; spreading them would go through an iterator.
 */
function decode(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < bytes.length; from += AT_ONCE) text += String.fromCharCode.apply(null, bytes.subarray(from, from + AT_ONCE) as unknown as number[]);
  return text;
}
