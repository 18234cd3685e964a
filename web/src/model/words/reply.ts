// Views of replies: their names, the remarks beside the bytes, and the heads of tables. Type names are the protocol's.

import { count } from '../units.ts';
import { numbered, section } from './words.ts';

export const words = section({
  en: {
    views: { text: 'Text', resp: 'RESP bytes', json: 'JSON', table: 'Table' },
    tableOf: (command: string) => `Reply to ${command} as a table`,
    noCommand: 'nobody',
    empty: 'empty',
    moreRows: (n: number) => `${count(n)} more rows`,
    columns: {
      key: 'key', value: 'value', field: 'field', member: 'member', score: 'score', element: 'element', parameter: 'parameter',
      channel: 'channel', subscribers: 'subscribers', section: 'section', error: 'error', cursor: 'next cursor',
    },
    /** What an aggregate of so many members is, by the protocol's mark. */
    aggregate: {
      '*': (n: number) => `array of ${count(n)} ${numbered(n, 'element', 'elements')}`,
      '~': (n: number) => `set of ${count(n)} ${numbered(n, 'element', 'elements')}`,
      '>': (n: number) => `push of ${count(n)} ${numbered(n, 'element', 'elements')}`,
      '%': (n: number) => `map of ${count(n)} ${numbered(n, 'pair', 'pairs')}`,
      '|': (n: number) => `attribute of ${count(n)} ${numbered(n, 'pair', 'pairs')}`,
    },
    /** A string of so many bytes, by mark. */
    bulk: {
      $: (n: number) => `bulk string, ${count(n)} ${numbered(n, 'byte', 'bytes')}`,
      '!': (n: number) => `bulk error, ${count(n)} ${numbered(n, 'byte', 'bytes')}`,
      '=': (n: number) => `verbatim string, ${count(n)} ${numbered(n, 'byte', 'bytes')}`,
    },
    simple: { '+': 'simple string', '-': 'error', ':': 'integer', ',': 'double', '(': 'big number', _: 'null' },
    nullArray: 'null array',
    nullString: 'null',
    inline: 'inline command',
    moreBytes: (n: number) => `${count(n)} more ${numbered(n, 'byte', 'bytes')}`,
  },
  de: {
    views: { text: 'Text', resp: 'RESP-Bytes', json: 'JSON', table: 'Tabelle' },
    tableOf: (command) => `Antwort auf ${command} als Tabelle`,
    noCommand: 'niemanden',
    empty: 'leer',
    moreRows: (n) => `${count(n)} weitere Zeilen`,
    columns: {
      key: 'Schlüssel', value: 'Wert', field: 'Feld', member: 'Element', score: 'Punkte', element: 'Element', parameter: 'Parameter',
      channel: 'Kanal', subscribers: 'Zuhörer', section: 'Abschnitt', error: 'Fehler', cursor: 'nächster Cursor',
    },
    aggregate: {
      '*': (n) => `Array mit ${count(n)} ${numbered(n, 'Element', 'Elementen')}`,
      '~': (n) => `Set mit ${count(n)} ${numbered(n, 'Element', 'Elementen')}`,
      '>': (n) => `Push mit ${count(n)} ${numbered(n, 'Element', 'Elementen')}`,
      '%': (n) => `Map mit ${count(n)} ${numbered(n, 'Paar', 'Paaren')}`,
      '|': (n) => `Attribut mit ${count(n)} ${numbered(n, 'Paar', 'Paaren')}`,
    },
    bulk: {
      $: (n) => `Bulk-String, ${count(n)} ${numbered(n, 'Byte', 'Bytes')}`,
      '!': (n) => `Bulk-Fehler, ${count(n)} ${numbered(n, 'Byte', 'Bytes')}`,
      '=': (n) => `Verbatim-String, ${count(n)} ${numbered(n, 'Byte', 'Bytes')}`,
    },
    simple: { '+': 'einfacher String', '-': 'Fehler', ':': 'ganze Zahl', ',': 'Kommazahl', '(': 'große Zahl', _: 'Null' },
    nullArray: 'Null-Array',
    nullString: 'Null',
    inline: 'Inline-Befehl',
    moreBytes: (n) => `${count(n)} weitere ${numbered(n, 'Byte', 'Bytes')}`,
  },
});
