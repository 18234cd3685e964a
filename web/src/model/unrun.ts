// What a stopped engine had not come to: its recording is cut before that, and can be played again.

import type { View } from './engine.ts';
import { requests, type Recording } from './recording.ts';

/**
 * The recording without the requests that `view`, the state where it ends, shows as unread, and without what came after
 * the first of them. A request that has not even been recorded is left out anyway.
 */
export function withoutUnread(recording: Recording, view: View | null): Recording {
  const { entries } = recording;
  let end = entries.length;
  for (const { id, pending } of view?.clients ?? []) {
    let unread = pending;
    for (let at = entries.length - 1; at >= 0 && unread > 0; at--) {
      const entry = entries[at];
      if (entry?.input !== 'lines' || entry.client !== id) continue;
      unread -= requests(entry.lines).length;
      end = Math.min(end, at);
    }
  }
  const first = entries[end];
  return { ...recording, entries: entries.slice(0, end), turns: first?.turns ?? recording.turns, at: first?.at ?? recording.at };
}
