import { expect, test } from 'vitest';
import type { View } from './engine.ts';
import { requests, type Recorded, type Recording } from './recording.ts';
import { withoutUnread } from './unrun.ts';

const lines = (client: number, turns: number, ...typed: string[]): Recorded => ({ at: turns * 10, turns, client, input: 'lines', lines: typed });
const entries: Recorded[] = [{ at: 0, turns: 0, client: 1, input: 'connect', name: 'a' }, lines(1, 1, 'SET a 1'), lines(2, 2, 'PING'), lines(1, 3, 'KEYS *', 'GET a'), lines(2, 3, 'PING')];
const recording: Recording = { seed: 1, epoch: 0, pace: { commandNs: 1, unitNs: 1 }, entries, turns: 9, at: 90 };
const unread = (...pending: [number, string[]][]): View =>
  ({ clients: pending.map(([id, typed]) => ({ id, pending: requests(typed).length })) }) as unknown as View;

test('what was read stays', () => {
  expect(withoutUnread(recording, unread([1, []], [2, []]))).toEqual(recording);
  expect(withoutUnread(recording, null)).toEqual(recording);
});

test('what was not read goes, with all that came after it', () => {
  expect(withoutUnread(recording, unread([1, ['GET a']], [2, ['PING']]))).toMatchObject({ entries: entries.slice(0, 3), turns: 3, at: 30 });
  expect(withoutUnread(recording, unread([1, []], [2, ['PING']]))).toMatchObject({ entries: entries.slice(0, 4), turns: 3 });
  expect(withoutUnread(recording, unread([2, ['PING', 'PING']]))).toMatchObject({ entries: entries.slice(0, 2), turns: 2, at: 20 });
});
