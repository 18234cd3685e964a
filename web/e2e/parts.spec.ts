// The engine comes in parts: whoever needs one before it is there waits for it, and is told if it never comes.
import type { Route } from '@playwright/test';
import { expect, Playground, test } from './playground.ts';

const REST = /\/rest-[^/]*\.wasm$/;
const RARE = /\/rare-[^/]*\.wasm$/;

test('a command whose code is still on its way fetches it and is answered', async ({ page }) => {
  let awaited = 0;
  let rare = 0;
  // The requests for which nobody waits stay without an answer.
  await page.route(REST, async (route: Route) => {
    if (route.request().resourceType() !== 'xhr') return;
    awaited += 1;
    await route.continue();
  });
  await page.route(RARE, async (route: Route) => {
    if (route.request().resourceType() !== 'xhr') return;
    rare += 1;
    await route.continue();
  });
  const playground = new Playground(page);
  await playground.open();
  await playground.ask('alice', 'GET greeting', '(nil)');
  expect(awaited).toBe(0);
  await playground.ask('alice', 'ZADD scores 1.5 ann 2 bob', '(integer) 2');
  expect(awaited).toBe(1);
  await playground.ask('alice', 'ZRANGE scores 0 -1 WITHSCORES', /"ann"\n2\) "1.5"/);
  await playground.ask('alice', 'HSET h f v', '(integer) 1');
  expect(awaited).toBe(1);
  expect(rare).toBe(0);
  await playground.ask('alice', 'PFADD visitors ann', '(integer) 1');
  expect(rare).toBe(1);
  await playground.ask('alice', 'VADD points VALUES 2 1 2 home', '(integer) 1');
  expect([awaited, rare]).toEqual([1, 1]);
});

test('a part that never comes is said to be missing, and the session goes on with the next try', async ({ page, errors }) => {
  let away = true;
  await page.route(REST, (route: Route) => (away ? route.fulfill({ status: 503 }) : route.continue()));
  const playground = new Playground(page);
  await playground.open();
  await playground.ask('alice', 'SET greeting hello', 'OK');
  await playground.type('alice', 'ZADD scores 1 ann');
  await expect(page.getByText('its server answered 503')).toBeVisible();
  away = false;
  // What the browser and the worker say of it.
  errors.length = 0;
  await page.getByRole('button', { name: 'Restart' }).click();
  await playground.ask('alice', 'GET greeting', '"hello"');
  await playground.ask('alice', 'ZADD scores 1 bob', '(integer) 1');
});
