// What is to be read while a scene plays: the comments of its transcript.

import { read } from './lessons/items.ts';
import type { Caption } from './scenes.ts';

/** The comments between a transcript's steps. Those in front of the first blank of the head are its title and summary. */
export function captionsOf(source: string): Caption[] {
  const captions: Caption[] = [];
  let steps = 0;
  // Title and summary are the first two comments.
  for (const item of read(source.trimEnd(), 1).slice(2)) {
    if (item.kind === 'comment') captions.push({ at: steps, text: item.text });
    else steps++;
  }
  return captions;
}
