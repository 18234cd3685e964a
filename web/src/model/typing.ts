// What helps with typing a line: fetched when the engine has answered, since before that there is nothing to help with.

export { CANDIDATES_MAX, complete, wanted } from './complete.ts';
export { hint } from './hints.ts';
