// node-redis and ioredis. Commands are sent word for word, so that every command and every byte works; an error is
// printed and does not end the program, as at a prompt.

import type { ByteString } from '../bytes.ts';
import { javascript as literal } from './literals.ts';
import { names } from './names.ts';
import type { Action, Plan, Verb } from './plan.ts';

const RESERVED = new Set(('arguments async await break case catch class const continue debugger default delete do else enum eval export extends false ' +
  'finally for function if implements import in instanceof interface let new null package private protected public return static super ' +
  'switch this throw true try typeof undefined var void while with yield console process Buffer Promise createClient Redis show sleep').split(' '));

/** What differs between the libraries. */
interface Library {
  head: string;
  connect: string;
  command(argv: readonly ByteString[]): string;
  listen(client: string, verb: Verb, channels: readonly ByteString[]): string;
  /** Lines at a client's creation that its subscriptions need. */
  hear(client: string): string[];
  close: string;
}

const NODE_VERBS: Record<Verb, string> = {
  subscribe: 'subscribe', psubscribe: 'pSubscribe', ssubscribe: 'sSubscribe',
  unsubscribe: 'unsubscribe', punsubscribe: 'pUnsubscribe', sunsubscribe: 'sUnsubscribe',
};

const NODE_REDIS: Library = {
  head: "import { createClient } from 'redis'; // node-redis 5",
  connect: 'await createClient().connect()',
  command: (argv) => `sendCommand([${argv.map(literal).join(', ')}])`,
  listen(client, verb, channels) {
    const list = `[${channels.map(literal).join(', ')}]`;
    if (verb.includes('unsubscribe')) return `${client}.${NODE_VERBS[verb]}(${channels.length === 0 ? '' : list})`;
    return `${client}.${NODE_VERBS[verb]}(${list}, (message, channel) => console.log(channel, message))`;
  },
  hear: () => [],
  close: 'destroy()',
};

const IOREDIS: Library = {
  head: "import Redis from 'ioredis'; // ioredis 5",
  connect: 'new Redis()',
  command: (argv) => `call(${argv.map(literal).join(', ')})`,
  listen: (client, verb, channels) => `${client}.${verb}(${channels.map(literal).join(', ')})`,
  hear: (client) => ['message', 'pmessage', 'smessage'].map((kind) => `${client}.on('${kind}', (...said) => console.log(...said));`),
  close: 'disconnect()',
};

export const nodeRedis = (plan: Plan): string => program(plan, NODE_REDIS);
export const ioredis = (plan: Plan): string => program(plan, IOREDIS);

function program({ clients, actions }: Plan, library: Library): string {
  const name = names(clients, RESERVED);
  const head = [library.head];
  if (actions.some(({ kind }) => kind === 'wait')) head.push("import { setTimeout as sleep } from 'node:timers/promises';");
  const listeners = new Set(actions.flatMap((action) => (action.kind === 'listen' ? [action.client] : [])));
  return [
    ...head,
    '',
    ...clients.flatMap((client) => [`const ${name(client)} = ${library.connect};`, ...(listeners.has(client) ? library.hear(name(client)) : [])]),
    'const show = (reply) => reply.then((value) => console.log(value), (error) => console.error(String(error)));',
    '',
    ...actions.map((action) => statement(action, library, name)),
    '',
    ...clients.map((client) => `${name(client)}.${library.close};`),
    '',
  ].join('\n');
}

function statement(action: Action, library: Library, name: (client: string) => string): string {
  switch (action.kind) {
    case 'call':
      return `await show(${name(action.client)}.${library.command(action.argv)});`;
    case 'start':
      return `const reply${action.n} = show(${name(action.client)}.${library.command(action.argv)}); // may wait`;
    case 'finish':
      return `await reply${action.n};`;
    case 'listen':
      return `await ${library.listen(name(action.client), action.verb, action.channels)};`;
    case 'wait':
      return `await sleep(${action.ms});`;
  }
}
