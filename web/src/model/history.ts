// The history of one line editor: up and down with the unfinished line kept, and Ctrl-R's search backwards.
// Pure: the page keeps `lines` in local storage. Lines with a password in them are not remembered.

/** The most lines that are kept. */
export const HISTORY_MAX = 500;

/** A history with a position in it. `at === lines.length` is the line being typed, kept in `draft`. */
export interface History {
  lines: readonly string[];
  at: number;
  draft: string;
}

const SECRET = /^\s*(auth\b|hello\b.*\bauth\b|config\s+set\b.*\b(requirepass|masterauth)\b|acl\s+setuser\b|migrate\b.*\bauth)/i;

/** A history at its end. */
export function history(lines: readonly string[] = []): History {
  const kept = lines.slice(-HISTORY_MAX);
  return { lines: kept, at: kept.length, draft: '' };
}

/** Adds a line that was entered; not twice in a row, and never one that carries a password. */
export function remember(h: History, line: string): History {
  if (line.trim() === '' || SECRET.test(line) || h.lines.at(-1) === line) return history(h.lines);
  return history([...h.lines, line]);
}

/** Moves by `step` lines (-1 is older) and gives the line to show. */
export function move(h: History, step: number, current: string): { history: History; line: string } {
  const draft = h.at === h.lines.length ? current : h.draft;
  const at = Math.max(0, Math.min(h.lines.length, h.at + step));
  return { history: { ...h, at, draft }, line: h.lines[at] ?? draft };
}

/** The newest line before `before` that contains `query`, as its index, or -1. */
export function search(h: History, query: string, before = h.lines.length): number {
  const wanted = query.toLowerCase();
  for (let i = Math.min(before, h.lines.length) - 1; i >= 0; i--) {
    if ((h.lines[i] as string).toLowerCase().includes(wanted)) return i;
  }
  return -1;
}
