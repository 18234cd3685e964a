// What is said of the engine by whoever started it, in the page and in an element alone: that it could not be loaded,
// that it started again.

import { count } from '../units.ts';
import { numbered, section } from './words.ts';

export const words = section({
  en: {
    restarted: (inputs: number, dropped: number) => `Restarted from the recording: ${count(inputs)} ${numbered(inputs, 'input', 'inputs')} played again, the last ${count(dropped)} left out.`,
    gaveUp: 'The recording kept crashing the engine, so this one starts empty.',
    noWorker: 'The worker could not be loaded. Check the connection and reload the page.',
    noEngine: (status: string) => `The engine could not be loaded: ${status}. Check the connection and reload the page.`,
  },
  de: {
    restarted: (inputs, dropped) => `Aus der Aufzeichnung neu gestartet: ${count(inputs)} ${numbered(inputs, 'Eingabe', 'Eingaben')} noch einmal abgespielt, die ${dropped === 1 ? 'letzte' : `letzten ${count(dropped)}`} ausgelassen.`,
    gaveUp: 'Die Aufzeichnung hat die Engine immer wieder zum Absturz gebracht, darum fängt diese leer an.',
    noWorker: 'Der Worker ließ sich nicht laden. Prüfe die Verbindung und lade die Seite neu.',
    noEngine: (status) => `Die Engine ließ sich nicht laden: ${status}. Prüfe die Verbindung und lade die Seite neu.`,
  },
});
