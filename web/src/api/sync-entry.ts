// What the npm package exports as `redloop/sync`.

export * from './sync.ts';
export { loadModule, type ModuleSource } from './wasm.ts';
