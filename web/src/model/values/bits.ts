// A string as bits, counted as SETBIT and BITCOUNT count: bit 0 is the highest of the first byte.

import type { ByteString } from '../bytes.ts';

/** Bits in a row of the grid: four bytes. */
export const ROW_BITS = 32;

/** Neighbouring bits that are set: the first and the last of them. */
export type BitRun = readonly [first: number, last: number];

/** Whether a bit is set. */
export function isSet(bytes: ByteString, bit: number): boolean {
  return ((bytes.charCodeAt(bit >> 3) >> (7 - (bit & 7))) & 1) === 1;
}

/** How many bits are set. */
export function countSet(bytes: ByteString): number {
  let set = 0;
  for (let i = 0; i < bytes.length; i++) for (let byte = bytes.charCodeAt(i); byte !== 0; byte &= byte - 1) set++;
  return set;
}

/** Where bits are set, in order; at most so many runs. */
export function runsOf(bytes: ByteString, most: number): BitRun[] {
  const runs: BitRun[] = [];
  const bits = bytes.length * 8;
  for (let bit = 0; bit < bits && runs.length < most; bit++) {
    if (!isSet(bytes, bit)) continue;
    const first = bit;
    while (bit + 1 < bits && isSet(bytes, bit + 1)) bit++;
    runs.push([first, bit]);
  }
  return runs;
}

/** SVG path data for the bits that are set, in rows of {@link ROW_BITS} square cells. */
export function gridPath(bytes: ByteString, cell: number): string {
  let path = '';
  const bits = bytes.length * 8;
  for (let row = 0; row * ROW_BITS < bits; row++) {
    const end = Math.min(ROW_BITS, bits - row * ROW_BITS);
    for (let column = 0; column < end; column++) {
      if (!isSet(bytes, row * ROW_BITS + column)) continue;
      const from = column;
      while (column + 1 < end && isSet(bytes, row * ROW_BITS + column + 1)) column++;
      path += `M${from * cell} ${row * cell}h${(column + 1 - from) * cell}v${cell}h${-(column + 1 - from) * cell}z`;
    }
  }
  return path;
}
