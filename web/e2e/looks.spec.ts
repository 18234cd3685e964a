import type { Page } from '@playwright/test';
import { expect, REAL_TIME, test, type Playground } from './playground.ts';
import { expectAccessible, expectFits, moving } from './accessible.ts';

/** A busy page: a slow command runs, two wait, one is parked, one collects a transaction. */
async function busy(playground: Playground, page: Page): Promise<void> {
  for (let i = 0; i < 2; i++) await page.getByRole('button', { name: 'Add' }).click();
  await playground.speed(REAL_TIME);
  await playground.ask('alice', 'DEBUG POPULATE 100000', 'OK');
  await playground.ask('alice', 'HSET session:9f user ada since 2026', '(integer) 2');
  await playground.ask('bob', 'SET user:1 ada EX 600', 'OK');
  await playground.type('carol', 'BLPOP jobs 90');
  await playground.ask('dave', 'MULTI', 'OK');
  await playground.ask('dave', 'INCR hits', 'QUEUED');
  await playground.speed(9);
  await playground.type('alice', 'KEYS *');
  await playground.type('bob', 'GET user:1');
  await playground.type('dave', 'EXEC');
  await expect(page.getByRole('list', { name: 'Ready queue, next first' })).toContainText('EXEC');
}

for (const theme of ['dark', 'light'] as const) {
  for (const [width, height] of [[1440, 900], [768, 1024], [390, 844]] as const) {
    test.describe(`${theme}, ${width} by ${height}`, () => {
      test.use({ colorScheme: theme, viewport: { width, height }, hasTouch: width < 500, isMobile: width < 500 });

      test('the empty and the busy page have no accessibility violations and fit', async ({ playground, page }) => {
        await page.screenshot({ path: `e2e/__screens__/empty-${theme}-${width}.png` });
        await expectAccessible(page);
        await busy(playground, page);
        await page.waitForTimeout(2500);
        await page.screenshot({ path: `e2e/__screens__/busy-${theme}-${width}.png` });
        await expectAccessible(page);
        await expectFits(page);
        await page.getByRole('tab', { name: 'Commands' }).click();
        await expectAccessible(page);
      });
    });
  }
}

test('the theme is a choice that is remembered', async ({ playground, page }) => {
  await page.getByRole('button', { name: /light and dark/ }).click();
  const chosen = await page.evaluate(() => document.documentElement.dataset['theme']);
  await playground.open();
  expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe(chosen);
});

test('a reply that leaves is seen to leave', async ({ playground, page }) => {
  await playground.type('alice', 'SET a 1');
  await expect.poll(() => moving(page), { intervals: [50] }).toBeGreaterThan(0);
});

test.describe('with reduced motion', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } });
  test('nothing moves, everything works', async ({ playground, page }) => {
    await playground.ask('alice', 'SET a 1', 'OK');
    expect(await moving(page)).toBe(0);
  });
});
