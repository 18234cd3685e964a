import { expect, REAL_TIME, test } from './playground.ts';

test('a slow command holds everybody else, visibly', async ({ playground, page }) => {
  await page.getByRole('button', { name: 'Add' }).click();
  await playground.speed(REAL_TIME);
  await playground.ask('alice', 'DEBUG POPULATE 100000', 'OK');
  await playground.speed(10);
  await playground.type('alice', 'KEYS nothing:*');
  await expect(page.getByLabel('Executor')).toContainText('N = 100');
  await playground.type('bob', 'INCR hits');
  await playground.type('carol', 'GET hits');
  const queue = page.getByRole('list', { name: 'Ready queue, next first' });
  await expect(queue).toContainText('INCR hits');
  await expect(queue).toContainText('GET hits');
  await expect(queue.getByText(/^waits \d/)).toHaveCount(2);
  await expect(playground.card('bob')).toContainText('waiting · 1 queued');
  await expect(page.locator('rl-explain').getByRole('status')).toContainText('bob and carol wait for alice.');
  await playground.speed(REAL_TIME);
  await expect(playground.log('carol').locator('pre').last()).toHaveText('"1"');
  await expect(playground.log('alice').locator('pre').last()).toHaveText('(empty array)');
  await expect(page.locator('rl-lanes path.queued:not([d=""])')).not.toHaveCount(0);
});

test('paused, commands queue up and run one step at a time', async ({ playground, page }) => {
  await page.getByRole('button', { name: 'Pause' }).click();
  await playground.type('alice', 'SET a 1', 'INCR a');
  await playground.type('bob', 'GET a');
  await expect(playground.card('alice')).toContainText('waiting · 2 queued');
  const step = page.getByRole('button', { name: 'Step', exact: true });
  await step.click();
  await expect(playground.card('alice')).toContainText('waiting · 1 queued');
  await expect(page.getByLabel('Executor')).toContainText('SET a 1');
  await step.click();
  await step.click();
  await expect(playground.card('bob')).not.toContainText('waiting');
  await expect(playground.log('bob').locator('pre')).toHaveCount(1);
  await page.getByRole('button', { name: /^Step by/ }).click();
  await page.getByRole('button', { name: /^Loop turn/ }).click();
  await expect(playground.log('bob').locator('pre').last()).toHaveText('"2"');
  await page.keyboard.press('F8');
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await playground.ask('bob', 'GET a', '"2"');
});

test('a deadline passes in engine time', async ({ playground, page }) => {
  await playground.type('alice', 'BLPOP none 60');
  await expect(page.getByRole('region', { name: 'Timers' })).toContainText('give up waiting');
  // Only then is the deadline the next thing that happens.
  await expect(page.getByLabel('Executor')).toContainText('the loop sleeps');
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await page.getByRole('button', { name: 'Play' }).click();
  await expect(playground.log('alice').locator('pre').last()).toHaveText('(nil)');
  await expect(page.locator('rl-explain').getByRole('status')).toContainText('alice gave up waiting.');
});
