// Which of very many equal rows are on screen. Browsers cut boxes off at some 33 million pixels, so a long list scrolls
// a shorter box in proportion. A virtualiser from a library would measure rows, which are all alike here, and none maps
// a million of them onto a box that short.

/** Tallest box that is scrolled, in pixels. */
export const HEIGHT_MAX = 8_000_000;

/** Rows `first` to `first + count`, and where the first one's top is, in the box's own pixels. */
export interface Window {
  first: number;
  count: number;
  top: number;
}

/** The box's height for so many rows. */
export function boxHeight(total: number, row: number): number {
  return Math.min(HEIGHT_MAX, total * row);
}

/** The rows seen when a box of `total` rows, seen through `view` pixels, is scrolled by `scrolled`. */
export function windowAt(scrolled: number, view: number, total: number, row: number): Window {
  const box = boxHeight(total, row);
  const real = total * row;
  const way = box - view;
  const at = way <= 0 ? 0 : Math.min(1, Math.max(0, scrolled / way)) * Math.max(0, real - view);
  const first = Math.floor(at / row);
  const count = Math.max(0, Math.min(total - first, Math.ceil(view / row) + 1));
  return { first, count, top: Math.max(0, Math.min(scrolled, Math.max(0, way))) - (at - first * row) };
}

/** How far to scroll so that a row is seen; `scrolled` where it is already. */
export function scrollTo(index: number, scrolled: number, view: number, total: number, row: number): number {
  const box = boxHeight(total, row);
  const real = total * row;
  const scale = real - view <= 0 ? 1 : (box - view) / (real - view);
  const at = scrolled / scale;
  if (index * row < at) return index * row * scale;
  return (index + 1) * row > at + view ? ((index + 1) * row - view) * scale : scrolled;
}
