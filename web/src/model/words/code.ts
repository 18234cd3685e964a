// "Copy as code" and the transcript panel. Names of libraries are names, and programs are written in English.

import { section } from './words.ts';

export const words = section({
  en: {
    copyAs: 'Copy as code',
    copyOf: (name: string) => `Copy ${name}'s commands as code`,
    what: 'What',
    allOf: (name: string) => `All of ${name}'s commands`,
    session: 'The whole session, every client',
    targets: 'Copy as',
    exact: 'Bytes that are no text are kept exactly.',
    copiedFor: (target: string) => `Copied for ${target}.`,

    writtenAs: 'Written as',
    transcript: 'Transcript',
    recorded: 'Recorded transcript',
    program: 'The session as a program',
    moreAbove: '# … more above',
    copy: 'Copy',
    copied: 'Copied',
    download: 'Download',
    none: 'What you type is written down here as a transcript that replays to the same bytes on the native server.',
  },
  de: {
    copyAs: 'Als Code kopieren',
    copyOf: (name) => `Befehle von ${name} als Code kopieren`,
    what: 'Was',
    allOf: (name) => `Alle Befehle von ${name}`,
    session: 'Die ganze Sitzung, alle Clients',
    targets: 'Kopieren als',
    exact: 'Bytes, die kein Text sind, bleiben genau erhalten.',
    copiedFor: (target) => `Für ${target} kopiert.`,

    writtenAs: 'Geschrieben als',
    transcript: 'Mitschrift',
    recorded: 'Mitschrift der Sitzung',
    program: 'Die Sitzung als Programm',
    moreAbove: '# … weiter oben steht mehr',
    copy: 'Kopieren',
    copied: 'Kopiert',
    download: 'Herunterladen',
    none: 'Was du tippst, wird hier mitgeschrieben. Auf dem nativen Server läuft die Mitschrift mit denselben Bytes ab.',
  },
});
