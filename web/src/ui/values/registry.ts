// What shows a value, by its type's name. A new type is one file beside the others that calls `viewer`, and a line in
// `all.ts`; a type that nobody has registered is shown as its elements in a row.
//
// What few values need (a map, a grid of bits) is an element of its own, which the look fetches when it is first drawn.
//
// A viewer only draws: the elements it gets are a page of the value, already read, and paging, the header and the
// history belong to `value.ts`. Whatever it draws of the value, it draws as text.

import { css, html, type CSSResult, type TemplateResult } from 'lit';
import { quote, text, type ByteString } from '../../model/bytes.ts';
import type { KeyDetail, Micros } from '../../model/engine.ts';

/** One way to look at a value. */
export interface Look {
  /** Unique among the looks of its type; remembered while the page is open. */
  id: string;
  /** On the button that chooses it. */
  label: string;
  /** `now`: the time on the engine's clock, which goes on while a value is looked at. */
  render(detail: KeyDetail, now: Micros): TemplateResult;
  /** It shows all of the value whatever page was read, so there are no pages to go through. */
  whole?: true;
}

/** How values of a type are shown. */
export interface Viewer {
  styles?: CSSResult;
  /** The ways that suit this very value, at least one; the first is shown unless another was chosen. */
  looks(detail: KeyDetail): readonly Look[];
}

const viewers = new Map<string, Viewer>();

/** Registers the viewer of a type. */
export function viewer(type: string, shows: Viewer): void {
  viewers.set(type, shows);
}

/** For a type that has only one look. */
export function onlyLook(render: Look['render']): Viewer['looks'] {
  const looks: readonly Look[] = [{ id: '', label: '', render }];
  return () => looks;
}

const plain: Viewer = { looks: onlyLook(({ items }) => html`<ul class="chips">${items.map((item) => html`<li>${shown(item)}</li>`)}</ul>`) };

/** The viewer of a type. */
export function viewerOf(type: string): Viewer {
  return viewers.get(type) ?? plain;
}

/** The styles of all that are registered. */
export function viewerStyles(): CSSResult[] {
  return [...viewers.values()].flatMap(({ styles }) => styles ?? []);
}

/** Tables and chips, which several viewers use. */
export const common = css`
  .chips { display: flex; flex-wrap: wrap; gap: 5px; margin: 0; padding: 0; list-style: none; }
  .chips li { max-width: 100%; padding: 3px 8px; border-radius: 6px; border: 1px solid var(--line); background: var(--raised); color: var(--string); overflow-wrap: anywhere; }
  table { width: 100%; border-collapse: collapse; }
  td, th { padding: 4px 10px 4px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line-soft); overflow-wrap: anywhere; font-weight: 400; color: var(--string); }
  tr > :last-child { padding-right: 0; }
  tr:last-child td { border-bottom: 0; }
  thead th { position: sticky; top: 0; z-index: 1; background: var(--panel); font: 11.5px var(--sans); color: var(--muted); }
  td.place, th.place { width: 1%; color: var(--faint); font-variant-numeric: tabular-nums; white-space: nowrap; overflow-wrap: normal; }
  td.number { color: var(--number); font-variant-numeric: tabular-nums; }
`;

/** An element as redis-cli quotes it. */
export function shown(item: ByteString): string {
  return text(quote(item));
}

/** Elements that come in pairs: fields with values, members with scores. */
export function pairs(items: readonly ByteString[]): (readonly [ByteString, ByteString])[] {
  return Array.from({ length: Math.floor(items.length / 2) }, (_, i) => [items[2 * i] as ByteString, items[2 * i + 1] as ByteString] as const);
}
