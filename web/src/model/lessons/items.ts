// The transcript format as far as lessons use it: comments, commands, pipelines, waits and replies, item by item.
//
// What lessons may not use (raw bytes, headers, captures) is refused with its line; the Rust twin of this reader is in
// tests/src/lessons. Replies that real servers give otherwise (`[redis7] …`) are not shown here.

/** A slip in a lesson. `line` counts from 1, in the file. */
export class LessonError extends Error {
  readonly line: number;

  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`);
    this.line = line;
  }
}

/** What one client receives in a step: lines as redis-cli prints them, patterns among them. */
export interface Received {
  client: string;
  lines: string[];
}

/** One piece of a block. `line` is where it begins in the file. */
export type Item =
  | { kind: 'comment'; line: number; text: string }
  | { kind: 'send'; line: number; client: string; lines: string[]; received: Received[] }
  | { kind: 'wait'; line: number; ms: number; received: Received[] };

/** Reads a block's text; `first` is the file's line on which it begins. Throws {@link LessonError}. */
export function read(source: string, first: number): Item[] {
  const items: Item[] = [];
  // Whether an unmarked line is a reply, and whose.
  let reply: Received | null = null;
  let open = false;
  source.split('\n').forEach((text, i) => {
    const line = first + i;
    const last = items.at(-1);
    const step = last !== undefined && isStep(last) ? last : undefined;
    const send = /^@(\w+)\s+> (.+)$/.exec(text);
    const received = /^@(\w+)\s+<(?: (.*))?$/.exec(text);
    const more = /^\s+([<>])(?: (.*))?$/.exec(text);
    const wait = /^\+ (\d+)(ms|s)\s*$/.exec(text);
    if (send !== null) {
      items.push({ kind: 'send', line, client: send[1] as string, lines: [send[2] as string], received: [] });
      [reply, open] = [null, true];
    } else if (wait !== null) {
      items.push({ kind: 'wait', line, ms: Number(wait[1]) * (wait[2] === 's' ? 1000 : 1), received: [] });
      [reply, open] = [null, false];
    } else if (received !== null) {
      const to = items.findLast(isStep);
      if (to === undefined) throw new LessonError(line, 'nothing was done yet that could be answered');
      reply = { client: received[1] as string, lines: [received[2] ?? ''] };
      to.received.push(reply);
      open = false;
    } else if (more?.[1] === '>' && step?.kind === 'send' && reply === null) step.lines.push(more[2] ?? '');
    else if (more?.[1] === '<' && reply !== null) reply.lines.push(more[2] ?? '');
    else if (/^#( |$)/.test(text)) {
      items.push({ kind: 'comment', line, text: text.slice(1).trim() });
      [reply, open] = [null, false];
    } else if (text.trim() === '') [reply, open] = [null, false];
    else if (/^% sorted( pairs)?$/.test(text) || /^\[(?:redis7|valkey9)\]/.test(text)) return;
    else if (/^[!%]/.test(text) || /^@/.test(text)) throw new LessonError(line, `${JSON.stringify(text)} is not for lessons: they have "@name > COMMAND", replies, "+ 2s" and "# comments"`);
    else if (open && step?.kind === 'send') {
      if (reply === null) step.received.push((reply = { client: step.client, lines: [] }));
      reply.lines.push(text.replace(/^\\/, ''));
    } else throw new LessonError(line, `${JSON.stringify(text)} belongs to no step: begin with "@name > COMMAND"`);
  });
  return items;
}

function isStep(item: Item): item is Exclude<Item, { kind: 'comment' }> {
  return item.kind !== 'comment';
}
