// Where the loop is to stop: after a command, when a key is touched, when a client acts, at an error.

import type { ByteString, LoopEvent } from './engine.ts';

export const BREAKPOINT_KINDS = ['command', 'key', 'client', 'error'] as const;

/** `value`: the command's name, the key or a pattern with `*` (as bytes), the client's number; nothing for errors. */
export interface Breakpoint {
  id: number;
  kind: (typeof BREAKPOINT_KINDS)[number];
  value: ByteString;
}

/** The most that can be set. */
export const BREAKPOINTS_MAX = 20;

/** Whether an event is one to stop at. */
export function hits({ kind, value }: Breakpoint, event: LoopEvent): boolean {
  switch (kind) {
    case 'command':
      return (event.kind === 'command' || event.kind === 'collected') && named(event.argv, value);
    case 'key':
      return (event.kind === 'key' || event.kind === 'expired' || event.kind === 'woken') && matches(event.key, value);
    case 'client':
      return (event.kind === 'done' || event.kind === 'collected' || event.kind === 'refused') && event.depth === 0 && String(event.client) === value;
    case 'error':
      return event.kind === 'refused' || (event.kind === 'done' && event.error);
  }
}

/** `GET` stops at GET, `CLIENT LIST` at that subcommand, `CLIENT` at all of them. */
function named(argv: readonly ByteString[], value: ByteString): boolean {
  return value.toUpperCase().split(/\s+/).every((word, i) => argv[i]?.toUpperCase() === word);
}

function matches(key: ByteString, pattern: ByteString): boolean {
  const parts = pattern.split('*');
  let at = 0;
  return parts.every((part, i) => {
    if (i === parts.length - 1 && i > 0) return key.length - part.length >= at && key.endsWith(part);
    const found = i === 0 ? (key.startsWith(part) ? 0 : -1) : key.indexOf(part, at);
    at = found + part.length;
    return found >= 0 && (parts.length > 1 || at === key.length);
  });
}
