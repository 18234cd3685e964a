import { expect, test } from './playground.ts';

const crash = (page: import('@playwright/test').Page): Promise<void> =>
  page.evaluate(() => (document.querySelector('rl-app') as unknown as { store: { crashOnPurpose(): void } }).store.crashOnPurpose());

test('a crashed engine is reported and restarts from the recording', async ({ playground, page }) => {
  await playground.ask('alice', 'SET kept yes', 'OK');
  await playground.ask('bob', 'SELECT 3', 'OK');
  await playground.ask('bob', 'SET lost forever', 'OK');
  await crash(page);
  const alert = page.getByRole('alert').filter({ hasText: 'stopped' });
  await expect(alert).toContainText('The engine stopped.');
  await expect(alert).toContainText('the engine was asked to crash');
  await page.getByRole('button', { name: 'Restart from the recording' }).click();
  await expect(page.getByText(/Restarted from the recording: \d+ inputs/)).toBeVisible();
  await expect(alert).toHaveCount(0);
  await playground.ask('alice', 'GET kept', '"yes"');
  // The last request is left out, in case it was what crashed; everything before is as it was.
  await playground.ask('bob', 'GET lost', '(nil)');
  await expect(playground.card('bob').getByText('bob[3]>').last()).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).click();
});

test('SHUTDOWN stops the engine, and the session can go on', async ({ playground, page }) => {
  await playground.ask('alice', 'SET kept yes', 'OK');
  await playground.type('bob', 'SHUTDOWN NOSAVE');
  await expect(page.getByRole('alert').filter({ hasText: 'stopped' })).toContainText('asked the server to shut down');
  await page.getByRole('button', { name: 'Restart from the recording' }).click();
  await playground.ask('alice', 'GET kept', '"yes"');
});
