// A lesson: a Markdown file whose fenced blocks are examples to run, and exercises with goals (web/lessons/README.md).
//
// Pure: text in, plain data out, or an error that names the line. The page shows what this gives; the checker in
// tests/src/lessons reads the same files.

import { goals, type Goal } from './goal.ts';
import { LessonError } from './items.ts';
import { bare, inline, pieces, type Piece, type Prose, type Run } from './markdown.ts';
import { script, type Script } from './script.ts';

/** A lesson, read. */
export interface Lesson {
  title: string;
  parts: Part[];
  /** The exercises among the parts, in order. */
  exercises: Exercise[];
}

/** What a lesson is made of, in the order of the file. */
export type Part =
  | Prose
  | { kind: 'heading'; runs: Run[] }
  | { kind: 'example'; script: Script }
  | { kind: 'text'; text: string }
  | Exercise;

/** A section with a goal. */
export interface Exercise {
  kind: 'exercise';
  /** Position among the lesson's exercises, from 0. */
  number: number;
  title: Run[];
  task: Prose[];
  /** What is to be there before it can begin, if anything. */
  given: Script | null;
  goals: Goal[];
  hints: Run[][];
  solution: Script;
}

interface Section {
  line: number;
  title: Run[] | null;
  pieces: Piece[];
}

const EXERCISE_ONLY = new Set(['given', 'goal', 'hint', 'solution']);

/** Reads a lesson. Throws {@link LessonError}. */
export function lesson(source: string): Lesson {
  const all = pieces(source);
  const [title, ...rest] = all;
  if (title?.kind !== 'heading' || title.depth !== 1) throw new LessonError(1, 'the first line is the title: "# Title"');
  const sections: Section[] = [{ line: 1, title: null, pieces: [] }];
  for (const piece of rest) {
    if (piece.kind === 'heading' && piece.depth <= 2) sections.push({ line: piece.line, title: piece.runs, pieces: [] });
    else sections.at(-1)?.pieces.push(piece);
  }
  const exercises: Exercise[] = [];
  const parts = sections.flatMap((section): Part[] => {
    if (!fences(section).some(({ word }) => EXERCISE_ONLY.has(word))) {
      return [...(section.title === null ? [] : [{ kind: 'heading' as const, runs: section.title }]), ...section.pieces.map(part)];
    }
    const found = exercise(section, exercises.length);
    exercises.push(found);
    return [found];
  });
  return { title: bare(title.runs), parts, exercises };
}

function fences(section: Section): Extract<Piece, { kind: 'fence' }>[] {
  return section.pieces.filter((piece) => piece.kind === 'fence');
}

function part(piece: Piece): Part {
  if (piece.kind !== 'fence') return piece;
  // A block's first line is the one below its fence.
  if (piece.word === 'redis') return { kind: 'example', script: script(piece.text, piece.line + 1) };
  if (piece.word === 'text') return { kind: 'text', text: piece.text };
  throw new LessonError(piece.line, `unknown block "${piece.word}": redis, given, goal, hint, solution or text`);
}

function exercise(section: Section, number: number): Exercise {
  const only = (word: string): Extract<Piece, { kind: 'fence' }> | null => {
    const [first, second] = fences(section).filter((fence) => fence.word === word);
    if (second !== undefined) throw new LessonError(second.line, `an exercise has one "${word}" block at most`);
    return first ?? null;
  };
  if (section.title === null) throw new LessonError(section.line, 'an exercise is a section of its own: put a "## Heading" before it');
  const [goal, solution, given] = [only('goal'), only('solution'), only('given')];
  if (goal === null) throw new LessonError(section.line, 'hint, given and solution belong to a "goal" block, which is missing');
  if (solution === null) throw new LessonError(section.line, 'an exercise with a goal needs a "solution" block');
  const task = section.pieces.flatMap((piece): Prose[] => {
    if (piece.kind === 'paragraph' || piece.kind === 'list') return [piece];
    if (piece.kind === 'fence' && EXERCISE_ONLY.has(piece.word)) return [];
    throw new LessonError(piece.line, 'an exercise has text, and given, goal, hint and solution blocks');
  });
  return {
    kind: 'exercise',
    number,
    title: section.title,
    task,
    given: given === null ? null : script(given.text, given.line + 1),
    goals: goals(goal.text, goal.line + 1),
    hints: fences(section).filter(({ word }) => word === 'hint').map(({ text }) => inline(text)),
    solution: script(solution.text, solution.line + 1),
  };
}
