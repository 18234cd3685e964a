// Inline hints: what may still be typed after a command, from its syntax string in the engine's command table.
//
// The syntax is read into a list of parts: plain words (required), `[…]` (optional, any order), `a | b` (a choice),
// `…` (repeats). Typed arguments are then taken off from the left: an option whose keyword was typed is struck out
// with its own arguments, a placeholder takes one argument. What is left is the hint, as redis-cli shows it in grey.

import type { ByteString } from './engine.ts';

/** The rest of the command's syntax, given the arguments already complete. Empty when nothing is left to say. */
export function hint(syntax: string, args: readonly ByteString[]): string {
  let parts = parse(syntax);
  for (const arg of args) {
    const next = take(parts, arg.toUpperCase());
    if (next === undefined) return '';
    parts = next;
  }
  return print(parts);
}

/** What may come next: keywords, and the names of placeholders. */
export interface Expected {
  keywords: string[];
  names: string[];
}

/** What the syntax allows as the next argument, given the arguments already complete. */
export function expected(syntax: string, args: readonly ByteString[]): Expected {
  const out: Expected = { keywords: [], names: [] };
  let parts = parse(syntax);
  for (const arg of args) {
    const next = take(parts, arg.toUpperCase());
    if (next === undefined) return out;
    parts = next;
  }
  // What stands before the first required word may be left out, so all of it can be next, and that word too.
  const required = parts[0]?.pinned === true ? 0 : parts.findIndex((part) => part.kind === 'word');
  for (const part of required < 0 ? parts : parts.slice(0, required + 1)) first(part.text, out);
  return { keywords: [...new Set(out.keywords)], names: [...new Set(out.names)] };
}

/** The words that a part may begin with. */
function first(part: string, out: Expected): void {
  for (const choice of part.replace(/^<(.*)>$/, '$1').split(/\s*\|\s*(?![^<[]*[>\]])/)) {
    const head = words(choice.trim())[0] ?? '';
    if (/^[<[]/.test(head)) first(head.slice(1, -1), out);
    else if (/[A-Z]/.test(head)) out.keywords.push(head);
    else if (head !== '') out.names.push(head);
  }
}

interface Part {
  kind: 'word' | 'optional';
  /** As written, without the brackets of an optional part. */
  text: string;
  /** Whether it may come again: it stays, as optional, after it was typed. */
  repeats: boolean;
  /** Words of an option that was begun: no longer optional, and not to be reordered. */
  pinned?: boolean;
}

function parse(syntax: string): Part[] {
  const parts: Part[] = [];
  for (const token of tokens(syntax)) {
    if (token === '...') {
      const last = parts.at(-1);
      if (last) last.repeats = true;
    } else if (token.startsWith('[')) {
      const inner = token.slice(1, -1).trim();
      const previous = parts.at(-1);
      // `key [key ...]` is one part that repeats.
      if (/\.\.\.$/.test(inner) && previous?.kind === 'word' && inner.startsWith(previous.text)) previous.repeats = true;
      else parts.push({ kind: 'optional', text: inner.replace(/\s*\.\.\.$/, ''), repeats: /\.\.\.$/.test(inner) });
    } else if (token === '|') {
      const last = parts.at(-1);
      if (last) last.text += ' |';
    } else {
      const last = parts.at(-1);
      if (last?.kind === 'word' && last.text.endsWith('|')) last.text += ` ${token}`;
      else parts.push({ kind: 'word', text: token, repeats: false });
    }
  }
  return parts;
}

/** Words and bracketed groups at the top level. `<a | b>` is one word. */
function tokens(syntax: string): string[] {
  const out: string[] = [];
  let depth = 0;
  let word = '';
  for (const c of syntax) {
    if (c === '[' || c === '<') {
      if (depth === 0 && word !== '') {
        out.push(word);
        word = '';
      }
      depth++;
    }
    if (/\s/.test(c) && depth === 0) {
      if (word !== '') out.push(word);
      word = '';
    } else word += c;
    if ((c === ']' || c === '>') && --depth === 0) {
      out.push(word);
      word = '';
    }
  }
  if (word !== '') out.push(word);
  return out;
}

function take(parts: Part[], arg: string): Part[] | undefined {
  const first = parts.findIndex((part) => part.kind === 'word');
  const reach = first < 0 ? parts.length : first;
  if (!parts[0]?.pinned) {
    for (let i = 0; i < reach; i++) {
      const begun = begin(parts[i] as Part, arg);
      if (begun !== undefined) {
        const rest = parts.filter((_, at) => at !== i);
        const again = parts[i]?.repeats ? [{ ...(parts[i] as Part) }] : [];
        return [...begun, ...rest.slice(0, i), ...again, ...rest.slice(i)];
      }
    }
    // An optional part without a keyword (`[count]`) takes an argument where nothing required is left before it.
    if (first < 0) {
      const free = parts.findIndex((part) => !/^[A-Z]/.test(part.text) && !part.text.startsWith('<'));
      if (free < 0) return undefined;
      const part = parts[free] as Part;
      const more = words(part.text).slice(1).map(pin);
      return [...more, ...parts.slice(0, free), ...(part.repeats ? [part] : []), ...parts.slice(free + 1)];
    }
  }
  const part = parts[first] as Part;
  const chosen = begin(part, arg) ?? [];
  const again: Part[] = part.repeats ? [{ kind: 'optional', text: part.text, repeats: true }] : [];
  return [...chosen, ...parts.slice(0, first), ...again, ...parts.slice(first + 1)];
}

/** If `arg` is a keyword that starts one of the part's alternatives: the words that must follow it. */
function begin(part: Part, arg: string): Part[] | undefined {
  for (const choice of part.text.replace(/^<|>$/g, '').split(/\s*\|\s*/)) {
    const [head, ...rest] = words(choice.trim());
    if (head !== undefined && head === arg && /[A-Z]/.test(head)) return rest.map(pin);
  }
  return undefined;
}

const words = (text: string): string[] => tokens(text);
const pin = (text: string): Part =>
  text.startsWith('[')
    ? { kind: 'optional', text: text.slice(1, -1), repeats: /\.\.\.\]$/.test(text) }
    : { kind: 'word', text, repeats: false, pinned: true };

function print(parts: Part[]): string {
  return parts
    .map((part) => {
      const body = part.text.replace(/\s*\.\.\.$/, '');
      if (part.kind === 'optional') return part.repeats ? `[${body} ...]` : `[${body}]`;
      return part.repeats ? `${body} [${body} ...]` : body;
    })
    .join(' ');
}
