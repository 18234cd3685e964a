// A scene while it is played: a caption, the step it is about, the next caption.
//
// Everybody types in their own time (`player.ts`); the stage adds the time to read. Whoever reads faster says `next`;
// where things are not to move by themselves, nothing goes on without it.

import { Player } from './player.ts';
import type { Scene } from '../model/scenes.ts';
import type { Store } from './store.ts';
import { until } from './script.ts';

/** Time to read a caption: so much a character, at least so much. */
const READ_MS_CHARACTER = 38;
const READ_MS_MIN = 1800;
/** Pause between two steps that belong to one caption. */
const GAP_MS = 900;
/** Steps come one by one: the stage waits itself. */
const NO_GAP = 0;

/** See the file's head. Dispatches `change`. */
export class Stage extends EventTarget {
  readonly scene: Scene;
  /** Goes on by itself. */
  auto: boolean;
  over = false;
  readonly #store: Store;
  #player: Player;
  #skip: () => void = () => undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #round = 0;

  constructor(store: Store, scene: Scene) {
    super();
    this.#store = store;
    this.scene = scene;
    this.auto = !matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.#player = new Player(store, scene.script, NO_GAP);
  }

  /** Steps played. */
  get at(): number {
    return this.#player.at;
  }

  get of(): number {
    return this.scene.script.steps.length;
  }

  /** What to look at now. */
  get caption(): string {
    return this.scene.captions.findLast(({ at }) => at <= this.at)?.text ?? '';
  }

  /** From the beginning, with an empty engine and the scene's own clients. */
  begin(): void {
    this.#store.setSpeed(this.scene.speed);
    this.#store.start(this.scene.script.clients);
    this.#player = new Player(this.#store, this.scene.script, NO_GAP);
    this.over = false;
    void this.#play(++this.#round);
  }

  /** Goes on at once. */
  next(): void {
    if (!this.#store.playing) this.#store.play(true);
    this.#skip();
  }

  /** Goes on by itself, or stops doing so. */
  setAuto(auto: boolean): void {
    this.auto = auto;
    if (auto) this.next();
    else clearTimeout(this.#timer);
    this.#changed();
  }

  /** Leaves everything as it is. */
  end(): void {
    this.#round++;
    this.#player.stop();
    this.#skip();
  }

  async #play(round: number): Promise<void> {
    const store = this.#store;
    const { session } = store;
    const current = (): boolean => round === this.#round && store.session === session;
    this.#changed();
    await until(store, () => !current() || store.ready);
    while (current() && this.at < this.of) {
      const caption = this.scene.captions.find(({ at }) => at === this.at);
      if (caption !== undefined) await this.#pause(Math.max(READ_MS_MIN, caption.text.length * READ_MS_CHARACTER));
      if (!current()) break;
      await this.#player.step();
      this.#changed();
      await this.#pause(GAP_MS);
    }
    if (round !== this.#round) return;
    this.over = true;
    this.#changed();
  }

  /** Waits for the time to pass, or for somebody to say `next`. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#timer = this.auto ? setTimeout(resolve, ms) : undefined;
      this.#skip = (): void => {
        clearTimeout(this.#timer);
        resolve();
      };
    });
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}
