// Every scene leads to the same picture of the lanes, byte for byte. A scene without a golden fails, and so does a
// golden without a scene. After a new scene, or when the picture is meant to change:
//
//   REDLOOP_BLESS=1 npx vitest run src/model/lanes.golden.test.ts
//
// writes the goldens anew; look at what changed before you keep it.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Bench } from '../worker/engine.testing.ts';
import { fitting } from './axis.ts';
import { toSvg } from './export/svg.ts';
import { FOOT, LABEL, type Scope } from './picture.ts';
import { parse } from './transcript.ts';

const SCENES = new URL('../../../tests/transcripts/scenes/', import.meta.url);
const GOLDEN = new URL('./golden/lanes/', import.meta.url);
const BLESS = process.env['REDLOOP_BLESS'] === '1';
const HOW = 'bless with: REDLOOP_BLESS=1 npx vitest run src/model/lanes.golden.test.ts';

/** The speed at which the page plays scenes, the time between two lines, and how long a client is waited for. */
const US_PER_SECOND = 5000;
const GAP_MS = 900;
const PATIENCE_MS = 5000;
const WIDTH = 1100;
const LANE = 44;

const scenes = readdirSync(SCENES).filter((file) => file.endsWith('.redis')).sort();

// The driver interrupts long work to let messages in, by the wall clock. Here the wall clock stands.
beforeAll(() => void vi.spyOn(performance, 'now').mockReturnValue(0));

for (const file of scenes) {
  test(`the lanes of ${file}`, () => {
    const svg = draw(readFileSync(new URL(file, SCENES), 'utf8'));
    const golden = new URL(file.replace(/\.redis$/, '.svg'), GOLDEN);
    if (BLESS) {
      mkdirSync(GOLDEN, { recursive: true });
      writeFileSync(golden, svg);
    }
    expect(existsSync(golden), HOW).toBe(true);
    expect(svg === readFileSync(golden, 'utf8'), `the picture has changed; ${HOW}`).toBe(true);
  }, 60_000);
}

afterAll(() => {
  vi.restoreAllMocks();
  const stale = existsSync(GOLDEN) ? readdirSync(GOLDEN).filter((file) => !scenes.includes(file.replace(/\.svg$/, '.redis'))) : [];
  if (BLESS) for (const file of stale) rmSync(new URL(file, GOLDEN));
  else expect(stale, `goldens without a scene; ${HOW}`).toEqual([]);
});

/** Plays a scene as the page does and draws all of it. */
function draw(source: string): string {
  const script = parse(source);
  const bench = new Bench(US_PER_SECOND);
  const ids = new Map<string, number>();
  for (const step of script.steps) {
    if (step.kind !== 'wait' && !ids.has(step.client)) ids.set(step.client, bench.open(step.client));
  }
  for (const step of script.steps) {
    if (step.kind === 'wait') bench.run(step.ms);
    if (step.kind === 'close') bench.close(ids.get(step.client) as number);
    if (step.kind !== 'send') continue;
    const id = ids.get(step.client) as number;
    for (let waited = 0; waited < PATIENCE_MS && (bench.session.clients.get(id)?.repl.pending.length ?? 0) > 0; waited += 100) bench.run(100);
    const lines = [step.line, ...(step.more ?? [])];
    bench.driver.advance(bench.wall);
    for (const line of lines) bench.session.enter(id, line);
    bench.driver.send(id, lines);
    bench.run(GAP_MS);
  }
  bench.run(PATIENCE_MS);
  const { session } = bench;
  const now = session.recording.at;
  const scope: Scope = {
    lanes: session.lanes, clients: [...session.clients.values()], now, end: now, epoch: session.recording.epoch, width: WIDTH,
    height: FOOT + LANE * (session.clients.size + 1), zoom: fitting(session.lanes.runs, now, WIDTH - LABEL - 30), offset: 0, selected: null,
  };
  return toSvg(scope, script.title);
}
