// What the page keeps in local storage besides the theme: the history of typed lines. A full or forbidden storage costs
// just that.

const HISTORY = 'redloop-history';

/** The lines of earlier visits and other clients, oldest first. */
export function loadHistory(): string[] {
  try {
    const lines: unknown = JSON.parse(localStorage.getItem(HISTORY) ?? '[]');
    return Array.isArray(lines) ? lines.filter((line) => typeof line === 'string') : [];
  } catch {
    return [];
  }
}

export function saveHistory(lines: readonly string[]): void {
  try {
    localStorage.setItem(HISTORY, JSON.stringify(lines));
  } catch {
    // Nothing to do about it, and nothing depends on it.
  }
}
