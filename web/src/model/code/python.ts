// redis-py. Each client is one connection; a command that may block runs in a thread.

import type { ByteString } from '../bytes.ts';
import { python as literal } from './literals.ts';
import { names } from './names.ts';
import type { Action, Plan } from './plan.ts';

const RESERVED = new Set(('False None True and as assert async await break class continue def del elif else except finally for from global if import in ' +
  'is lambda nonlocal not or pass raise return try while with yield print iter threads redis time run ThreadPoolExecutor match case type').split(' '));

export function redisPy({ clients, actions }: Plan): string {
  const name = names(clients, RESERVED);
  const has = (kind: Action['kind']): boolean => actions.some((action) => action.kind === kind);
  const listeners = [...new Set(actions.flatMap((action) => (action.kind === 'listen' ? [action.client] : [])))];
  return [
    ...(has('wait') ? ['import time'] : []),
    ...(has('start') ? ['from concurrent.futures import ThreadPoolExecutor'] : []),
    ...(has('wait') ? [''] : []),
    'import redis',
    '',
    '',
    'def run(client, *words):',
    '    try:',
    '        print(client.execute_command(*words))',
    '    except redis.RedisError as error:',
    '        print(error)',
    '',
    '',
    ...(has('start') ? ['threads = ThreadPoolExecutor()'] : []),
    ...clients.map((client) => `${name(client)} = redis.Redis(single_connection_client=True)`),
    ...listeners.map((client) => `${name(client)}_messages = ${name(client)}.pubsub()`),
    '',
    ...actions.map((action) => statement(action, name)),
    ...listeners.flatMap((client) => [
      `for message in iter(lambda: ${name(client)}_messages.get_message(timeout=0.2), None):`, '    print(message)']),
    '',
  ].join('\n');
}

function statement(action: Action, name: (client: string) => string): string {
  const words = (argv: readonly ByteString[]): string => argv.map(literal).join(', ');
  switch (action.kind) {
    case 'call':
      return `run(${name(action.client)}, ${words(action.argv)})`;
    case 'start':
      return `waiting${action.n} = threads.submit(run, ${name(action.client)}, ${words(action.argv)})`;
    case 'finish':
      return `waiting${action.n}.result()`;
    case 'listen':
      return `${name(action.client)}_messages.${action.verb}(${words(action.channels)})`;
    case 'wait':
      return `time.sleep(${action.ms / 1000})`;
  }
}
