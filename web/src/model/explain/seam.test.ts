// Explanations are loaded after the first command may have run: nothing of it is lost.

import { expect, test } from 'vitest';
import type { LoopEvent } from '../engine.ts';
import type { Explanation } from './explain.ts';
import { explaining, explainWith } from './seam.ts';

test('who explains hears first, in order, what happened before', () => {
  const events = [0, 1, 2].map((seq) => ({ seq, at: seq, depth: 0, kind: 'disconnected', client: 1 }) as LoopEvent);
  const late = explaining(() => undefined);
  late.apply(events[0] as LoopEvent);
  late.replied(1, { type: 'status', value: 'OK' }, ['SET', 'k', 'v']);
  late.apply(events[1] as LoopEvent);
  expect(late.current).toBeNull();

  const heard: unknown[] = [];
  explainWith(() => ({ current: {} as Explanation, apply: (event) => heard.push(event), replied: (_, __, argv) => heard.push(argv) }), () => null);
  expect(late.current).not.toBeNull();
  expect(heard).toEqual([events[0], ['SET', 'k', 'v'], events[1]]);
  late.apply(events[2] as LoopEvent);
  expect(heard).toEqual([events[0], ['SET', 'k', 'v'], events[1], events[2]]);
});
