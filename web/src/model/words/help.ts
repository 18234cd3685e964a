// HELP at a prompt, the command panel, and what a command has cost here. What commands do is said by the engine's table.

import { count, duration } from '../units.ts';
import { numbered, section } from './words.ts';

/** What was measured of one command: elements and microseconds. */
interface Measured {
  runs: number;
  least: number;
  most: number;
  last: number;
  us: number;
  usMost: number;
}

export const words = section({
  en: {
    usage: `HELP <command>    about one command: its syntax, and what it has cost here
HELP @<family>    the commands of a family, such as @list
Tab completes, Ctrl-R searches the history, a number in front repeats a command.
A line that begins with @name goes to that client; pasted lines may do so too.`,
    families: (names: string) => `Families: ${names}`,
    unknown: (name: string) => `No command is called ${name}.`,
    unknownFamily: (name: string, names: string) => `No family is called ${name}. There are: ${names}`,
    rows: { summary: 'summary', since: 'since', group: 'group', complexity: 'complexity', measured: 'measured' },
    notRun: 'not run yet in this session',
    measured: ({ runs, least, most, last, us, usMost }: Measured) => {
      const range = least === most ? '' : `${count(least)}–`;
      const again = runs > 1 && least !== most ? `, ${count(last)} the last time` : '';
      const time = usMost <= 0 ? '' : runs > 1 ? `; ${duration(us)} on the loop in all, ${duration(usMost)} at most` : `; ${duration(us)} on the loop`;
      return `${count(runs)} ${numbered(runs, 'run', 'runs')}, ${range}${count(most)} ${numbered(most, 'element', 'elements')} visited${again}${time}`;
    },

    search: 'Search commands',
    searchIn: (n: number) => `Search ${count(n)} commands`,
    reference: 'Command reference',
    cost: 'Cost',
    here: 'Here',
    family: 'Family',
    since: 'Since',
  },
  de: {
    usage: `HELP <Befehl>     zu einem Befehl: seine Syntax, und was er hier gekostet hat
HELP @<Familie>   die Befehle einer Familie, etwa @list
Tab ergänzt, Strg-R sucht im Verlauf, eine Zahl davor wiederholt den Befehl.
Eine Zeile, die mit @name anfängt, geht an diesen Client; eingefügte Zeilen auch.`,
    families: (names) => `Familien: ${names}`,
    unknown: (name) => `Einen Befehl namens ${name} gibt es nicht.`,
    unknownFamily: (name, names) => `Eine Familie namens ${name} gibt es nicht. Es gibt: ${names}`,
    rows: { summary: 'Zweck', since: 'seit', group: 'Familie', complexity: 'Aufwand', measured: 'gemessen' },
    notRun: 'in dieser Sitzung noch nicht gelaufen',
    measured: ({ runs, least, most, last, us, usMost }) => {
      const range = least === most ? '' : `${count(least)}–`;
      const again = runs > 1 && least !== most ? `, zuletzt ${count(last)}` : '';
      const time = usMost <= 0 ? '' : runs > 1 ? `; zusammen ${duration(us)} in der Schleife, höchstens ${duration(usMost)}` : `; ${duration(us)} in der Schleife`;
      return `${count(runs)} ${numbered(runs, 'Lauf', 'Läufe')}, ${range}${count(most)} ${numbered(most, 'Element', 'Elemente')} besucht${again}${time}`;
    },

    search: 'Befehle durchsuchen',
    searchIn: (n) => `${count(n)} Befehle durchsuchen`,
    reference: 'Befehlsreferenz',
    cost: 'Aufwand',
    here: 'Hier',
    family: 'Familie',
    since: 'Seit',
  },
});
