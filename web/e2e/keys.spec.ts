import { expect, REAL_TIME, test } from './playground.ts';
import { expectAccessible, expectFits } from './accessible.ts';

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

test('a string as text, JSON, number and bytes', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  await playground.ask('alice', `SET doc '{"name":"ada","tags":[1,2]}'`, 'OK');
  await playground.ask('alice', 'SET visits 1234', 'OK');
  await page.getByRole('treeitem', { name: /doc/ }).click();
  const doc = page.getByRole('group', { name: 'Value of doc' });
  await expect(doc).toHaveText('{\n  "name": "ada",\n  "tags": [\n    1,\n    2\n  ]\n}', { useInnerText: true });
  await page.getByRole('button', { name: 'Text', exact: true }).click();
  await expect(doc).toHaveText('"{\\"name\\":\\"ada\\",\\"tags\\":[1,2]}"');
  await page.getByRole('button', { name: 'Hex', exact: true }).click();
  await expect(doc).toContainText('0000  7b 22 6e 61 6d 65 22 3a  {"name":');
  await page.screenshot({ path: 'e2e/__screens__/keys-hex.png' });
  await page.getByRole('treeitem', { name: /visits/ }).click();
  const visits = page.getByRole('group', { name: 'Value of visits' });
  await expect(visits).toContainText('0000  31 32 33 34');
  await page.getByRole('button', { name: 'Number', exact: true }).click();
  await expect(visits).toContainText('0x4d2');
  await expect(page.getByRole('button', { name: 'JSON', exact: true })).toBeHidden();
});

test('lists, sets and sorted sets, and a type of many pages', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  await playground.ask('alice', 'SADD numbers 3 1 2', '(integer) 3');
  await playground.ask('alice', 'SADD names ada', '(integer) 1');
  await playground.ask('alice', 'ZADD board 10 ada -5 lin', '(integer) 2');
  await playground.ask('alice', `RPUSH queue ${Array.from({ length: 201 }, (_, i) => `job${i}`).join(' ')}`, '(integer) 201');
  await page.getByRole('treeitem', { name: /numbers/ }).click();
  await expect(page.getByRole('group', { name: 'Value of numbers' }).getByRole('listitem')).toHaveText(['1', '2', '3']);
  await page.getByRole('treeitem', { name: /names/ }).click();
  await expect(page.getByRole('group', { name: 'Value of names' }).getByRole('listitem')).toHaveText(['"ada"']);
  await page.getByRole('treeitem', { name: /board/ }).click();
  await expect(page.getByRole('group', { name: 'Value of board' }).getByRole('row')).toHaveText([/rank.*member.*score/s, /0.*"lin".*-5/s, /1.*"ada".*10/s]);
  await expect(page.getByRole('list', { name: 'History of board' }).getByRole('listitem')).toHaveText([/ZADD board 10 ada -5 lin/]);
  await page.screenshot({ path: 'e2e/__screens__/keys-zset.png' });
  await page.getByRole('treeitem', { name: /queue/ }).click();
  const queue = page.getByRole('group', { name: 'Value of queue' });
  await expect(queue.getByRole('row').nth(1)).toHaveText(/^0\s*"job0"$/);
  await page.getByRole('button', { name: 'Next page' }).click();
  await expect(queue.getByRole('row')).toHaveText([/index/, /^200\s*"job200"$/]);
});

test('the controls are two rows, in the longer language too', async ({ page }) => {
  await page.goto('/?lang=de');
  await page.waitForFunction(() => performance.getEntriesByName('redloop-ready').length > 0);
  await page.getByRole('combobox', { name: 'Befehl für alice', exact: true }).fill('DEBUG POPULATE 12345');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/^12.345 Schlüssel$/)).toBeVisible();
  const panel = page.getByRole('tabpanel');
  const top = async (name: string, role: 'combobox' | 'searchbox' | 'checkbox'): Promise<number> => {
    const box = await panel.getByRole(role, { name }).boundingBox();
    return Math.round(((box?.y ?? 0) + (box?.height ?? 0) / 2) / 8);
  };
  const rows = [await top('Datenbank', 'combobox'), await top('Schlüssel filtern', 'searchbox'), await top('Typ', 'combobox'), await top('Reihenfolge', 'combobox'), await top('Baum', 'checkbox')];
  expect(new Set(rows.slice(0, 2)).size).toBe(1);
  expect(new Set(rows.slice(2)).size).toBe(1);
  await page.screenshot({ path: 'e2e/__screens__/keys-de.png' });
});

