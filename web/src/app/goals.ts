// Asks the engine again and again how far a lesson's goals are reached: whenever something ran, and never more than one
// question at a time. The questions run on copies of the engine, so nothing is disturbed. The past does not count.

import { probes, reached, type Goal } from '../model/lessons/goal.ts';
import type { Session } from '../model/session.ts';
import type { Store } from './store.ts';

/** Least pause between two questions: a copy of a large keyspace takes its time. */
const PAUSE_MS = 120;

/** Watches the goals of several exercises. */
export class GoalWatch {
  readonly #store: Store;
  readonly #exercises: readonly (readonly Goal[])[];
  readonly #told: (states: boolean[][]) => void;
  /** The session that was asked last, and how many tasks it had run by then. */
  #seen: { session: Session; turns: number } | null = null;
  #asking = false;
  #over = false;

  /** `told` gets the state of every goal of every exercise, whenever it was asked for. */
  constructor(store: Store, exercises: readonly (readonly Goal[])[], told: (states: boolean[][]) => void) {
    this.#store = store;
    this.#exercises = exercises;
    this.#told = told;
    store.addEventListener('change', this.#check);
    this.#check();
  }

  /** Asks no more. */
  end(): void {
    this.#over = true;
    this.#store.removeEventListener('change', this.#check);
  }

  readonly #check = (): void => {
    const { session, ready, crash, past } = this.#store;
    const { turns } = session.recording;
    if (this.#asking || this.#over || !ready || crash !== null || past !== null) return;
    if (this.#seen?.session === session && this.#seen.turns === turns) return;
    this.#asking = true;
    this.#seen = { session, turns };
    void this.#ask();
  };

  /** Each exercise has a copy of its own: a probe may count what was run, and must not count others' probes. */
  async #ask(): Promise<void> {
    const states: boolean[][] = [];
    for (const goals of this.#exercises) states.push(reached(goals, await this.#store.probe(probes(goals))));
    if (!this.#over && this.#store.past === null) this.#told(states);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    this.#asking = false;
    this.#check();
  }
}
