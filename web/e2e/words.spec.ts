// The page in two languages: chosen, remembered, redrawn at once; accessible in both, on every view.
import type { Page } from '@playwright/test';
import { expect, REAL_TIME, test } from './playground.ts';
import { expectAccessible, expectFits } from './accessible.ts';

const explained = (page: Page) => page.locator('rl-explain').getByRole('status');

/** A German page, opened by its address. */
async function german(page: Page): Promise<void> {
  await page.goto('/?lang=de');
  await page.waitForFunction(() => performance.getEntriesByName('redloop-ready').length > 0);
}

async function typed(page: Page, client: string, ...lines: string[]): Promise<void> {
  for (const line of lines) {
    await page.getByRole('combobox', { name: `Befehl für ${client}` }).fill(line);
    await page.keyboard.press('Enter');
  }
}

test('the language is chosen in the top bar, everything follows at once, and it is remembered', async ({ playground, page }) => {
  await playground.ask('alice', 'GET none', '(nil)');
  await expect(explained(page)).toContainText('There was nothing there, so the answer is nil.');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await page.getByRole('button', { name: 'Language: English' }).click();
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page).toHaveTitle('Redloop-Spielplatz');
  await expect(explained(page)).toContainText('alice hat GET none ausgeführt. Da war nichts, darum ist die Antwort nil.');
  await expect(page.getByRole('region', { name: 'Die Schleife' })).toContainText('Die Warteschlange ist leer');
  await expect(page.getByRole('tab', { name: 'Mitschrift' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sprache: Deutsch' })).toBeFocused();
  await page.reload();
  await expect(page.getByRole('combobox', { name: 'Befehl für alice' })).toBeVisible();
  await page.goto('/?lang=en');
  await expect(page.getByRole('combobox', { name: 'Command for alice' })).toBeVisible();
});

test('the address asks for a language until another one is chosen', async ({ page }) => {
  await german(page);
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await page.getByRole('button', { name: 'Sprache: Deutsch' }).click();
  await page.getByRole('button', { name: 'English' }).click();
  expect(new URL(page.url()).search).toBe('');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});

test.describe('a German browser', () => {
  test.use({ locale: 'de-AT' });
  test('is greeted in German; what the engine says stays as it is', async ({ page }) => {
    await page.goto('/');
    await expect(explained(page)).toContainText('Tippe bei einem Client einen Befehl.');
    await typed(page, 'alice', 'LPUSH', 'SET k v', 'LPUSH k x');
    await expect(page.getByRole('log', { name: 'Protokoll von alice' })).toContainText("(error) ERR wrong number of arguments for 'lpush' command");
    await expect(explained(page)).toContainText('Das LPUSH von alice wurde abgelehnt. Der Schlüssel hat einen anderen Typ, als LPUSH braucht.');
    await expect(page.getByRole('log', { name: 'Protokoll von alice' })).toHaveAttribute('lang', 'en');
  });
});

/** Opens the page's views one after the other. */
async function views(page: Page, check: (name: string) => Promise<void>): Promise<void> {
  await check('empty');
  await page.getByRole('button', { name: 'Szenen' }).click();
  await check('scenes');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Neu' }).click();
  await page.getByRole('slider', { name: 'Tempo' }).fill(String(REAL_TIME));
  await typed(page, 'alice', 'DEBUG POPULATE 100000', 'HSET ada geboren 1815', 'HGETALL ada', 'HELP zadd');
  await typed(page, 'bob', 'BLPOP jobs 90');
  await page.getByRole('slider', { name: 'Tempo' }).fill('9');
  await typed(page, 'alice', 'KEYS *');
  await typed(page, 'carol', 'INCR hits');
  await expect(page.getByRole('group', { name: 'Ausführung' })).toContainText('N = 100');
  await expect(explained(page)).toContainText('carol wartet auf alice.');
  await check('busy');
  await page.getByRole('combobox', { name: 'Ansicht der Antworten an alice' }).selectOption('RESP-Bytes');
  await page.getByRole('tab', { name: 'Mitschrift' }).click();
  await check('transcript');
  await page.getByRole('tab', { name: 'Befehle' }).click();
  await check('commands');
  await page.getByRole('button', { name: 'Befehle von alice als Code kopieren' }).click();
  await check('code');
  await page.keyboard.press('Escape');
  await page.keyboard.press('F1');
  await expect(page.getByRole('dialog', { name: 'Tasten' })).toBeVisible();
  await check('keys');
}

for (const theme of ['dark', 'light'] as const) {
  for (const [width, height] of [[1440, 900], [768, 1024], [390, 844]] as const) {
    test.describe(`German, ${theme}, ${width} by ${height}`, () => {
      test.use({ colorScheme: theme, viewport: { width, height }, hasTouch: width < 500, isMobile: width < 500 });
      test('every view is accessible and fits', async ({ page }) => {
        test.setTimeout(120_000);
        await german(page);
        await views(page, async (name) => {
          await page.waitForTimeout(300);
          await page.screenshot({ path: `e2e/__screens__/de-${name}-${theme}-${width}.png` });
          await expectAccessible(page);
          await expectFits(page);
        });
      });
    });
  }
}

