// The steps of a recorded session, for `code.ts`: every command with its client, and the waits between.

import { split } from '../args.ts';
import { utf8 } from '../bytes.ts';
import type { RecordedStep } from '../transcript.ts';
import type { CodeStep } from './plan.ts';

/** All steps, or those of one client; of one client's alone no waits, which were for the others. */
export function codeSteps(recorded: readonly RecordedStep[], client?: string): CodeStep[] {
  return recorded.flatMap((step): CodeStep[] => {
    if (step.line === null) return [];
    if (step.client === null) {
      const ms = Number(/\d+/.exec(step.line)?.[0] ?? 0);
      return client === undefined ? [{ kind: 'wait', ms }] : [];
    }
    if (client !== undefined && step.client !== client) return [];
    const argv = split(utf8(step.line));
    return argv === undefined ? [] : [{ kind: 'command', client: step.client, argv }];
  });
}
