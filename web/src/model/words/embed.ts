// What the elements for other pages say.

import { section } from './words.ts';

export const words = section({
  en: {
    label: 'Redis prompt',
    playground: 'Redloop playground',
    start: 'Run',
    startAbout: 'Start the engine in this page and run these commands',
    again: 'Start over',
    loading: 'Starting the engine …',
    stopped: 'The engine stopped.',
    restart: 'Restart',
    log: (name: string) => `${name}’s log`,
    noScene: (id: string) => `There is no scene “${id}”.`,
  },
  de: {
    label: 'Redis-Eingabe',
    playground: 'Redloop-Spielplatz',
    start: 'Ausführen',
    startAbout: 'Die Engine in dieser Seite starten und diese Befehle ausführen',
    again: 'Von vorn',
    loading: 'Die Engine startet …',
    stopped: 'Die Engine ist stehen geblieben.',
    restart: 'Neu starten',
    log: (name: string) => `Protokoll von ${name}`,
    noScene: (id: string) => `Die Szene „${id}“ gibt es nicht.`,
  },
});