test('the history of a key leads to its value as it was, and back', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  await playground.ask('alice', 'SET stock 10', 'OK');
  await playground.ask('bob', 'INCRBY stock 5', '(integer) 15');
  await playground.ask('alice', 'DECR stock', '(integer) 14');
  await page.getByRole('treeitem', { name: /stock/ }).click();
  const value = page.getByRole('group', { name: 'Value of stock' });
  const history = page.getByRole('list', { name: 'History of stock' });
  const touches = history.getByRole('listitem');
  await expect(touches).toHaveText([/alice.*DECR stock.*incrby/s, /bob.*INCRBY stock 5.*incrby/s, /alice.*SET stock 10.*set/s]);
  await expect(value).toHaveText('"14"');
  await history.getByRole('button', { name: /Look at it then: SET stock 10/ }).click();
  await expect(value).toHaveText('"10"');
  await expect(page.getByText('You are looking at the past')).toBeVisible();
  await expect(touches.nth(2)).toHaveAttribute('aria-current', 'true');
  await history.getByRole('button', { name: /Look at it then: INCRBY/ }).press('Enter');
  await expect(value).toHaveText('"15"');
  await expect(touches.nth(0)).toHaveClass(/later/);
  await expectAccessible(page);
  await page.screenshot({ path: 'e2e/__screens__/keys-past.png' });
  await page.getByRole('tabpanel').getByRole('button', { name: 'Back to now' }).click();
  await expect(value).toHaveText('"14"');
  await expect(touches.nth(0)).not.toHaveClass(/later/);
  await page.keyboard.press('F8');
  await playground.ask('bob', 'DEL stock', '(integer) 1');
  await expect(page.getByText('There is no such key now.')).toBeVisible();
  await expect(touches.first()).toHaveText(/bob.*DEL stock.*del/s);
});

for (const reducedMotion of ['no-preference', 'reduce'] as const) {
  test.describe(`motion: ${reducedMotion}`, () => {
    test.use({ contextOptions: { reducedMotion } });
    test('a key flashes as made only when it was', async ({ playground, page }) => {
      await playground.speed(REAL_TIME);
      const tree = page.getByRole('tree', { name: 'Keys' });
      // Both are in the tree, and only "a" is ever on its screen before "z" is changed.
      await playground.ask('alice', 'SET a:1 x', 'OK');
      const row = (name: RegExp): ReturnType<typeof tree.getByRole> => tree.getByRole('treeitem', { name });
      await expect(row(/^str.*1/)).toHaveClass(/made/);
      await playground.ask('alice', 'SET z 1', 'OK');
      await expect(row(/z/)).toHaveClass(/made/);
      const look = await row(/z/).evaluate((element) => [getComputedStyle(element).animationName, getComputedStyle(element).borderLeftStyle]);
      expect(look).toEqual(reducedMotion === 'reduce' ? ['none', 'double'] : ['made', 'solid']);
      await page.getByRole('searchbox', { name: 'Filter keys' }).fill('a:*');
      await expect(row(/z/)).toHaveCount(0);
      await page.waitForTimeout(1000);
      await playground.ask('alice', 'SET a:1 y', 'OK');
      await expect(row(/^str.*1/)).toHaveClass(/changed/);
      await page.getByRole('searchbox', { name: 'Filter keys' }).fill('');
      await expect(row(/z/)).not.toHaveClass(/made|changed/);
      await playground.ask('alice', 'APPEND z 2', '(integer) 2');
      await expect(row(/z/)).toHaveClass(/changed/);
    });
  });
}

test('of a million keys a screenful exists, and it is drawn once a frame', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  await playground.type('alice', 'DEBUG POPULATE 1000000');
  const tree = page.getByRole('tree', { name: 'Keys' });
  await expect(page.getByText(/^1.000.000 keys$/)).toBeVisible({ timeout: 40_000 });
  await tree.getByRole('treeitem', { name: /key:/ }).first().click();
  await expect(tree.getByRole('treeitem').nth(3)).toBeVisible({ timeout: 40_000 });
  await expect(page.getByText(/^1.000.000 keys$/)).toBeVisible({ timeout: 40_000 });
  const seen = await tree.evaluate(async (box) => {
    const { host } = box.getRootNode() as ShadowRoot;
    const panel = host as unknown as { performUpdate(): void; store: { keys: { page: { rows: unknown[] } } | null } };
    const frames = new Map<unknown, number>();
    let rows = 0;
    let read = 0;
    const draw = panel.performUpdate.bind(panel);
    panel.performUpdate = () => {
      draw();
      const frame = document.timeline.currentTime;
      frames.set(frame, (frames.get(frame) ?? 0) + 1);
      rows = Math.max(rows, box.querySelectorAll('[role=treeitem]').length);
      read = Math.max(read, panel.store.keys?.page.rows.length ?? 0);
    };
    for (let i = 0; i < 150; i++) {
      for (let part = 0; part < 3; part++) {
        box.scrollTop += i < 75 ? 70 : 33_000;
        box.dispatchEvent(new Event('scroll'));
        await Promise.resolve();
      }
      await new Promise(requestAnimationFrame);
    }
    return { rows, read, drawn: frames.size, most: Math.max(...frames.values()), height: box.clientHeight };
  });
  expect(seen.drawn).toBeGreaterThan(20);
  expect(seen.most).toBe(1);
  const screenful = Math.ceil(seen.height / 32) + 1;
  expect(seen.rows).toBeGreaterThan(3);
  expect(seen.rows).toBeLessThanOrEqual(screenful);
  expect(seen.read).toBeLessThanOrEqual(screenful + 120);
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
        await expect(page.getByRole('list', { name: 'History of user:1:cart' })).toBeVisible();
        await page.screenshot({ path: `e2e/__screens__/keys-${theme}-${width}.png` });
        await expectAccessible(page);
        await expectFits(page);
      });
    });
  }
}
