// What a paste of several lines may be: commands for one client, or a script that says who types what and when.
//
// A script is a transcript (`transcript.ts`), written loosely: `@alice GET x` will do for `@alice > GET x`. Lines copied
// from a terminal come with prompts; then only what stands behind a prompt is a command, and the rest are old replies.

import { parse, TranscriptError, type Step } from './transcript.ts';

/** Lines that were pasted. `script`: what they say as a script, or `null`; `error`: why they cannot be one. */
export interface Pasted {
  lines: string[];
  script: Step[] | null;
  error: string;
}

/** Lines that one paste may have. */
export const LINES_MAX = 10_000;

const PROMPT = /^(?:[\w.-]+:\d+|redis|valkey|\w+)(?:\[\d+\])?(?:\(TX\))?> ?(?=\S)/;
const ADDRESSED = /^@\w+\s|^\+\s*\d+m?s\s*$/;

/** Reads a paste; one line is none. */
export function paste(pasted: string): Pasted | null {
  const all = pasted.split(/\r?\n/).map((line) => line.trimEnd()).filter((line) => line.trim() !== '').slice(0, LINES_MAX);
  if (all.length < 2) return null;
  if (all.some((line) => ADDRESSED.test(line))) return scripted(all);
  const prompted = all.filter((line) => PROMPT.test(line));
  const lines = prompted.length > 0 ? prompted.map((line) => line.replace(PROMPT, '')) : all.filter((line) => !line.startsWith('#'));
  return { lines: lines.map((line) => line.trim()), script: null, error: '' };
}

function scripted(all: readonly string[]): Pasted {
  const source = all
    .map((line) => line.replace(/^@(\w+)\s+(?![<>])(?=\S)/, '@$1 > ').replace(/^@(\w+)\s*>\s*/, '@$1 > ').replace(/^\+\s*(\d+m?s)\s*$/, '+ $1'))
    .join('\n');
  try {
    const { steps } = parse(source);
    const lines = steps.flatMap((step) => (step.kind === 'send' ? [step.line] : []));
    return { lines, script: steps, error: '' };
  } catch (error) {
    if (!(error instanceof TranscriptError)) throw error;
    return { lines: [], script: null, error: error.message };
  }
}
