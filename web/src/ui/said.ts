// What is said of breakpoints where they are listed and where one has stopped the loop.

import type { Breakpoint } from '../model/breakpoints.ts';
import { text } from '../model/bytes.ts';
import { words } from '../model/words/time.ts';

/** A breakpoint in words. */
export function said({ kind, value }: Breakpoint, clientName: string): string {
  const what = kind === 'client' ? clientName : text(value);
  return `${words().kinds[kind]}${what === '' ? '' : ` ${what}`}`;
}
