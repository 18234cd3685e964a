// The page's language: asked for in the address (`?lang=de`), else chosen here before, else the browser's first that the
// page speaks. Everything redraws when it changes.

import { translation } from '../app/translations.ts';
import { LANGUAGES, preferred, speak, type Language } from '../model/words/words.ts';
import { words } from '../model/words/page.ts';
import { speech } from './spoken.ts';

const STORED = 'redloop-language';
const PARAMETER = 'lang';

/** Speaks the language that fits, when the page begins. */
export async function applyLanguage(): Promise<void> {
  await put(known(new URLSearchParams(location.search).get(PARAMETER)) ?? known(stored()) ?? preferred(navigator.languages));
}

/** Speaks this language from now on, and on the next visit. */
export async function chooseLanguage(language: Language): Promise<void> {
  try {
    localStorage.setItem(STORED, language);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  // The address would otherwise win over the choice when the page is loaded again.
  const url = new URL(location.href);
  if (url.searchParams.has(PARAMETER)) {
    url.searchParams.delete(PARAMETER);
    history.replaceState(history.state, '', url);
  }
  await put(language);
}

async function put(language: Language): Promise<void> {
  await translation(language);
  speak(language);
  document.documentElement.lang = language;
  document.title = words().title;
  speech.dispatchEvent(new Event('change'));
}

function known(language: string | null): Language | undefined {
  return language !== null && Object.hasOwn(LANGUAGES, language) ? (language as Language) : undefined;
}

function stored(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}
