// The course: which lessons there are, each loaded when it is opened, and what the learner has solved, in this browser.

import { lesson, type Lesson } from '../model/lessons/lesson.ts';
import { kept, NONE, toKeep, type Progress } from '../model/lessons/progress.ts';
import type { Language } from '../model/words/words.ts';

const FILES = import.meta.glob<string>('../../lessons/[0-9]*.md', { query: '?raw', import: 'default' });
/** By name; a translation's ends in its language: `01-first-key.de`. */
const LOADERS = new Map(Object.entries(FILES).map(([path, load]) => [path.replace(/^.*\/|\.md$/g, ''), load]));

/** The lessons' names, in order. */
export const IDS: readonly string[] = [...LOADERS.keys()].filter((name) => !name.includes('.')).sort();

/** A lesson, the language it is in, and the one that was asked for. */
export interface Opened {
  lesson: Lesson;
  language: Language;
  wanted: Language;
}

/** Loads a lesson, in English where there is no translation. Rejects when it cannot be fetched or is no lesson. */
export async function open(id: string, wanted: Language): Promise<Opened> {
  const translated = LOADERS.get(`${id}.${wanted}`);
  const load = translated ?? LOADERS.get(id);
  if (load === undefined) throw new Error(`there is no lesson ${id}`);
  return { lesson: lesson(await load()), language: translated === undefined ? 'en' : wanted, wanted };
}

const STORED = 'redloop-progress';

/** What was solved in earlier visits. */
export function loadProgress(): Progress {
  try {
    return kept(localStorage.getItem(STORED));
  } catch {
    return NONE;
  }
}

/** Keeps it. A full or forbidden storage costs just that. */
export function saveProgress(progress: Progress): void {
  try {
    localStorage.setItem(STORED, toKeep(progress));
  } catch {
    // The lesson goes on without it.
  }
}
