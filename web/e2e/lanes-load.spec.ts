// A thousand clients and ten thousand events a second. What makes frames keep up is counted, on any machine: how many
// shapes there are, how often the picture is drawn and the worker's news are taken, and that all of it arrives, once and
// in order. How long a frame takes is `cargo xtask bench`'s business.

import { expect, REAL_TIME, test } from './playground.ts';

const CLIENTS = 1000;
const SECONDS = 5;
/** Frames that the worker sends although the page has not drawn the last one: one a second, see `worker.ts`. */
const UNASKED = SECONDS + 5;

interface Happened {
  seq: number;
  kind: string;
}

interface Loaded {
  open(): number;
  enter(id: number, line: string): void;
  probe(lines: readonly string[]): Promise<{ value?: string }[]>;
  session: {
    apply(update: { events: Happened[]; dropped?: number }): void;
    view: { queue: unknown[]; clients: unknown[] } | null;
    lanes: { runs: unknown[]; spans: unknown[] };
  };
}

test('a thousand clients: bounded shapes, a drawing a frame, every event once and in order', async ({ playground, page }) => {
  test.setTimeout(180_000);
  await playground.speed(REAL_TIME);
  await page.evaluate(async ([clients]) => {
    const { store } = document.querySelector('rl-app') as unknown as { store: Loaded };
    (globalThis as unknown as { ids: number[] }).ids = Array.from({ length: clients - 2 }, () => store.open());
  }, [CLIENTS] as const);
  await page.waitForFunction(([clients]) => (document.querySelector('rl-app') as unknown as { store: Loaded }).store.session.view?.clients.length === clients, [CLIENTS] as const);
  const seen = await page.evaluate(async ([seconds]) => {
    const app = document.querySelector('rl-app') as unknown as { store: Loaded; shadowRoot: ShadowRoot };
    const { store } = app;
    const { session } = store;
    const { ids } = globalThis as unknown as { ids: number[] };
    const plot = app.shadowRoot.querySelector('rl-lanes')?.shadowRoot?.querySelector('rl-lanes-plot') as unknown as { performUpdate(): void; shadowRoot: ShadowRoot };
    const drawn = new Map<unknown, number>();
    let shapes = 0;
    const draw = plot.performUpdate.bind(plot);
    plot.performUpdate = () => {
      draw();
      const frame = document.timeline.currentTime;
      drawn.set(frame, (drawn.get(frame) ?? 0) + 1);
      shapes = Math.max(shapes, plot.shadowRoot.querySelectorAll('svg *').length);
    };
    let last = 0;
    let backwards = 0;
    let dropped = 0;
    let updates = 0;
    const kinds: Record<string, number> = {};
    const apply = session.apply.bind(session);
    session.apply = (update) => {
      updates++;
      dropped += update.dropped ?? 0;
      for (const { seq, kind } of update.events) {
        if (seq <= last) backwards++;
        last = seq;
        kinds[kind] = (kinds[kind] ?? 0) + 1;
      }
      apply(update);
    };
    const begun = performance.now();
    let frames = 0;
    let pipelines = 0;
    let waits = 0;
    const nextFrame = async (): Promise<void> => {
      await new Promise(requestAnimationFrame);
      frames++;
    };
    for (let now = 0; now < seconds * 1000; now = performance.now() - begun) {
      // Pipelines of five are about 25 events: what arrives and joins the queue, runs and ends, touches a key, is answered.
      for (const due = (now / 1000) * 450; pipelines + waits < due; ) {
        const wait = (pipelines + waits) % 50 === 49;
        store.enter(ids[(pipelines + waits) % ids.length] as number, wait ? 'BLPOP never 0.2' : '5 INCR n');
        if (wait) waits++;
        else pipelines++;
      }
      await nextFrame();
    }
    const over = (): boolean => (kinds['done'] ?? 0) >= pipelines * 5 + waits && (kinds['unblocked'] ?? 0) >= waits;
    for (const give = performance.now() + 60_000; !over() && performance.now() < give; ) await nextFrame();
    const [n] = await store.probe(['GET n']);
    return {
      frames, updates, draws: drawn.size, drawsOfOne: Math.max(...drawn.values()), shapes, backwards, dropped, pipelines, waits, kinds, n: n?.value,
      left: session.view?.queue.length, runs: session.lanes.runs.length, spans: session.lanes.spans.length,
    };
  }, [SECONDS] as const);
  expect(seen.pipelines).toBeGreaterThan(100);
  // Once and in order, and none left out.
  expect(seen.backwards).toBe(0);
  expect(seen.dropped).toBe(0);
  expect(seen.kinds['done']).toBe(seen.pipelines * 5 + seen.waits);
  expect(seen.kinds['blocked']).toBe(seen.waits);
  expect(seen.kinds['unblocked']).toBe(seen.waits);
  expect(seen.n).toBe(String(seen.pipelines * 5));
  expect(seen.left).toBe(0);
  // However many events, at most one update and one drawing a frame.
  expect(seen.updates).toBeLessThanOrEqual(seen.frames + UNASKED);
  expect(seen.drawsOfOne).toBe(1);
  expect(seen.draws).toBeGreaterThan(10);
  // However many clients, a bounded picture.
  expect(seen.shapes).toBeGreaterThan(50);
  expect(seen.shapes).toBeLessThan(700);
  await expect(page.locator('rl-lanes-plot').getByRole('button', { name: /\+ 9\d\d more/ })).toBeVisible();
  await page.screenshot({ path: 'e2e/__screens__/lanes-thousand.png' });
});
