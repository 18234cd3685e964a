// Durations, sizes and counts in words, and the speed slider's logarithmic scale.

import { words } from './words/units.ts';

/** `12.3 ms`, `4 µs`, `2 min`: three significant figures at most. Takes microseconds. */
export function duration(us: number): string {
  if (us < 1) return us <= 0 ? '0' : `${figure(us * 1000)} ns`;
  if (us < 1000) return `${figure(us)} µs`;
  if (us < 1e6) return `${figure(us / 1000)} ms`;
  if (us < 120e6) return `${figure(us / 1e6)} s`;
  if (us < 7200e6) return `${figure(us / 60e6)} min`;
  return us < 172_800e6 ? `${figure(us / 3600e6)} h` : `${figure(us / 86_400e6)} ${words().days}`;
}

/** `512 B`, `1.5 KB`, `14.2 MB`. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  if (n < 1e6) return `${figure(n / 1e3)} KB`;
  return n < 1e9 ? `${figure(n / 1e6)} MB` : `${figure(n / 1e9)} GB`;
}

/** `100 000`: digits in groups of three, with a narrow space that does not break. */
export function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
}

/** `1 key`, `3 keys`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

function figure(n: number): string {
  const digits = n >= 99.95 ? 0 : n >= 9.995 ? 1 : 2;
  return String(Number(n.toFixed(digits))).replace('.', words().decimal);
}

/** Engine microseconds of work shown in one second: from the slowest to real time, in steps of 1, 2, 5. */
export const SPEEDS: readonly number[] = [1, 10, 100, 1e3, 1e4, 1e5]
  .flatMap((decade) => [decade, decade * 2, decade * 5])
  .concat(1e6);

/** Where the slider starts: one second shows 5 ms of work. */
export const SPEED_DEFAULT = SPEEDS.indexOf(5000);

/** The slider's position in words. */
export function speedLabel(step: number): string {
  const us = SPEEDS[step] ?? 1e6;
  return us >= 1e6 ? words().realTime : words().shows(duration(us));
}
