// The keys panel: the tree and its filter.

import { count } from '../units.ts';
import { numbered, section } from './words.ts';

export const words = section({
  en: {
    keys: 'Keys',
    database: 'Database',
    db: (n: number) => `db ${n}`,
    total: (n: number) => `${count(n)} ${numbered(n, 'key', 'keys')}`,
    matching: (n: number, all: number) => `${count(n)} of ${count(all)}`,
    reading: (percent: number) => `Reading keys, ${percent} %`,
    filter: 'Filter keys',
    filterHint: 'user:* or a part',
    type: 'Type',
    anyType: 'All types',
    order: 'Order',
    orders: { name: 'Name', bytes: 'Size', expiry: 'Time to live', recent: 'Last used' },
    tree: 'Tree',
    treeHint: 'Group keys at each colon',
    none: 'No keys yet. At a prompt, try',
    noMatch: 'No key matches the filter.',
    branch: (n: number) => `${count(n)} ${numbered(n, 'key', 'keys')}`,
    ttl: (left: string) => `expires in ${left}`,
    gone: 'gone',
  },
  de: {
    keys: 'Schlüssel',
    database: 'Datenbank',
    db: (n) => `db ${n}`,
    total: (n) => `${count(n)} ${numbered(n, 'Schlüssel', 'Schlüssel')}`,
    matching: (n, all) => `${count(n)} von ${count(all)}`,
    reading: (percent) => `Lese Schlüssel, ${percent} %`,
    filter: 'Schlüssel filtern',
    filterHint: 'user:* oder ein Teil',
    type: 'Typ',
    anyType: 'Alle Typen',
    order: 'Reihenfolge',
    orders: { name: 'Name', bytes: 'Größe', expiry: 'Lebenszeit', recent: 'Zuletzt benutzt' },
    tree: 'Baum',
    treeHint: 'Schlüssel an jedem Doppelpunkt gruppieren',
    none: 'Noch keine Schlüssel. Versuch an einem Prompt',
    noMatch: 'Kein Schlüssel passt zum Filter.',
    branch: (n) => `${count(n)} ${numbered(n, 'Schlüssel', 'Schlüssel')}`,
    ttl: (left) => `läuft ab in ${left}`,
    gone: 'weg',
  },
});
