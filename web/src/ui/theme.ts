// Light or dark: the system's choice until the reader makes one, which is then remembered.

const STORED = 'redloop-theme';

/** Puts the remembered theme on the page; without one the system's choice stands. */
export function applyTheme(): void {
  const stored = read();
  if (stored === 'light' || stored === 'dark') document.documentElement.dataset['theme'] = stored;
}

/** Changes to the other theme and remembers it. */
export function toggleTheme(): void {
  const root = document.documentElement;
  const dark = root.dataset['theme'] === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : root.dataset['theme'] === 'dark';
  root.dataset['theme'] = dark ? 'light' : 'dark';
  try {
    localStorage.setItem(STORED, root.dataset['theme']);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}
