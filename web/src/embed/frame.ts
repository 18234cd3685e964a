// `embed.html`: an element alone in a frame, for pages that may not or will not run scripts of ours themselves.
//
// It works with `sandbox="allow-scripts"`: no origin, no storage, one classic script. The parameters are the element's
// attributes. Messages (`{ redloop: 1, type, … }`) are told to whoever embeds the frame, and taken only from there; what
// they may do is what a reader could do: type commands. docs/embedding.md is the contract.

import type { CommandDetail, EmbedElement } from './base.ts';
import './playground.ts';
import './repl.ts';

/** Version of the contract. A later one that breaks what an embedder may rely on has another number. */
const VERSION = 1;
/** Parameters that are attributes of the element. */
const ATTRIBUTES = ['commands', 'scene', 'theme', 'clients', 'start', 'readonly', 'height'];
/** A message with more is refused. */
const LINES_MAX = 1000;

/** From the embedder. */
type Order =
  | { redloop: 1; type: 'run'; lines: string | string[]; client?: string; id?: string | number }
  | { redloop: 1; type: 'reset'; id?: string | number }
  | { redloop: 1; type: 'theme'; theme: 'light' | 'dark' | 'auto'; id?: string | number };

const parameters = new URLSearchParams(location.search);
const name = parameters.get('view') === 'playground' ? 'redis-playground' : 'redis-repl';
const element = document.createElement(name) as EmbedElement;
for (const attribute of ATTRIBUTES) {
  const value = parameters.getAll(attribute).join('\n');
  if (parameters.has(attribute) && value !== '0' && value !== 'false') element.setAttribute(attribute, value);
}
document.documentElement.lang = parameters.get('lang') ?? navigator.language;
document.title = name;

/** Who asked for what is answered now, oldest first. */
let asked: (string | number | undefined)[] = [];

element.addEventListener('redloop-ready', (event) => tell({ type: 'ready', ...(event as CustomEvent<object>).detail }));
element.addEventListener('redloop-command', (event) => tell({ type: 'reply', ...(event as CustomEvent<CommandDetail>).detail, ...told(asked[0]) }));
addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.source !== parent || parent === window) return;
  const order = read(event.data);
  if (order !== null) void obey(order);
});
fill();
document.body.replaceChildren(element);
new ResizeObserver(() => tell({ type: 'height', height: Math.ceil(element.getBoundingClientRect().height) })).observe(element);

async function obey(order: Order): Promise<void> {
  const id = told(order.id);
  try {
    switch (order.type) {
      case 'run':
        asked = [...asked, order.id];
        await element.enter(order.lines, order.client);
        asked = asked.slice(1);
        tell({ type: 'done', ...id });
        break;
      case 'reset':
        await element.reset();
        tell({ type: 'done', ...id });
        break;
      case 'theme':
        element.theme = order.theme;
        tell({ type: 'done', ...id });
    }
  } catch (error) {
    tell({ type: 'error', message: error instanceof Error ? error.message : String(error), ...id });
  }
}

/** The message, if it is one of the contract; what is nearly one is answered with what is wrong. */
function read(data: unknown): Order | null {
  if (typeof data !== 'object' || data === null || !('redloop' in data)) return null;
  const order = data as { redloop: unknown; type?: unknown; lines?: unknown; client?: unknown; theme?: unknown; id?: unknown };
  const id = typeof order.id === 'string' || typeof order.id === 'number' ? told(order.id) : {};
  const wrong = (message: string): null => {
    tell({ type: 'error', message, ...id });
    return null;
  };
  if (order.redloop !== VERSION) return wrong(`This frame speaks version ${VERSION} of the messages, not ${String(order.redloop)}.`);
  switch (order.type) {
    case 'run': {
      const lines = typeof order.lines === 'string' ? [order.lines] : order.lines;
      if (!Array.isArray(lines) || lines.length === 0 || lines.length > LINES_MAX || lines.some((line) => typeof line !== 'string')) {
        return wrong(`"lines" must be a string or 1 to ${LINES_MAX} of them.`);
      }
      if (order.client !== undefined && typeof order.client !== 'string') return wrong('"client" must be a name.');
      return { ...(order as Order), lines } as Order;
    }
    case 'reset':
      return order as Order;
    case 'theme':
      return order.theme === 'light' || order.theme === 'dark' || order.theme === 'auto' ? (order as Order) : wrong('"theme" must be "light", "dark" or "auto".');
    default:
      return wrong(`There is no message "${String(order.type)}": send "run", "reset" or "theme".`);
  }
}

function told(id: string | number | undefined): { id?: string | number } {
  return id === undefined ? {} : { id };
}

/** To the embedder, whoever it is: nothing in here is anybody's secret. */
function tell(message: object): void {
  if (parent !== window) parent.postMessage({ redloop: VERSION, ...message }, '*');
}

/** No margin around the element; the playground takes the frame's height. */
function fill(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`html, body { margin: 0; height: 100%; background: transparent; } redis-playground { --redloop-height: 100vh; --redloop-radius: 0; }`);
  document.adoptedStyleSheets = [sheet];
}
