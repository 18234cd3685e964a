// What the page says is said through `words`: no component has a text of its own, because nobody would translate it.

import { readdirSync, readFileSync } from 'node:fs';
import { parseAst } from 'vite';
import { expect, test } from 'vitest';

/** What needs no translation: names and commands. */
const NAMES = /^(red|loop|Redloop|RESP|Redis|Files|µs|ms|s|B|N|O|k|d|v|true|false|[A-Z]{2,}( [\w:*"-]+)*)$/;
/** Attributes that people read or hear. */
const SPOKEN = /\s(?:aria-label|aria-valuetext|aria-description|aria-roledescription|title|placeholder|alt)\s*=\s*"?([^"<>]*)$/;

interface Node {
  type: string;
  [key: string]: unknown;
}

const source = new URL('../../', import.meta.url);
/** Whose words are for programs and those who write them. */
const FOR_PROGRAMS = ['embed/frame.ts'];
const files = ['ui', 'embed'].flatMap((folder) =>
  readdirSync(new URL(folder, source), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).map((name) => `${folder}/${name}`)).filter((file) => !FOR_PROGRAMS.includes(file));

/** The texts in a file that a reader would see. */
function literals(source: string): string[] {
  const found: string[] = [];
  walk(parseAst(source, { lang: 'ts' }) as unknown as Node, null);
  return found.map((each) => each.trim()).filter((each) => /[\p{L}]{2,}/u.test(each) && !NAMES.test(each));

  function walk(node: Node, parent: Node | null): void {
    if (node.type === 'TaggedTemplateExpression') {
      const tag = (node['tag'] as { name?: string }).name;
      const { quasis } = node['quasi'] as { quasis: { value: { raw: string } }[] };
      if (tag === 'html' || tag === 'svg') found.push(...spoken(quasis.map(({ value }) => value.raw)));
      for (const inner of (node['quasi'] as { expressions: Node[] }).expressions) walk(inner, node);
      return;
    }
    if (node.type === 'TemplateLiteral') for (const { value } of node['quasis'] as { value: { raw: string } }[]) if (isProse(value.raw)) found.push(value.raw);
    if (node.type === 'Literal' && typeof node['value'] === 'string' && !isModule(parent) && isProse(node['value'])) found.push(node['value']);
    for (const [key, child] of Object.entries(node)) {
      if (key === 'parent') continue;
      for (const each of Array.isArray(child) ? child : [child]) if (typeof each === 'object' && each !== null && 'type' in each) walk(each as Node, node);
    }
  }
}

/** Text between tags, and the beginnings of attributes that are read out. */
function spoken(quasis: readonly string[]): string[] {
  const out: string[] = [];
  let inTag = false;
  for (const quasi of quasis) {
    let rest = quasi;
    while (rest !== '') {
      const edge = rest.indexOf(inTag ? '>' : '<');
      const piece = edge < 0 ? rest : rest.slice(0, edge);
      if (!inTag) out.push(...piece.split(/&\w+;/));
      else for (const attribute of piece.split(/"(?=\s|$)/)) out.push(SPOKEN.exec(` ${attribute}`)?.[1] ?? '');
      if (edge < 0) break;
      inTag = !inTag;
      rest = rest.slice(edge + 1);
    }
  }
  return out;
}

/** Names of keys, which look like words. */
const KEYS = /^(Enter|Escape|Tab|Home|End|Delete|Backspace|Control|Shift|Meta)$/;

/** A sentence, or words that begin with a capital letter: no identifier, no list of classes or selectors. */
function isProse(value: string): boolean {
  return /\p{L}{2,}[,.:]? \p{Ll}{2,}.*[.?!:…]$|^\p{Lu}\p{Ll}+( \p{L}+.*)?$/u.test(value) && !KEYS.test(value);
}

function isModule(parent: Node | null): boolean {
  return parent !== null && /^(Import|Export)/.test(parent.type);
}

test('the check finds what it is for', () => {
  expect(literals('html`<p title="Nice words">Hello ${x} <b class="not this one">there</b></p>`')).toEqual(['Nice words', 'Hello', 'there']);
  expect(literals("const a = ok ? 'Copied to it' : 'key-name'; import 'Some file';")).toEqual(['Copied to it']);
  expect(literals('html`<a aria-label=${say} id="x">${b}</a><small>GET</small>`')).toEqual([]);
});

for (const file of files) {
  test(`${file} has no words of its own`, () => {
    expect(literals(readFileSync(new URL(file, source), 'utf8')), 'Move these into a section of web/src/model/words.').toEqual([]);
  });
}
