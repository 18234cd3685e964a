// For tests: the real engine in Node, and a driver on a clock that the test turns.

import { readFileSync } from 'node:fs';
import type { CommandInfo } from '../model/engine.ts';
import { Explainer } from '../model/explain/explain.ts';
import { explainWith } from '../model/explain/seam.ts';
import { tell } from '../model/explain/tell.ts';
import { Session } from '../model/session.ts';
import { initSync, Redloop } from '../wasm/redloop_wasm.js';
import { Driver } from './driver.ts';
import '../model/watched.ts';

explainWith((infoOf) => new Explainer(infoOf), tell);
initSync({ module: readFileSync(new URL('../wasm/redloop_wasm_bg.wasm', import.meta.url)) });

/** Engine time at which test sessions begin. */
export const EPOCH = 1_700_000_000_000_000;
export const PACE = { commandNs: 850, unitNs: 150 };

/** A session with its driver, as page and worker have it, in one thread and without a wall clock. */
export class Bench {
  engine = new Redloop(EPOCH, 7, PACE.commandNs, PACE.unitNs);
  driver = new Driver(this.engine, EPOCH);
  session = new Session(7, EPOCH, PACE);
  wall = 0;
  /** Milliseconds from frame to frame: those of a page that has little time are far apart. */
  frameMs = 10;
  #frameAt = 0;

  constructor(usPerSecond = 1e6) {
    this.session.commands = new Map((JSON.parse(Redloop.commands()) as CommandInfo[]).map((info) => [info.name, info]));
    this.driver.advance(0);
    this.driver.speed(usPerSecond);
  }

  open(name: string): number {
    const { id } = this.session.open(name);
    this.driver.connect(id, name);
    return id;
  }

  /** Closes a client's connection, as its card's button does. */
  close(id: number): void {
    this.driver.advance(this.wall);
    this.driver.disconnect(id);
    this.session.remove(id);
  }

  /** Types a line; nothing runs before `run`. */
  type(id: number, line: string): void {
    this.driver.advance(this.wall);
    const entered = this.session.enter(id, line);
    if (entered.kind === 'send') this.driver.send(id, [line]);
  }

  /** Lets this much time pass on the wall; a frame leaves when it is due, or full. */
  run(ms = 1000): void {
    for (const end = this.wall + ms; this.wall < end; ) {
      this.wall = Math.min(end, this.wall + 10);
      while (this.driver.advance(this.wall) === 0);
      if (this.driver.full || this.wall - this.#frameAt >= this.frameMs) this.frame();
    }
  }

  frame(): void {
    this.#frameAt = this.wall;
    const frame = this.driver.frame(this.wall);
    if (frame !== undefined) this.session.apply(frame);
  }

  /** Types a line, lets it run, and gives what the client's log shows since. */
  say(id: number, line: string): string[] {
    const log = this.session.clients.get(id)?.repl;
    const before = log?.entries.at(-1)?.id ?? 0;
    this.type(id, line);
    this.run();
    return (log?.entries ?? []).filter((entry) => entry.id > before + 1).map((entry) => entry.text);
  }

  get transcript(): string {
    return this.session.scribe.recorder.toString();
  }
}
