// What a learner has solved: kept in the browser as a few bytes of JSON, and nowhere else.

/** Solved exercises by lesson, and the lesson that was open last. */
export interface Progress {
  solved: Readonly<Record<string, readonly number[]>>;
  last: string | null;
}

/** Changes when the shape below does; what an older version kept is then forgotten. */
const VERSION = 1;
/** A course has few lessons; what is longer was not written by this page. */
const LESSONS_MAX = 1000;

export const NONE: Progress = { solved: {}, last: null };

/** Reads what was kept; anything that is not that is no progress. */
export function kept(text: string | null): Progress {
  let found: unknown;
  try {
    found = JSON.parse(text ?? 'null');
  } catch {
    return NONE;
  }
  if (typeof found !== 'object' || found === null || !('version' in found) || found.version !== VERSION) return NONE;
  const { solved, last } = found as { solved?: unknown; last?: unknown };
  const entries = typeof solved === 'object' && solved !== null ? Object.entries(solved).slice(0, LESSONS_MAX) : [];
  const clean = entries.filter((entry): entry is [string, number[]] => Array.isArray(entry[1]) && entry[1].every((n) => Number.isInteger(n) && n >= 0));
  return { solved: Object.fromEntries(clean), last: typeof last === 'string' ? last : null };
}

/** What is to be kept. */
export function toKeep(progress: Progress): string {
  return JSON.stringify({ version: VERSION, ...progress });
}

/** Progress with one more exercise solved. */
export function solve(progress: Progress, lesson: string, exercise: number): Progress {
  const before = solvedOf(progress, lesson);
  if (before.includes(exercise)) return progress;
  return { ...progress, solved: { ...progress.solved, [lesson]: [...before, exercise].sort((a, b) => a - b) } };
}

/** The solved exercises of a lesson. */
export function solvedOf(progress: Progress, lesson: string): readonly number[] {
  return Object.hasOwn(progress.solved, lesson) ? (progress.solved[lesson] ?? []) : [];
}

/** The lesson that an address asks for: `#lesson=08-blocking`, or just its number. `null`: none of these. */
export function asked(hash: string, ids: readonly string[]): string | null {
  const wanted = /^#(?:.*&)?lesson=([\w-]+)/.exec(hash)?.[1];
  if (wanted === undefined) return null;
  return ids.find((id) => id === wanted) ?? ids.find((id) => Number.parseInt(id, 10) === Number(wanted)) ?? null;
}
