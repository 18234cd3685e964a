// A block of a lesson to look at, and to play: its lines as a reader wants them, and its steps as the page types them.

import { read, type Item } from './items.ts';

/** A line as it is shown. */
export type Shown =
  | { kind: 'comment'; text: string }
  /** `again`: goes on with the write of the line above. `step`: which step it belongs to. */
  | { kind: 'sent'; client: string; text: string; again: boolean; step: number }
  /** `own`: right below its sender's command, so no name is needed. */
  | { kind: 'received'; client: string; text: string; own: boolean; again: boolean }
  | { kind: 'wait'; ms: number; step: number };

/** Something to do. `answered`: whether the sender gets a reply at once; if not, it is left waiting. */
export type Play =
  | { kind: 'send'; client: string; lines: string[]; answered: boolean }
  | { kind: 'wait'; ms: number };

/** A block, read. */
export interface Script {
  shown: Shown[];
  steps: Play[];
  /** Everybody who types, in the order they begin. */
  clients: string[];
}

/** Reads a block; `first` is its first line in the file. Throws `LessonError`. */
export function script(source: string, first: number): Script {
  const items = read(source, first);
  const steps = items.flatMap((item): Play[] => {
    if (item.kind === 'comment') return [];
    if (item.kind === 'wait') return [{ kind: 'wait', ms: item.ms }];
    return [{ kind: 'send', client: item.client, lines: item.lines, answered: item.received.some(({ client }) => client === item.client) }];
  });
  const clients = [...new Set(steps.flatMap((step) => (step.kind === 'send' ? [step.client] : [])))];
  let step = -1;
  const shown = items.flatMap((item) => {
    if (item.kind !== 'comment') step++;
    return lines(item, step);
  });
  return { shown, steps, clients };
}

/** Whether two blocks do the same: a block and its translation do. */
export function alike(one: Script, other: Script): boolean {
  return JSON.stringify(one.steps) === JSON.stringify(other.steps);
}

function lines(item: Item, step: number): Shown[] {
  if (item.kind === 'comment') return [{ kind: 'comment', text: item.text }];
  const sender = item.kind === 'send' ? item.client : '';
  const done: Shown[] =
    item.kind === 'wait'
      ? [{ kind: 'wait', ms: item.ms, step }]
      : item.lines.map((text, i) => ({ kind: 'sent', client: sender, text, again: i > 0, step }));
  const came = item.received.flatMap(({ client, lines: all }) =>
    all.map((text, i): Shown => ({ kind: 'received', client, text: plain(text), own: client === sender, again: i > 0 })),
  );
  return [...done, ...came];
}

/** A reply for people: patterns without their marks. */
function plain(line: string): string {
  if (line === '...') return '…';
  const pattern = /^((?:\s*\d+[)~>#|] )*)(?:\(integer\) ~ (.*)|~ (.*))$/.exec(line);
  if (pattern === null) return line;
  const [, numbering = '', range, any = ''] = pattern;
  if (range !== undefined) return `${numbering}(integer) ${range.replace('..', ' … ')}`;
  return numbering + any.replaceAll('*', '…').replace(/(\d)\.\.(\d)/, '$1 … $2');
}
