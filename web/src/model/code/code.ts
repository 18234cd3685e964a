// A session, or one command of it, as a program for the client libraries people use.

import type { CodeStep, Plan } from './plan.ts';
import { redisCli } from './cli.ts';
import { ioredis, nodeRedis } from './javascript.ts';
import { plan } from './plan.ts';
import { redisPy } from './python.ts';
import { rustRedis } from './rust.ts';

export type { CodeStep } from './plan.ts';

/** A kind of program. `file` is the name to save it under. */
export interface Target {
  id: string;
  name: string;
  file: string;
  write(plan: Plan): string;
}

/** In the order of the menu. */
export const TARGETS: readonly Target[] = [
  { id: 'redis-cli', name: 'redis-cli', file: 'session.sh', write: redisCli },
  { id: 'node-redis', name: 'node-redis', file: 'session.mjs', write: nodeRedis },
  { id: 'ioredis', name: 'ioredis', file: 'session.mjs', write: ioredis },
  { id: 'redis-py', name: 'redis-py', file: 'session.py', write: redisPy },
  { id: 'rust', name: 'Rust', file: 'main.rs', write: rustRedis },
];

/** The program that does these steps. */
export function code(target: Target, steps: readonly CodeStep[]): string {
  return target.write(plan(steps));
}
