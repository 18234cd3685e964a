// The page's frame: top bar, regions, banners, what the store says by itself, and the list of keys on the keyboard.

import { count } from '../units.ts';
import { section } from './words.ts';

export const words = section({
  en: {
    title: 'Redloop playground',
    language: 'Language',
    theme: 'Change between light and dark',
    themeHint: 'Light or dark',
    scenes: 'Scenes',
    transport: 'Transport',
    speed: 'Speed',
    speedHint: 'How much engine time one second of screen time shows while the loop works. Idle time is real time.',
    engineTime: 'engine time',
    engineTimeHint: 'Time inside the engine since the session began',

    clients: 'Clients',
    addClient: 'Add',
    withoutCards: (n: number) => `${count(n)} more are connected. The lanes show them all.`,
    loop: 'The loop',
    details: 'Details',
    tabs: { keys: 'Keys', learn: 'Learn', transcript: 'Transcript', command: 'Commands' },

    crashed: 'The engine stopped.',
    crashedHelp: 'Nothing you typed is lost: the session is recorded and can be played again without the request that broke it.',
    restart: 'Restart from the recording',
    dismiss: 'Dismiss',

    greeting: 'Type a command at a client.',
    greetingWhy: 'You will see it arrive in the queue, run on the one thread, and its reply leave. Or pick a scene at the top: each takes half a minute.',

    skip: 'Skip to',
    skipTo: { clients: 'the clients', loop: 'the loop', details: 'the details' },
    keyboard: 'Keys on the keyboard',
    keyboardHint: 'All keys (?)',
    close: 'Close',
    keyGroups: {
      page: {
        title: 'Anywhere',
        keys: {
          'F6 · Shift+F6': 'Next or previous part of the page: top bar, clients, loop, details',
          'F8': 'Pause or play',
          'F9 · F10': 'Back or on by one command',
          '? · F1': 'This list (? outside of text fields)',
          'Esc': 'Close a menu or dialog',
        },
      },
      prompt: {
        title: 'At a prompt',
        keys: {
          'Enter': 'Send the line',
          'Tab': 'Complete; on an empty line, or after Esc, go to the next control',
          'Shift+Tab': 'Back through the completions, or to the control before',
          '↑ ↓': 'History, or the list of completions',
          'Ctrl+R': 'Search the history; again for an older match',
          'Ctrl+C · Ctrl+U': 'Empty the line',
          'Ctrl+L': 'Empty the log',
          'Alt+↑ · Alt+↓': 'The client above or below',
          'PgUp · PgDn': 'Scroll the log',
        },
      },
      details: {
        title: 'In lists and sliders',
        keys: {
          '← →': 'Tabs, speed, timeline',
          '↑ ↓': 'Rows of a list',
          'Home · End': 'First and last',
        },
      },
    },
  },
  de: {
    title: 'Redloop-Spielplatz',
    language: 'Sprache',
    theme: 'Zwischen hell und dunkel wechseln',
    themeHint: 'Hell oder dunkel',
    scenes: 'Szenen',
    transport: 'Ablauf',
    speed: 'Tempo',
    speedHint: 'Wie viel Zeit der Engine eine Sekunde auf dem Bildschirm zeigt, solange die Schleife arbeitet. Leerlauf ist Echtzeit.',
    engineTime: 'Zeit der Engine',
    engineTimeHint: 'Zeit in der Engine seit Beginn der Sitzung',

    clients: 'Clients',
    addClient: 'Neu',
    withoutCards: (n) => `${count(n)} weitere sind verbunden. Die Bahnen zeigen sie alle.`,
    loop: 'Die Schleife',
    details: 'Einzelheiten',
    tabs: { keys: 'Schlüssel', learn: 'Lernen', transcript: 'Mitschrift', command: 'Befehle' },

    crashed: 'Die Engine ist stehen geblieben.',
    crashedHelp: 'Nichts von dem, was du getippt hast, ist verloren: Die Sitzung ist aufgezeichnet und kann ohne die Eingabe, an der es lag, noch einmal ablaufen.',
    restart: 'Aus der Aufzeichnung neu starten',
    dismiss: 'Ausblenden',

    greeting: 'Tippe bei einem Client einen Befehl.',
    greetingWhy: 'Du siehst, wie er in der Warteschlange ankommt, auf dem einen Thread läuft und wie die Antwort hinausgeht. Oder wähle oben eine Szene: Jede dauert eine halbe Minute.',

    skip: 'Springe zu',
    skipTo: { clients: 'den Clients', loop: 'der Schleife', details: 'den Einzelheiten' },
    keyboard: 'Tasten',
    keyboardHint: 'Alle Tasten (?)',
    close: 'Schließen',
    keyGroups: {
      page: {
        title: 'Überall',
        keys: {
          'F6 · Shift+F6': 'Nächster oder voriger Teil der Seite: Kopfzeile, Clients, Schleife, Einzelheiten',
          'F8': 'Anhalten oder weiter',
          'F9 · F10': 'Einen Befehl zurück oder vor',
          '? · F1': 'Diese Liste (? außerhalb von Textfeldern)',
          'Esc': 'Menü oder Dialog schließen',
        },
      },
      prompt: {
        title: 'An der Eingabe',
        keys: {
          'Enter': 'Zeile abschicken',
          'Tab': 'Ergänzen; bei leerer Zeile oder nach Esc weiter zum nächsten Bedienelement',
          'Shift+Tab': 'Rückwärts durch die Vorschläge oder zum Bedienelement davor',
          '↑ ↓': 'Verlauf oder die Liste der Vorschläge',
          'Ctrl+R': 'Im Verlauf suchen; noch einmal für einen älteren Treffer',
          'Ctrl+C · Ctrl+U': 'Zeile leeren',
          'Ctrl+L': 'Protokoll leeren',
          'Alt+↑ · Alt+↓': 'Der Client darüber oder darunter',
          'PgUp · PgDn': 'Im Protokoll blättern',
        },
      },
      details: {
        title: 'In Listen und Reglern',
        keys: {
          '← →': 'Reiter, Tempo, Zeitleiste',
          '↑ ↓': 'Zeilen einer Liste',
          'Home · End': 'Anfang und Ende',
        },
      },
    },
  },
});
