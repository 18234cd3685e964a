// Transcripts: a session as text, the format that the project's tests and scenes share (tests/transcripts/README.md).
//
//   @alice > BLPOP jobs 0          a command
//   (integer) 2                    its reply
//   @alice < 1) "jobs"             a reply to somebody else's step; `<` alone goes on with it
//   @alice closes                  a client hangs up
//   + 1500ms                       time passes
//
// A step ends when the server has nothing left to do, so a transcript is in the order of execution, and every reply
// stands below the step that caused it: a waiting client's below the push that served it, a message below its PUBLISH.
// That is what a server gives that runs the same commands without the page's slow motion. Waits are written only while
// something waits for time to pass, so a session typed over ten minutes replays in no time.

import { text } from './bytes.ts';
import type { Micros } from './engine.ts';
import { formatExactly } from './format.ts';
import type { Reply } from './resp.ts';
import { words } from './words/client.ts';

/** How many steps a recorded transcript keeps. */
export const STEPS_MAX = 10_000;

/** Real servers' deadlines come a little late: what happens so soon after another is written as happening together. */
const TOGETHER_MS = 20;

/** What a client reads last, when the server has hung up on it. */
export const CLOSED = '(closed)';

/** One step as it was recorded. */
export interface RecordedStep {
  /** The client that sent `line`, or `null` for a wait. */
  client: string | null;
  /** `null`: the client hung up. */
  line: string | null;
  replies: { client: string; text: string }[];
}

/** Writes down a session as it happens. Names are the clients' at that time. */
export class Recorder {
  readonly steps: RecordedStep[] = [];
  /** Whether steps had to be left out. */
  full = false;
  /** How far the waits that were written lead, in whole milliseconds of the session's time. */
  clock = 0;
  #begun = false;

  /**
   * A client's command begins to run; without a line, it hangs up. `timed`: something waits for time to pass. Servers count in
   * whole milliseconds, too, so what begins within one counts as its beginning; where a wait's end lies in the same one, as
   * before `latest`.
   */
  executed(client: string, line: string | null, at: Micros, timed: boolean, latest: number): RecordedStep {
    this.#pass(Math.min(Math.floor(at / 1000), latest), timed);
    return this.#add({ client, line, replies: [] });
  }

  /** Something happened because its time had come: the clock is at least at `due`. */
  elapsed(at: Micros, due: number): RecordedStep {
    const last = this.steps.at(-1);
    const passes = Math.max(Math.floor(at / 1000), due) - this.clock;
    if (last?.client === null && passes > 0 && passes <= TOGETHER_MS) {
      last.line = `+ ${Number(/\d+/.exec(last.line ?? '')?.[0]) + passes}ms`;
      this.clock += passes;
      return last;
    }
    return this.#pass(Math.max(Math.floor(at / 1000), due), true) ?? this.steps.at(-1) ?? this.#add({ client: null, line: '+ 0ms', replies: [] });
  }

  /** The newest lines of the transcript, at most `most`. */
  tail(most: number): string[] {
    const out: string[][] = [];
    let lines = 0;
    for (let i = this.steps.length - 1; i >= 0 && lines < most; i--) {
      const step = print(this.steps[i] as RecordedStep);
      out.push(step);
      lines += step.length;
    }
    return out.reverse().flat();
  }

  /** The whole transcript. */
  toString(): string {
    const note = this.full ? `# Only the first ${STEPS_MAX} steps were kept.\n` : '';
    return this.steps.flatMap(print).map((line) => `${line}\n`).join('') + note;
  }

  /** A millisecond passes before the latest step begins. */
  before(step: RecordedStep | null): void {
    this.clock++;
    const at = this.steps.length - 1;
    if (step !== null && this.steps[at] === step) this.steps.splice(at, 0, { client: null, line: '+ 1ms', replies: [] });
  }

  /** So much time passes during the latest step by itself. */
  slept(micros: Micros): void {
    this.clock += Math.floor(micros / 1000);
  }

  #pass(to: number, timed: boolean): RecordedStep | undefined {
    const from = this.#begun ? this.clock : to;
    this.#begun = true;
    this.clock = timed ? Math.max(from, to) : to;
    return timed && to > from ? this.#add({ client: null, line: `+ ${to - from}ms`, replies: [] }) : undefined;
  }

  #add(step: RecordedStep): RecordedStep {
    if (this.steps.length < STEPS_MAX) this.steps.push(step);
    else this.full = true;
    return step;
  }
}

/** A reply in a transcript's notation, which is redis-cli's but for what redis-cli does not tell apart. */
export function notation(reply: Reply): string {
  // Transcripts know no blanks at the ends of lines.
  return text(formatExactly(reply)).replace(/[ \t]+$/gm, '');
}

function print(step: RecordedStep): string[] {
  const lines = [step.client === null ? `${step.line}` : step.line === null ? `@${step.client} closes` : `@${step.client} > ${step.line}`];
  // The sender's own replies come first: only right below the command can they stand unmarked. A connection ends last.
  const owner = (reply: { client: string }): number => (reply.client === step.client ? 0 : 1);
  const rank = (reply: { client: string; text: string }): number => 2 * owner(reply) + Number(reply.text === CLOSED);
  for (const reply of [...step.replies].sort((a, b) => rank(a) - rank(b))) {
    const own = owner(reply) === 0;
    reply.text.split('\n').forEach((line, i) => {
      if (own) lines.push(/^([@#!+%[\\]|\s*[<>]|\s*$)/.test(line) ? `\\${line}` : line);
      else lines.push(`${i === 0 ? `@${reply.client} ` : ' '.repeat(reply.client.length + 2)}< ${line}`);
    });
  }
  return lines;
}

/** A step of a scene. `answered`: this command's reply is below it, so it is not left waiting; `more`: lines of the same write. */
export type Step =
  | { kind: 'send'; client: string; line: string; answered: boolean; more?: string[] }
  | { kind: 'close'; client: string }
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

/**
 * Reads a transcript as far as scenes use the format: commands, replies, ends of connections, waits, comments. Throws {@link TranscriptError} with the
 * line's number.
 */
export function parse(source: string): Script {
  const comments: string[] = [];
  const steps: Step[] = [];
  let reply: { client: string; text: string } | undefined;
  source.split(/\r?\n/).forEach((line, i) => {
    const send = /^@(\w+)\s*> (.*)$/.exec(line);
    const close = /^@(\w+)\s+closes\s*$/.exec(line);
    const later = /^@(\w+)\s*< ?(.*)$/.exec(line);
    const more = /^\s+< ?(.*)$/.exec(line);
    const piped = /^\s+> (.*)$/.exec(line);
    const wait = /^\+ (\d+)(ms|s)\s*$/.exec(line);
    const last = steps.at(-1);
    if (send) {
      reply = undefined;
      steps.push({ kind: 'send', client: send[1] as string, line: send[2] as string, answered: false });
    } else if (piped && last?.kind === 'send') {
      last.more = [...(last.more ?? []), piped[1] as string];
    } else if (later) {
      reply = { client: later[1] as string, text: later[2] as string };
      steps.push({ kind: 'expect', ...reply });
    } else if (close) {
      reply = undefined;
      steps.push({ kind: 'close', client: close[1] as string });
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
    } else throw new TranscriptError(words().lineExpected(i + 1, JSON.stringify(line)));
  });
  return { title: comments[0] ?? 'Untitled', about: comments.slice(1).join(' ').trim(), steps };
}
