// redis-cli, in a shell. One command is one line where its bytes fit a shell word. One client's commands are its standard
// input. Several clients are several redis-cli that stay open, with pauses, since nothing else keeps them in order.

import type { ByteString } from '../bytes.ts';
import { quoted, shell, typed } from './literals.ts';
import type { Action, Plan } from './plan.ts';

const PAUSE = 'sleep 0.1';

export function redisCli({ clients, actions }: Plan): string {
  const lines = actions.flatMap((action) => line(action) ?? []);
  if (lines.length === 1 && actions.every((action) => action.kind !== 'listen')) {
    const words = (argvOf(actions[0] as Action) ?? []).map(shell);
    if (words.every((word) => word !== undefined)) return `redis-cli ${words.join(' ')}\n`;
  }
  const waits = actions.some((action) => action.kind === 'wait');
  if (clients.length < 2 && (!waits || lines.length === 1)) {
    let end = 'EOF';
    while (lines.includes(end)) end += '_';
    return `redis-cli <<'${end}'\n${lines.join('\n')}\n${end}\n`;
  }
  const listeners = new Set(actions.flatMap((action) => (action.kind === 'listen' ? [action.client] : [])));
  return [
    '#!/usr/bin/env bash',
    '# A redis-cli for each client; the pauses keep the order.',
    ...clients.flatMap((client) => [`exec {to_${client}}> >(redis-cli)`, ...(listeners.has(client) ? [`pid_${client}=$!`] : [])]),
    '',
    ...actions.flatMap(step),
    '',
    ...[...clients].reverse().map((client) => `exec {to_${client}}>&-`),
    // Who listens would do so for ever.
    ...[...listeners].map((client) => `kill "$pid_${client}"`),
    'wait',
    '',
  ].join('\n');
}

function step(action: Action): string[] {
  if (action.kind === 'wait') return [`sleep ${action.ms / 1000}`];
  const typedLine = line(action);
  if (typedLine === undefined) return [];
  const send = `printf '%s\\n' ${quoted(typedLine)} >&"$to_${'client' in action ? action.client : ''}"`;
  // A started command is followed by a wait of its own.
  return [action.kind === 'start' ? send : `${send}; ${PAUSE}`];
}

function line(action: Action): string | undefined {
  return argvOf(action)?.map(typed).join(' ');
}

function argvOf(action: Action): readonly ByteString[] | undefined {
  if (action.kind === 'listen') return [action.verb.toUpperCase(), ...action.channels];
  return 'argv' in action ? action.argv : undefined;
}
