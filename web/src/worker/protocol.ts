// The messages between the page and the worker that runs the engine. Plain data only; every frame is small.

import type { Breakpoint } from '../model/breakpoints.ts';
import type { ByteString, CommandInfo, KeyChange, KeyDetail, KeyRow, LoopEvent, Micros, TaskView, TreePage, View } from '../model/engine.ts';
import type { Position, Recorded, Recording } from '../model/recording.ts';
import type { StepSize, Update } from '../model/session.ts';
import type { Parts } from './parts.ts';

/** From the page to the worker. */
export type Request =
  /** `parts`: where the other parts of the engine are, when `module` is not all of it. */
  | { type: 'start'; module: WebAssembly.Module; parts: Parts }
  /** Begins a session by playing a recording; `keep`: the session so far stays as the other future. */
  | { type: 'load'; recording: Recording; keep: boolean }
  | { type: 'connect'; client: number; name: string }
  | { type: 'send'; client: number; lines: readonly string[] }
  | { type: 'disconnect'; client: number }
  | { type: 'play'; playing: boolean }
  | { type: 'speed'; usPerSecond: number }
  | { type: 'step'; by: StepSize }
  | ({ type: 'keys' } & KeysWanted)
  /** Keys that begin with `prefix` and are of one of `types` (none: any); answered under the same `id`. */
  | { type: 'names'; id: number; db: number; prefix: ByteString; types: readonly string[]; count: number }
  /** The instant to look at; `null`: now. */
  | { type: 'travel'; position: Position | null }
  | { type: 'breakpoints'; breakpoints: readonly Breakpoint[] }
  /** Lines for a client of their own on a copy of the engine; answered under the same `id`. */
  | { type: 'probe'; id: number; lines: readonly string[]; db: number }
  /** The kept future becomes the present one, and the other way round. */
  | { type: 'swap' }
  /** The keys that the present and the kept future do not hold alike; answered under the same `id`. */
  | { type: 'diff'; id: number; db: number; most: number }
  /** The page has drawn the last frame: another one may come. */
  | { type: 'taken' }
  /** Asks whether the worker is free to answer, with a `pong`. */
  | { type: 'ping' }
  /** Inputs that another tab took, and where it is by now; the engine here goes the same way, and stands still there. */
  | { type: 'follow'; entries: readonly Recorded[]; end: Position }
  /** The writes of a session for another server; answered under the same `id`. */
  | { type: 'writes'; id: number; recording: Recording }
  | { type: 'crash' };

/** The task whose cost the loop is paying, stretched over `ms` of screen time, of which `left` remain. */
export interface Hold {
  task: TaskView;
  from: Micros;
  to: Micros;
  ms: number;
  left: number;
}

/** What the keys panel wants to show: see `KeyTree` and `inspect` of the engine. */
export interface KeysWanted {
  db: number;
  /** What branches are made of; empty: a flat list. */
  separator: string;
  pattern: string;
  types: readonly string[];
  order: 'name' | 'bytes' | 'expiry' | 'recent';
  opened: boolean;
  listed: readonly ByteString[];
  /** The window of rows. */
  offset: number;
  count: number;
  selected: ByteString | null;
  /** The first element of the selected value to show. */
  from: number;
}

/** What the keys panel shows. */
export interface Keys {
  db: number;
  page: TreePage;
  /** The key whose value was wanted; without `detail` there is no such key. */
  selected: ByteString | null;
  detail: KeyDetail | null;
}

/** Everything that happened since the last frame, and the state now. */
export interface Frame extends Update {
  type: 'frame';
  playing: boolean;
  hold: Hold | null;
  /** Events of single tasks that the engine did not keep, because there were too many. */
  dropped: number;
  /** The breakpoint that paused the loop. */
  stoppedAt: { breakpoint: number; event: LoopEvent } | null;
  keys: Keys | null;
}

/** The state at the instant that is looked at. */
export interface PastFrame {
  type: 'past';
  position: Position;
  view: View;
  keys: Keys | null;
}

/** From the worker to the page. */
export type Report =
  | { type: 'started'; commands: CommandInfo[] }
  /** Part of what a recording leads to, in order. */
  | { type: 'replayed'; updates: Update[] }
  /** The recording has been played. */
  | { type: 'ready' }
  | Frame
  | PastFrame
  | { type: 'names'; id: number; rows: KeyRow[] }
  | { type: 'probed'; id: number; replies: ByteString }
  | { type: 'differs'; id: number; changes: KeyChange[] }
  | { type: 'pong' }
  /** Requests, or `null` when there would be too many bytes. */
  | { type: 'written'; id: number; requests: ByteString | null }
  /** `memory`: there was none left. `unheard`: it had got requests that no frame has told of. */
  | { type: 'crashed'; message: string; memory: boolean; unheard: boolean };
