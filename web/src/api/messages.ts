// The messages between `Redloop` and the `Runner` that owns its engines, in a worker or in the same thread. `engine`
// numbers the engine and its forks, `id` a question that gets one answer.

import type { Reply } from '../model/resp.ts';
import type { View } from '../model/engine.ts';
import type { Snapshot } from './machine.ts';
import type { ClientOptions, EngineOptions } from './sync.ts';
import type { Argument } from './values.ts';

/** To the runner. */
export type Order =
  | { type: 'start'; id: number; module: WebAssembly.Module; options: EngineOptions }
  | { type: 'connect'; engine: number; name: string; protocol: NonNullable<ClientOptions['protocol']> }
  /** Commands in one write; they are answered as `id`, `id + 1`, … */
  | { type: 'calls'; engine: number; name: string; id: number; commands: readonly (readonly [string, ...Argument[]])[] }
  | { type: 'hang-up'; engine: number; name: string }
  | { type: 'advance'; engine: number; id: number; ms: number }
  | { type: 'now'; engine: number; id: number }
  | { type: 'view'; engine: number; id: number }
  | { type: 'fork'; engine: number; id: number; copy: number }
  | { type: 'watch'; engine: number; on: boolean }
  | { type: 'close'; engine: number };

/** From the runner. */
export type News =
  /** `null`: the connection was closed before the answer came. */
  | { type: 'answer'; id: number; reply: Reply | null }
  | { type: 'done'; id: number; value: number | View | null }
  | { type: 'failed'; id: number; kind: string; message: string }
  | { type: 'push'; engine: number; name: string; reply: Reply }
  | { type: 'closed'; engine: number; name: string }
  | { type: 'snapshot'; engine: number; snapshot: Snapshot }
  | { type: 'died'; engine: number; message: string };
