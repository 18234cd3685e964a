// The page's own words, in every language it speaks. What the engine says (replies, errors, command names) is never
// translated: it is byte for byte what a server says.
//
// A section holds what one part of the page says, all languages side by side, so that a translator sees both and the
// compiler sees what is missing. A third language is one more name in `LANGUAGES` and what the compiler then asks for.

/** The languages and what each calls itself. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;

export type Language = keyof typeof LANGUAGES;

/** Chosen by the first that the browser lists and the page speaks. */
export function preferred(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const [language] = tag.toLowerCase().split('-');
    if (language !== undefined && Object.hasOwn(LANGUAGES, language)) return language as Language;
  }
  return 'en';
}

let current: Language = 'en';

/** The language of everything said from now on. */
export function speak(language: Language): void {
  current = language;
}

/** The language spoken now. */
export function language(): Language {
  return current;
}

type Texts = { readonly [L in Language]?: object };

/** Sections that come in parts, a language each (`tools/languages.ts`), by name. */
const parted = new Map<string, Texts>();

/** A section: call it to get its words in the language spoken now. Those that nobody calls are left out of a build. */
/* @__NO_SIDE_EFFECTS__ */
export function section<T extends object>(texts: { readonly [L in Language]: L extends 'en' ? T : NoInfer<T> }, name?: string): () => T {
  const known: Texts = name === undefined ? texts : Object.assign(parted.get(name) ?? {}, texts);
  if (name !== undefined) parted.set(name, known);
  return () => (known[current] ?? known.en) as T;
}

/** `one` for exactly one, otherwise `many`: the plural rule that both languages share. */
export function numbered(n: number, one: string, many: string): string {
  return n === 1 ? one : many;
}
