import { expect, REAL_TIME, test, type Playground } from './playground.ts';
import { expectAccessible, expectFits } from './accessible.ts';

async function history(playground: Playground): Promise<void> {
  await playground.speed(REAL_TIME);
  await playground.ask('alice', 'SET stock 10', 'OK');
  await playground.ask('bob', 'DECR stock', '(integer) 9');
  await playground.ask('alice', 'RPUSH orders a b', '(integer) 2');
  await playground.ask('bob', 'GET stock', '"9"');
}

test('stepping back shows queue, keys and logs as they were; stepping on leads to now', async ({ playground, page }) => {
  await history(playground);
  const back = page.getByRole('button', { name: 'Step back' });
  await back.click();
  await expect(page.getByText('You are looking at the past')).toBeVisible();
  await expect(playground.log('bob').locator('pre').last()).toHaveText('bob> GET stock');
  // The command has arrived and waits: its card is what the engine had read of it then.
  await expect(page.getByRole('list', { name: 'Ready queue, next first' })).toContainText('GET stock');
  await back.click();
  await expect(page.getByRole('list', { name: 'Ready queue, next first' })).toContainText('RPUSH orders a b');
  await expect(page.getByRole('tabpanel')).not.toContainText('orders');
  await page.keyboard.press('F9');
  await expect(page.getByRole('list', { name: 'Ready queue, next first' })).toContainText('DECR stock');
  await expect(playground.log('alice').locator('pre').last()).toHaveText('OK');
  for (let i = 0; i < 4; i++) await page.keyboard.press('F10');
  await expect(page.getByText('You are looking at the past')).toBeHidden();
  await expect(playground.log('bob').locator('pre').last()).toHaveText('"9"');
});

test('the timeline is a slider that says where it is', async ({ playground, page }) => {
  await history(playground);
  const slider = page.getByRole('slider', { name: 'Timeline' });
  await slider.fill('2');
  await expect(slider).toHaveAttribute('aria-valuetext', /^after .* task 2 of \d+$|^before anything ran, task 2 of \d+$/);
  await slider.press('End');
  await expect(page.getByText('You are looking at the past')).toBeHidden();
});

test('a command typed in the past starts another future; both are compared', async ({ playground, page }) => {
  await history(playground);
  // After the reply to DECR, before RPUSH arrived.
  await page.getByRole('slider', { name: 'Timeline' }).fill('4');
  await playground.type('alice', 'SET stock 100');
  await expect(playground.log('alice').locator('pre').last()).toHaveText('OK');
  await playground.ask('bob', 'GET stock', '"100"');
  await page.getByRole('button', { name: 'Compare' }).click();
  const dialog = page.getByRole('dialog', { name: 'Two futures of one past' });
  await expect(dialog.getByRole('row', { name: /orders not there list/ })).toBeVisible();
  await expect(dialog.getByRole('row', { name: /stock/ })).toBeVisible();
  await expect(dialog.getByText('SET stock 100')).toBeVisible();
  await expect(dialog.getByText('RPUSH orders a b')).toBeVisible();
  await expectAccessible(page);
  await page.screenshot({ path: 'e2e/__screens__/compare.png' });
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Switch to the other' }).click();
  await expect(playground.log('bob').locator('pre').last()).toHaveText('"9"');
  await page.keyboard.press('F8');
  await playground.ask('alice', 'LRANGE orders 0 -1', /1\) "a"/);
});

test('breakpoints stop the loop', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  await page.getByRole('button', { name: 'Breakpoints' }).click();
  await page.getByLabel('Stop at').selectOption('key');
  await page.getByRole('textbox', { name: 'key' }).fill('user:*');
  await page.getByRole('button', { name: 'Add', exact: true }).last().click();
  await page.keyboard.press('Escape');
  await playground.ask('alice', 'SET other 1', 'OK');
  await playground.type('bob', 'SET user:1 ada');
  await expect(page.getByText('Stopped at the breakpoint: key user:*.')).toBeVisible();
  await expect(playground.log('bob').locator('pre')).toHaveText('bob> SET user:1 ada');
  await page.getByRole('button', { name: 'Play' }).first().click();
  await expect(playground.log('bob').locator('pre').last()).toHaveText('OK');
});

for (const [theme, width, height] of [['dark', 1440, 900], ['light', 1440, 900], ['dark', 390, 844]] as const) {
  test.describe(`${theme}, ${width} by ${height}`, () => {
    test.use({ colorScheme: theme, viewport: { width, height }, hasTouch: width < 500, isMobile: width < 500 });
    test('the past is accessible and fits', async ({ playground, page }) => {
      await history(playground);
      await page.getByRole('button', { name: 'Step back' }).click();
      await expect(page.getByText('You are looking at the past')).toBeVisible();
      await page.screenshot({ path: `e2e/__screens__/past-${theme}-${width}.png` });
      await expectAccessible(page);
      await expectFits(page);
    });
  });
}
