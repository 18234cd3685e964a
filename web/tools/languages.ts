// Parts the page's languages: in the source a section of `src/model/words` holds them side by side, in the built page
// English is where it is used and every other language is a file of its own (`src/app/translations.ts`), fetched by those
// who want it. The package's elements keep all in one file, so their build does without this.

import { parseAst, type Plugin } from 'vite';

const SECTION = /\/src\/model\/words\/([a-z]+)\.ts(?:\?language=([a-z]+))?$/;
/** Spoken where no other is asked for, or known. */
const BASE = 'en';

interface Node {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

/** The plugin, for `vite.config.ts`. */
export function languages(): Plugin {
  return {
    name: 'redloop-languages',
    apply: 'build',
    enforce: 'pre',
    transform: {
      filter: { id: SECTION },
      handler(code, id) {
        const [, name, language = BASE] = SECTION.exec(id) ?? [];
        const call = sectionCall(parseAst(code, { lang: 'ts' }) as unknown as Node);
        if (name === undefined || call === undefined) return null;
        const [texts] = call['arguments'] as [Node];
        const kept = (texts['properties'] as Node[]).find((property) => (property['key'] as { name?: string }).name === language);
        if (kept === undefined) this.error(`${name}.ts says nothing in ${language}`);
        return { code: `${code.slice(0, texts.start)}{ ${code.slice(kept.start, kept.end)} }, '${name}'${code.slice(texts.end)}`, map: null };
      },
    },
  };
}

/** The call of `section` in a module, if there is one. */
function sectionCall(node: Node): Node | undefined {
  if (node.type === 'CallExpression' && (node['callee'] as { name?: string }).name === 'section') return node;
  for (const child of Object.values(node).flat()) {
    if (typeof child !== 'object' || child === null || !('type' in child)) continue;
    const found = sectionCall(child as Node);
    if (found !== undefined) return found;
  }
  return undefined;
}
