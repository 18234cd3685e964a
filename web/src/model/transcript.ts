// Transcripts: a session as text, the format that the project's tests and scenes share.
//
//   @alice > BLPOP jobs 0          a command
//   (integer) 2                    its reply, when it came before anything else
//   @alice < 1) "jobs"             a reply that came later; `<` alone goes on with it
//   + 1500ms                       time passes
//
// The recorder writes waits only where they can matter: while a key has an expiry or a blocked client a deadline. So a
// session typed over ten minutes still replays in no time elsewhere.

import type { Micros } from './engine.ts';

/** How many lines a recorded transcript keeps. */
export const LINES_MAX = 20_000;

/** Writes down a session as it happens. */
export class Recorder {
  lines: string[] = [];
  /** Whether lines had to be left out. */
  full = false;
  #answering: string | null = null;
  #last: Micros | null = null;

  /** A command was sent. `timed`: something is waiting for time to pass. */
  sent(client: string, line: string, at: Micros, timed: boolean): void {
    const ms = this.#last === null ? 0 : Math.round((at - this.#last) / 1000);
    if (timed && ms > 0) this.#write(`+ ${ms}ms`);
    this.#last = at;
    this.#write(`@${client} > ${line}`);
    this.#answering = client;
  }

  /** A reply or a push arrived. */
  received(client: string, shown: string, at: Micros, timed: boolean): void {
    const ms = this.#last === null ? 0 : Math.round((at - this.#last) / 1000);
    const direct = this.#answering === client && plain(shown);
    if (timed && ms > 0 && !direct) this.#write(`+ ${ms}ms`);
    if (!direct || timed) this.#last = at;
    this.#answering = null;
    const lines = shown.split('\n');
    if (direct) for (const line of lines) this.#write(line);
    else {
      const indent = ' '.repeat(client.length + 2);
      lines.forEach((line, i) => this.#write(`${i === 0 ? `@${client} ` : indent}< ${line}`));
    }
  }

  /** The whole transcript. */
  toString(): string {
    return this.lines.length === 0 ? '' : `${this.lines.join('\n')}\n`;
  }

  #write(line: string): void {
    if (this.lines.length < LINES_MAX) this.lines.push(line);
    else this.full = true;
  }
}

/** Whether a reply's lines cannot be taken for anything else. */
function plain(shown: string): boolean {
  return shown !== '' && shown.split('\n').every((line) => line !== '' && !/^\s*([@#+!]|$)/.test(line));
}

/** A step of a scene. `answered`: the transcript shows this command's reply directly below it. */
export type Step =
  | { kind: 'send'; client: string; line: string; answered: boolean }
  | { kind: 'wait'; ms: number }
  | { kind: 'expect'; client: string; text: string };

/** A transcript, read. */
export interface Script {
  title: string;
  /** The comment lines below the title. */
  about: string;
  steps: Step[];
}

/** A line that is not a transcript's. */
export class TranscriptError extends Error {}

/** Reads a transcript. Throws {@link TranscriptError} with the line's number. */
export function parse(source: string): Script {
  const comments: string[] = [];
  const steps: Step[] = [];
  let reply: { client: string; text: string } | undefined;
  source.split(/\r?\n/).forEach((line, i) => {
    const send = /^@([\w-]+)\s*> (.*)$/.exec(line);
    const later = /^@([\w-]+)\s*< ?(.*)$/.exec(line);
    const more = /^\s+< ?(.*)$/.exec(line);
    const wait = /^\+ (\d+)(ms|s)\s*$/.exec(line);
    const last = steps.at(-1);
    if (send) {
      reply = undefined;
      steps.push({ kind: 'send', client: send[1] as string, line: send[2] as string, answered: false });
    } else if (later) {
      reply = { client: later[1] as string, text: later[2] as string };
      steps.push({ kind: 'expect', ...reply });
    } else if (wait) {
      reply = undefined;
      steps.push({ kind: 'wait', ms: Number(wait[1]) * (wait[2] === 's' ? 1000 : 1) });
    } else if (/^#/.test(line)) {
      if (steps.length === 0) comments.push(line.replace(/^#\s?/, ''));
    } else if (line.trim() === '') reply = undefined;
    else if (last?.kind === 'expect') last.text += `\n${more ? more[1] : line}`;
    else if (last?.kind === 'send') {
      last.answered = true;
      steps.push({ kind: 'expect', client: last.client, text: line });
    } else throw new TranscriptError(`line ${i + 1}: expected "@client > COMMAND", got ${JSON.stringify(line)}`);
  });
  return { title: comments[0] ?? 'Untitled', about: comments.slice(1).join(' ').trim(), steps };
}
