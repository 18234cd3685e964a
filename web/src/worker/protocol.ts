// The messages between the page and the worker that runs the engine. Plain data only; every frame is small.

import type { ByteString, CommandInfo, KeyDetail, KeyPage, KeyRow, LoopEvent, Micros, Pace, TaskView, View } from '../model/engine.ts';
import type { Recording } from '../model/recording.ts';

/** From the page to the worker. */
export type Request =
  | { type: 'start'; module: WebAssembly.Module; seed: number; epoch: Micros; pace: Pace; recording: Recording | null }
  | { type: 'connect'; client: number }
  | { type: 'send'; client: number; bytes: ByteString }
  | { type: 'disconnect'; client: number }
  | { type: 'play'; playing: boolean }
  | { type: 'speed'; usPerSecond: number }
  | { type: 'step'; by: StepSize }
  | { type: 'keys'; db: number; count: number; selected: ByteString | null }
  /** Keys that begin with `prefix` and are of one of `types` (none: any); answered under the same `id`. */
  | { type: 'names'; id: number; db: number; prefix: ByteString; types: readonly string[]; count: number }
  | { type: 'crash' };

/** What one click on "Step" runs. */
export type StepSize = 'task' | 'command' | 'turn';

/** The task whose cost the loop is paying, stretched over `ms` of screen time, of which `left` remain. */
export interface Hold {
  task: TaskView;
  from: Micros;
  to: Micros;
  ms: number;
  left: number;
}

/** What the keys panel shows. */
export interface Keys {
  db: number;
  page: KeyPage;
  detail: KeyDetail | null;
}

/** Everything that happened since the last frame, and the state now. */
export interface Frame {
  type: 'frame';
  playing: boolean;
  hold: Hold | null;
  /** Events that had to be left out because there were too many for one frame. */
  dropped: number;
  events: LoopEvent[];
  replies: { client: number; bytes: ByteString; at: Micros }[];
  closed: number[];
  recorded: Recording['entries'];
  /** Turns run so far, as a recording counts them. */
  turns: number;
  view: View;
  keys: Keys | null;
}

/** From the worker to the page. */
export type Report =
  | { type: 'ready'; commands: CommandInfo[]; replayed: number }
  | Frame
  | { type: 'names'; id: number; rows: KeyRow[] }
  | { type: 'crashed'; message: string };
