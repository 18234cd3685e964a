// What an exercise is to reach: probes of the engine's state, each with the reply that is wanted, under a sentence that
// says so. Nothing is known here about what anybody typed.

import { notation } from '../transcript.ts';
import type { Reply } from '../resp.ts';
import { LessonError, read } from './items.ts';
import { inline, type Run } from './markdown.ts';
import { matches } from './match.ts';

/** One sentence of a goal, and what proves it. */
export interface Goal {
  label: Run[];
  probes: { line: string; expected: string[] }[];
}

/** Reads a goal block; `first` is its first line in the file. Throws `LessonError`. */
export function goals(source: string, first: number): Goal[] {
  const found: Goal[] = [];
  for (const item of read(source, first)) {
    if (item.kind === 'comment') {
      found.push({ label: inline(item.text), probes: [] });
      continue;
    }
    const [answer] = item.received;
    if (item.kind === 'wait' || item.lines.length !== 1 || answer === undefined) {
      throw new LessonError(item.line, 'a goal has probes only: one command and the reply that is to be reached');
    }
    const goal = found.at(-1);
    if (goal === undefined) throw new LessonError(item.line, 'say in a "# comment" above the probe what is to be reached');
    goal.probes.push({ line: item.lines[0] as string, expected: answer.lines });
  }
  return found;
}

/** The commands that ask for the state of all these goals, in order. */
export function probes(wanted: readonly Goal[]): string[] {
  return wanted.flatMap((goal) => goal.probes.map(({ line }) => line));
}

/** Which of the goals the replies to {@link probes} show to be reached; none when replies are missing. */
export function reached(wanted: readonly Goal[], replies: readonly Reply[]): boolean[] {
  if (replies.length !== probes(wanted).length) return wanted.map(() => false);
  let at = 0;
  return wanted.map((goal) => {
    const held = goal.probes.map(({ expected }) => matches(expected, notation(replies[at++] as Reply).split('\n')));
    return held.length > 0 && held.every(Boolean);
  });
}
