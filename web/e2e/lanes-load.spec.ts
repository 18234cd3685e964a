// A thousand clients and ten thousand events a second: the picture is aggregated, frames do not queue up. What is
// measured is printed; what is asserted is generous, since machines differ and this one may be shared.

import { expect, REAL_TIME, test } from './playground.ts';

const CLIENTS = 1000;
const SECONDS = 5;

test('a thousand clients: bounded shapes, and frames that keep up', async ({ playground, page }) => {
  test.setTimeout(180_000);
  await playground.speed(REAL_TIME);
  // The processor time of the page's main thread, whatever else the machine is doing; 1 is all of one processor.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.setTimeDomain', { timeDomain: 'threadTicks' });
  await devtools.send('Performance.enable');
  const spent = async (): Promise<number> => (await devtools.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  await page.evaluate(async ([clients]) => {
    const app = document.querySelector('rl-app') as unknown as { store: Loaded; shadowRoot: ShadowRoot };
    const { store } = app;
    const ids = Array.from({ length: clients - 2 }, () => store.open());
    (globalThis as unknown as { ids: number[] }).ids = ids;
    await new Promise((resolve) => setTimeout(resolve, 4000));

    interface Loaded {
      open(): number;
    }
  }, [CLIENTS] as const);
  const before = await spent();
  const measured = await page.evaluate(async ([seconds]) => {
    const app = document.querySelector('rl-app') as unknown as { store: Loaded; shadowRoot: ShadowRoot };
    const { store } = app;
    const { ids } = globalThis as unknown as { ids: number[] };
    const plot = app.shadowRoot.querySelector('rl-lanes')?.shadowRoot?.querySelector('rl-lanes-plot') as unknown as { performUpdate(): void; shadowRoot: ShadowRoot };
    const costs: number[] = [];
    const draw = plot.performUpdate.bind(plot);
    plot.performUpdate = () => {
      const from = performance.now();
      draw();
      costs.push(performance.now() - from);
    };
    let events = 0;
    let dropped = 0;
    const { session } = store;
    const apply = session.apply.bind(session);
    session.apply = (update) => {
      events += update.events.length;
      dropped += update.dropped ?? 0;
      apply(update);
    };
    const frames: number[] = [];
    const begun = performance.now();
    let last = begun;
    let shapes = 0;
    let next = 0;
    let sent = 0;
    while (last - begun < seconds * 1000) {
      // Pipelines of five are about 25 events: what arrives and joins the queue, runs and ends, touches a key, is answered.
      for (const due = ((last - begun) / 1000) * 450; sent < due; sent++) store.enter(ids[next++ % ids.length] as number, next % 50 === 0 ? 'BLPOP never 0.2' : '5 INCR n');
      const now = await new Promise<number>((resolve) => requestAnimationFrame(() => resolve(performance.now())));
      frames.push(now - last);
      last = now;
      if (frames.length % 5 === 0) shapes = Math.max(shapes, plot.shadowRoot.querySelectorAll('svg *').length);
    }
    const p = (values: number[], q: number): number => Number([...values].sort((a, b) => a - b)[Math.floor(values.length * q)]?.toFixed(2));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return {
      frames: frames.length, frameP50: p(frames, 0.5), frameP95: p(frames, 0.95), drawP50: p(costs, 0.5), drawP95: p(costs, 0.95), draws: costs.length, shapes,
      eventsPerSecond: Math.round(events / seconds), dropped, left: session.view?.queue.length ?? -1,
    };

    interface Loaded {
      enter(id: number, line: string): void;
      session: { apply(update: { events: unknown[]; dropped?: number }): void; view: { queue: unknown[] } | null };
    }
  }, [SECONDS] as const);
  const mainThread = Number((((await spent()) - before) / SECONDS).toFixed(2));
  console.log(JSON.stringify({ ...measured, mainThread }));
  expect(measured.shapes).toBeGreaterThan(50);
  expect(measured.shapes).toBeLessThan(700);
  expect(measured.eventsPerSecond + measured.dropped / SECONDS).toBeGreaterThan(1000);
  // Whatever was sent has been run and drawn: nothing is queued up.
  expect(measured.left).toBe(0);
  await expect(page.locator('rl-lanes-plot').getByRole('button', { name: /\+ 9\d\d more/ })).toBeVisible();
  await page.screenshot({ path: 'e2e/__screens__/lanes-thousand.png' });
});
