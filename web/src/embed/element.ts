// What the npm package exports as `redloop/element`: importing it defines `<redis-repl>` and `<redis-playground>`. The
// visualizer itself is loaded by the first playground that starts.

export { configure, type ElementOptions } from './source.ts';
export type { CommandDetail } from './base.ts';
export { RedisReplElement } from './repl.ts';
export { RedisPlaygroundElement } from './playground.ts';
