// The languages that are files of their own in the built page (`tools/languages.ts`). Loading one is all: its sections join
// those that are there.

import type { Language } from '../model/words/words.ts';

const FILES: Partial<Record<Language, () => Promise<unknown>>> = { de: () => import('./german.ts') };

/** Resolves when the page can speak this language; never rejects: a page that cannot fetch it goes on in English. */
export async function translation(language: Language): Promise<void> {
  await FILES[language]?.().catch(() => undefined);
}
