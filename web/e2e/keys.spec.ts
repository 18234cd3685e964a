import AxeBuilder from '@axe-core/playwright';
import { expect, REAL_TIME, test } from './playground.ts';

test('the tree, its filter, its keyboard and the value of a key', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  await playground.ask('alice', 'SET user:1:name ada', 'OK');
  await playground.ask('alice', 'HSET user:1:cart apples 3 pears 4', '(integer) 2');
  await playground.ask('alice', 'ZADD board 3 ada 5 lin', '(integer) 2');
  await playground.ask('alice', 'SET session x EX 30', 'OK');
  const tree = page.getByRole('tree', { name: 'Keys' });
  await expect(tree.getByRole('treeitem')).toHaveText([/user:/, /1:/, /cart.*listpack · 2/s, /name.*embstr/s, /board/, /session.*\d+ s/s]);
  await tree.getByRole('treeitem', { name: /board/ }).click();
  const value = page.getByRole('group', { name: 'Value of board' });
  await expect(value.getByRole('row')).toHaveText([/member/, /ada.*3/s, /lin.*5/s]);
  await expect(page.getByText('2 of 128 members')).toBeVisible();
  await tree.focus();
  await tree.press('Home');
  await tree.press('ArrowLeft');
  await expect(tree.getByRole('treeitem', { name: /user:/ })).toHaveAttribute('aria-expanded', 'false');
  await page.getByRole('searchbox', { name: 'Filter keys' }).fill('sess*');
  await expect(tree.getByRole('treeitem')).toHaveText([/session/]);
  await playground.ask('alice', 'DEL session', '(integer) 1');
  await expect(page.getByText('No key matches the filter.')).toBeVisible();
});

test('a million keys scroll smoothly', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  await playground.type('alice', 'DEBUG POPULATE 1000000');
  const tree = page.getByRole('tree', { name: 'Keys' });
  await expect(page.getByText(/^1.000.000 keys$/)).toBeVisible({ timeout: 40_000 });
  await tree.getByRole('treeitem', { name: /key:/ }).first().click();
  await expect(tree.getByRole('treeitem').nth(3)).toBeVisible({ timeout: 40_000 });
  await expect(page.getByText(/^1.000.000 keys$/)).toBeVisible({ timeout: 40_000 });
  const frames = await tree.evaluate(async (box) => {
    const times: number[] = [];
    let last = performance.now();
    for (let i = 0; i < 150; i++) {
      box.scrollTop += i < 75 ? 200 : 100_000;
      await new Promise(requestAnimationFrame);
      times.push(performance.now() - last);
      last = performance.now();
    }
    return times.sort((a, b) => a - b);
  });
  console.log(`frames: p50 ${frames[75]?.toFixed(1)} ms, p95 ${frames[142]?.toFixed(1)} ms, longest ${frames[149]?.toFixed(1)} ms`);
  expect(frames[142]).toBeLessThan(50);
  await tree.press('End');
  await expect(tree.getByRole('treeitem').last()).toHaveText(/999999/);
});

for (const theme of ['dark', 'light'] as const) {
  for (const [width, height] of [[1440, 900], [768, 1024], [390, 844]] as const) {
    test.describe(`${theme}, ${width} by ${height}`, () => {
      test.use({ colorScheme: theme, viewport: { width, height } });
      test('the keys are accessible and fit', async ({ playground, page }) => {
        await playground.speed(REAL_TIME);
        await playground.ask('alice', 'HSET user:1:cart apples 3 pears 4', '(integer) 2');
        await playground.ask('alice', 'SET session x EX 30', 'OK');
        await page.getByRole('treeitem', { name: /cart/ }).click();
        await expect(page.getByRole('group', { name: 'Value of user:1:cart' })).toBeVisible();
        await page.screenshot({ path: `e2e/__screens__/keys-${theme}-${width}.png` });
        expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [id, nodes.map((n) => n.html)])).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
      });
    });
  }
}
