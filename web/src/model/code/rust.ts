// The redis crate, blocking connections. A command that may block runs in a thread, which gives the connection back.

import type { ByteString } from '../bytes.ts';
import { rust as literal } from './literals.ts';
import { names } from './names.ts';
import type { Action, Plan } from './plan.ts';

const RESERVED = new Set(('as async await box break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref ' +
  'return self Self static struct super trait true type unsafe use where while yield abstract become do final gen macro override priv try typeof unsized ' +
  'virtual redis cmd show main server thread message Duration RedisResult Value').split(' '));

export function rustRedis({ clients, actions }: Plan): string {
  const name = names(clients, RESERVED);
  const has = (kind: Action['kind']): boolean => actions.some((action) => action.kind === kind);
  const listeners = [...new Set(actions.flatMap((action) => (action.kind === 'listen' ? [action.client] : [])))];
  const calls = has('call') || has('start');
  const subscribed = new Set<string>();
  const uses = [
    ...(has('start') || has('wait') ? ['use std::thread;'] : []),
    ...(has('wait') || listeners.length > 0 ? ['use std::time::Duration;'] : []),
  ];
  return [
    ...uses,
    ...(uses.length > 0 ? [''] : []),
    calls ? 'use redis::{RedisResult, Value, cmd};' : 'use redis::RedisResult;',
    '',
    'fn main() -> RedisResult<()> {',
    ...[
      'let server = redis::Client::open("redis://127.0.0.1/")?;',
      ...clients.map((client) => `let mut ${name(client)} = server.get_connection()?;`),
      '',
      ...actions.flatMap((action) => {
        const first = action.kind === 'listen' && !subscribed.has(action.client);
        if (action.kind === 'listen') subscribed.add(action.client);
        return [...(first ? [`let mut ${name(action.client)}_messages = ${name(action.client)}.as_pubsub();`] : []), ...statements(action, name)];
      }),
      ...listeners.flatMap((client) => [
        `${name(client)}_messages.set_read_timeout(Some(Duration::from_millis(200)))?;`,
        `while let Ok(message) = ${name(client)}_messages.get_message() {`,
        '    println!("{message:?}");',
        '}',
      ]),
      'Ok(())',
    ].map((line) => (line === '' ? '' : `    ${line}`)),
    '}',
    ...(calls
      ? ['', 'fn show(reply: RedisResult<Value>) {', '    match reply {', '        Ok(value) => println!("{value:?}"),',
        '        Err(error) => eprintln!("{error}"),', '    }', '}']
      : []),
    '',
  ].join('\n');
}

function statements(action: Action, name: (client: string) => string): string[] {
  switch (action.kind) {
    case 'call':
      return [`show(${query(action.argv, name(action.client))});`];
    case 'start':
      return [
        `let waiting${action.n} = thread::spawn(move || {`,
        `    show(${query(action.argv, name(action.client))});`,
        `    ${name(action.client)}`,
        '});',
      ];
    case 'finish':
      return [`${name(action.client)} = waiting${action.n}.join().expect("the thread does not panic");`];
    case 'listen':
      if (action.channels.length === 0) return [];
      return action.channels.map((channel) => `${name(action.client)}_messages.${action.verb}(${literal(channel)})?;`);
    case 'wait':
      return [`thread::sleep(Duration::from_millis(${action.ms}));`];
  }
}

function query(argv: readonly ByteString[], client: string): string {
  return `cmd(${literal(argv[0] ?? '')})${argv.slice(1).map((arg) => `.arg(${literal(arg)})`).join('')}.query(&mut ${client})`;
}
