// What is told of a stream: when an entry was added, and how far a group has come.

import type { GroupDetail, Micros, StreamDetail } from '../engine.ts';

/** IDs further from now are no times, but numbers that somebody chose. */
const FAR_US = 10 * 365 * 86_400e6;

/** How long ago an entry was added, by its ID; `null`: the ID is no time. A clock that was set may make it negative. */
export function ageOf(id: string, now: Micros): number | null {
  const at = Number(id.split('-', 1)[0]) * 1000;
  return Math.abs(now - at) < FAR_US ? now - at : null;
}

/** Of all entries that were ever added: those a group is done with, those it has not acknowledged, those it has not read. */
export interface Share {
  done: number;
  waiting: number;
  unread: number;
}

/** How far a group has come; `null`: nobody can tell. */
export function shareOf(group: GroupDetail, stream: StreamDetail): Share | null {
  if (group.lag === null) return null;
  const unread = Math.max(0, group.lag);
  // Entries that were given to a consumer again without having been read in order count as waiting only.
  const waiting = Math.min(group.waiting, Math.max(0, stream.added - unread));
  return { done: Math.max(0, stream.added - unread - waiting), waiting, unread };
}
