// On a phone: everything within 320 px, commands by thumb, the prompt never hidden.
import type { Locator, Page } from '@playwright/test';
import { expect, REAL_TIME, test, type Playground } from './playground.ts';
import { expectAccessible, expectFits } from './accessible.ts';

const chips = (page: Page): Locator => page.getByRole('group', { name: 'What to type next' });

/** Taps chips by their label, one after the other. */
async function tap(page: Page, ...labels: string[]): Promise<void> {
  for (const label of labels) await chips(page).getByRole('button', { name: label, exact: true }).tap();
}

async function send(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Send', exact: true }).tap();
}

async function overlap(playground: Playground, client: string): Promise<number> {
  const prompt = await playground.prompt(client).boundingBox();
  const bar = await playground.page.locator('rl-chips').boundingBox();
  return (prompt?.y ?? 0) + (prompt?.height ?? 0) - (bar?.y ?? 0);
}

for (const [width, height] of [[320, 568], [390, 844]] as const) {
  for (const theme of ['dark', 'light'] as const) {
    test.describe(`${width} by ${height}, ${theme}`, () => {
      test.use({ viewport: { width, height }, hasTouch: true, isMobile: true, colorScheme: theme });

      test('a session by thumb alone', async ({ playground, page }) => {
        await playground.speed(REAL_TIME);
        await expect(chips(page)).toHaveCount(0);
        await playground.prompt('alice').tap();
        await expect(chips(page)).toBeVisible();
        await page.screenshot({ path: `e2e/__screens__/phone-chips-${theme}-${width}.png` });
        await tap(page, 'SET', 'greeting');
        await page.screenshot({ path: `e2e/__screens__/phone-arguments-${theme}-${width}.png` });
        await tap(page, 'hello');
        await expect(playground.prompt('alice')).toHaveValue('SET greeting hello ');
        await expect(playground.prompt('alice')).toBeFocused();
        await send(page);
        await expect(playground.log('alice').locator('pre').last()).toHaveText('OK');
        await tap(page, 'RPUSH', 'jobs', 'hello');
        await page.getByRole('button', { name: 'Take the last word away' }).tap();
        await expect(playground.prompt('alice')).toHaveValue('RPUSH jobs ');
        await tap(page, '1');
        await send(page);
        await expect(playground.log('alice').locator('pre').last()).toHaveText('(integer) 1');
        // Keys that exist, of the right type.
        await tap(page, 'LRANGE');
        await expect(chips(page).getByRole('button')).toHaveText(['jobs']);
        await tap(page, 'jobs', '0', '-1');
        await send(page);
        await expect(playground.log('alice').locator('pre').last()).toHaveText('1) "1"');
        await tap(page, 'MULTI');
        await send(page);
        await expect(chips(page).getByRole('button').first()).toHaveText('EXEC');
        await expect.poll(() => overlap(playground, 'alice')).toBeLessThanOrEqual(0);
        await page.screenshot({ path: `e2e/__screens__/phone-session-${theme}-${width}.png` });
        await expectAccessible(page);
      });

      test('nothing is wider than the screen, and no field makes it zoom', async ({ playground, page }) => {
        await playground.ask('alice', 'HSET a-key-with-a-rather-long-name:of:several:parts field value', '(integer) 1');
        await playground.type('bob', 'BLPOP another-key-with-a-long-name 90');
        for (const tab of ['Transcript', 'Commands', 'Keys']) {
          await page.getByRole('tab', { name: tab, exact: true }).tap();
          await expectFits(page);
          const main = await page.locator('main').evaluate((each) => each.scrollWidth - each.clientWidth);
          expect(main).toBeLessThanOrEqual(0);
        }
        await page.locator('main').evaluate((each) => each.scrollTo(0, 0));
        await page.waitForTimeout(200);
        await page.screenshot({ path: `e2e/__screens__/phone-top-${theme}-${width}.png` });
        const small = await page.evaluate(() => {
          const out: string[] = [];
          const walk = (root: Document | ShadowRoot): void => {
            for (const each of root.querySelectorAll('*')) {
              if (each.shadowRoot !== null) walk(each.shadowRoot);
              if (each.matches('input:not([type=range]), textarea') && Number.parseFloat(getComputedStyle(each).fontSize) < 16) out.push(each.outerHTML.slice(0, 80));
            }
          };
          walk(document);
          return out;
        });
        expect(small).toEqual([]);
      });
    });
  }
}

test.describe('with a keyboard on the screen', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('chips and prompt stay above it', async ({ playground, page }) => {
    await playground.prompt('bob').tap();
    // What a keyboard does to the page: the visual viewport loses height, nothing else changes.
    await page.evaluate(() => {
      const viewport = window.visualViewport as VisualViewport;
      Object.assign(window, { hidden: 336 });
      Object.defineProperty(VisualViewport.prototype, 'height', { get: () => window.innerHeight - (window as unknown as { hidden: number }).hidden });
      viewport.dispatchEvent(new Event('resize'));
    });
    await expect.poll(async () => (await page.locator('rl-chips').boundingBox())?.y ?? 0).toBeLessThan(844 - 336);
    const bar = await page.locator('rl-chips').boundingBox();
    expect((bar?.y ?? 0) + (bar?.height ?? 0)).toBeLessThanOrEqual(844 - 336 + 1);
    await expect.poll(() => overlap(playground, 'bob')).toBeLessThanOrEqual(0);
    await page.screenshot({ path: 'e2e/__screens__/phone-keyboard.png' });
    await page.evaluate(() => {
      Object.assign(window, { hidden: 0 });
      window.visualViewport?.dispatchEvent(new Event('resize'));
    });
    await expect.poll(async () => (await page.locator('rl-chips').boundingBox())?.y ?? 0).toBeGreaterThan(844 - 336);
  });
});
