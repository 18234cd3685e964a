// Asks the engine again and again how far a lesson's goals are reached: whenever something ran, and never more than one
// question at a time. The questions run on a copy of the engine, so nothing is disturbed. The past does not count.

import { probes, reached, type Goal } from '../model/lessons/goal.ts';
import type { View } from '../model/engine.ts';
import type { Store } from './store.ts';

/** Least pause between two questions: a copy of a large keyspace takes its time. */
const PAUSE_MS = 120;

/** Watches the goals of several exercises. */
export class GoalWatch {
  readonly #store: Store;
  readonly #exercises: readonly (readonly Goal[])[];
  readonly #told: (states: boolean[][]) => void;
  #seen: View | null = null;
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
    if (this.#asking || this.#over || !ready || crash !== null || past !== null || session.view === this.#seen) return;
    this.#asking = true;
    this.#seen = session.view;
    void this.#ask();
  };

  async #ask(): Promise<void> {
    const replies = await this.#store.probe(this.#exercises.flatMap((goals) => probes(goals)));
    let at = 0;
    const states = this.#exercises.map((goals) => reached(goals, replies.slice(at, (at += probes(goals).length))));
    if (!this.#over && this.#store.past === null) this.#told(states);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    this.#asking = false;
    this.#check();
  }
}
