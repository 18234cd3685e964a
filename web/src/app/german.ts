// All that the page says in German.

/** The sections, by their files. */
export const german = import.meta.glob(['../model/words/*.ts', '!../model/words/*.*.ts', '!../model/words/words.ts'], { query: '?language=de', import: 'words', eager: true });
