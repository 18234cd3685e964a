// What the npm package exports as `redloop`.

export { Client, createRedloop, Redloop, type RedloopOptions } from './redloop.ts';
export type { WorkerOption } from './host.ts';
export { EngineError, type Snapshot } from './machine.ts';
export { MESSAGES_MAX, Subscription, type Message } from './subscription.ts';
export type { ClientOptions, EngineOptions } from './sync.ts';
export { ClosedError, ReplyError, type Argument, type ReplyOptions, type Value } from './values.ts';
export { loadModule, type ModuleSource } from './wasm.ts';
export type { LoopEvent, View } from '../model/engine.ts';
