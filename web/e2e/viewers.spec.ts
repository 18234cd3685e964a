import type { Locator, Page } from '@playwright/test';
import { expect, REAL_TIME, test, type Playground } from './playground.ts';
import { expectAccessible, expectFits } from './accessible.ts';

const look = (page: Page, name: string): Promise<void> => page.getByRole('group', { name: 'View as' }).getByRole('button', { name, exact: true }).click();

/** Chooses a key in the tree; its value. */
async function value(playground: Playground, page: Page, key: string): Promise<Locator> {
  await playground.key(key).click();
  return page.getByRole('group', { name: `Value of ${key}` });
}

/** Two workers of a group: one has something pending, one has acknowledged. */
async function orders(playground: Playground): Promise<void> {
  for (const [i, item] of ['tea', 'cups', 'milk', 'jam'].entries()) await playground.ask('alice', `XADD orders ${i + 1}-0 item ${item} for ada`, `"${i + 1}-0"`);
  await playground.ask('alice', 'XGROUP CREATE orders packers 0', 'OK');
  await playground.ask('alice', 'XREADGROUP GROUP packers ada COUNT 1 STREAMS orders >', /tea/);
  await playground.ask('bob', 'XREADGROUP GROUP packers bob COUNT 2 STREAMS orders >', /milk/);
  await playground.ask('bob', 'XACK orders packers 2-0', '(integer) 1');
}

async function cafes(playground: Playground): Promise<void> {
  await playground.ask('alice', 'GEOADD cafes 13.3777 52.5163 gate 13.4013 52.5220 market 13.4540 52.5130 bridge 13.2846 52.5050 fair', '(integer) 4');
}

test('a stream: its entries, its groups, and who has not acknowledged what', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  await orders(playground);
  await playground.ask('alice', 'XADD orders * item salt', /^"\d+-0"$/);
  const stream = await value(playground, page, 'orders');
  await expect(stream.getByRole('listitem')).toHaveText([/1-0\s*item\s*"tea"\s*for\s*"ada"/, /2-0.*"cups"/s, /3-0.*"milk"/s, /4-0.*"jam"/s, /\d{13}-0.*ago.*"salt"/s]);
  await expect(stream).toContainText('ever added5');
  await look(page, 'Groups');
  const group = stream.getByRole('region', { name: 'Group packers' });
  await expect(group).toContainText('delivered up to3-0');
  await expect(group.getByRole('listitem')).toHaveText(['1 done', '2 pending', '2 unread']);
  await expect(group.getByRole('table').first().getByRole('row')).toHaveText([/consumer.*pending/s, /ada\s*1/, /bob\s*1/]);
  await expect(group.getByRole('table', { name: 'Pending entries' }).getByRole('row')).toHaveText([/entry.*deliveries/s, /1-0.*ada.*1×/s, /3-0.*bob.*1×/s]);
  // Time goes on by the engine's clock.
  await expect(group.getByRole('row', { name: /^1-0 ada/ })).toContainText(/[1-9]\d* s|\d ms/);
  await playground.ask('bob', 'XCLAIM orders packers bob 0 1-0', /tea/);
  await playground.ask('alice', 'XDEL orders 3-0', '(integer) 1');
  await expect(group.getByRole('table', { name: 'Pending entries' }).getByRole('row', { name: /1-0/ })).toHaveText(/bob.*2×/s);
  await expect(group.getByRole('row', { name: /3-0/ })).toContainText('deleted from the stream');
  await page.getByRole('combobox', { name: 'Type' }).selectOption('stream');
  await expect(page.getByRole('treeitem')).toHaveText([/strm.*orders/s]);
});

test('a stream of many entries has pages', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  await playground.type('alice', ...Array.from({ length: 205 }, (_, i) => `XADD many ${i + 1}-0 n ${i}`));
  const stream = await value(playground, page, 'many');
  await expect(page.getByText('1–200 of 205')).toBeVisible();
  await page.getByRole('button', { name: 'Next page' }).click();
  await expect(stream.getByRole('listitem').first()).toContainText('201-0');
});

test('fields of a hash that expire count down and go', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  await playground.ask('alice', 'HSET session user ada token x7 code 4711', '(integer) 3');
  const hash = await value(playground, page, 'session');
  await expect(hash.getByRole('columnheader')).toHaveText(['field', 'value']);
  await playground.ask('alice', 'HEXPIRE session 90 FIELDS 1 token', '1) (integer) 1');
  await playground.ask('alice', 'HEXPIRE session 3 FIELDS 1 code', '1) (integer) 1');
  await expect(hash.getByRole('columnheader')).toHaveText(['field', 'value', 'expires in']);
  await expect(hash.getByRole('row', { name: /token/ })).toContainText(/8\d(\.\d)? s|90 s/);
  await expect(hash.getByRole('row', { name: /user/ })).toContainText('–');
  await expect(hash.getByRole('row', { name: /code/ })).toHaveCount(0);
  await expect(hash.getByRole('row')).toHaveCount(3);
});

test('a string as bits, and what one of them is', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  for (const bit of [1, 7, 8, 9, 100]) await playground.ask('alice', `SETBIT seen ${bit} 1`, '(integer) 0');
  const bits = await value(playground, page, 'seen');
  await look(page, 'Bits');
  await expect(bits.getByRole('img', { name: 'A grid of 104 bits, 5 of them set' })).toBeVisible();
  await expect(bits).toContainText('5 of 104 bits set');
  await expect(bits).toContainText('Set: 1, 7–9, 100');
  const bit = bits.getByRole('spinbutton', { name: 'Bit' });
  await expect(bits.getByRole('status')).toHaveText('is 1');
  await bit.fill('10');
  await expect(bits.getByRole('status')).toHaveText('is 0');
  await bit.press('ArrowDown');
  await expect(bit).toHaveValue('9');
  await expect(bits.getByRole('status')).toHaveText('is 1');
  await playground.ask('bob', 'BITCOUNT seen', '(integer) 5');
  await playground.ask('bob', 'SETBIT seen 9 0', '(integer) 1');
  await expect(bits.getByRole('status')).toHaveText('is 0');
  // A point of the grid is a bit too.
  const grid = bits.getByRole('img');
  const box = await grid.boundingBox();
  await grid.click({ position: { x: ((44 + 8 * 8 + 4) / 300) * (box?.width ?? 0), y: 4 } });
  await expect(bit).toHaveValue('8');
  // A large one is looked at page by page.
  await playground.ask('alice', 'SETBIT large 40000 1', '(integer) 0');
  const large = await value(playground, page, 'large');
  await expect(large).toContainText('0 of 32 768 bits set on this page');
  await page.getByRole('button', { name: 'Next page' }).click();
  await expect(large).toContainText('Set: 40 000');
});

test('a HyperLogLog: the answer, the form, the registers', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  await playground.ask('alice', `PFADD visitors ${Array.from({ length: 300 }, (_, i) => `v${i}`).join(' ')}`, '(integer) 1');
  const sketch = await value(playground, page, 'visitors');
  await expect(sketch).toContainText(/(29|30)\d\s*about so many different elements/);
  await expect(sketch).toContainText('sparse: runs of equal registers');
  await expect(sketch).toContainText('out of date');
  const counted = await sketch.locator('.big b').innerText();
  await playground.ask('bob', 'PFCOUNT visitors', `(integer) ${counted}`);
  await expect(sketch).toContainText('still holds');
  await expect(sketch.getByRole('img', { name: /The registers from first to last/ })).toBeVisible();
  const rows = sketch.getByRole('table', { name: 'How many registers hold which value' }).getByRole('row');
  await expect(rows.nth(1)).toHaveText(/^0\s*16.\d{3}/);
  await playground.ask('alice', 'PFDEBUG TODENSE visitors', '(integer) 1');
  await expect(sketch).toContainText('dense: every register in 6 bits');
  await expect(page.getByRole('button', { name: 'Next page' })).toBeHidden();
  await look(page, 'Hex');
  await expect(sketch).toContainText('48 59 4c 4c');
  await playground.ask('alice', 'SET visitors HYLL', 'OK');
  await expect(page.getByRole('group', { name: 'View as' }).getByRole('button')).toHaveText(['Text', 'Hex', 'Bits']);
});

test('places on a map, and as the sorted set that they are', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  await cafes(playground);
  const places = await value(playground, page, 'cafes');
  await expect(places.getByRole('img', { name: 'A map of 4 places' })).toBeVisible();
  await expect(places.locator('svg text').filter({ hasText: 'bridge' })).toBeVisible();
  await expect(places.getByRole('row', { name: /gate/ })).toHaveText(/13\.37770° E\s*52\.51630° N/);
  await look(page, 'Table');
  await expect(places.getByRole('row', { name: /gate/ })).toContainText('3673983823275904');
  await playground.ask('alice', 'ZADD board 310 lin', '(integer) 1');
  await value(playground, page, 'board');
  await expect(page.getByRole('group', { name: 'View as' })).toHaveCount(0);
});

test('hints, completion and help know the new commands', async ({ playground, page }) => {
  await playground.ask('alice', 'XADD orders 1-0 item tea', '"1-0"');
  await playground.ask('alice', 'SET other x', 'OK');
  const prompt = playground.prompt('alice');
  await prompt.fill('XGROUP CREATE ');
  await expect(playground.card('alice')).toContainText('key group');
  await prompt.fill('XREADGROUP GROUP g c STREAMS o');
  await prompt.press('Tab');
  await expect(prompt).toHaveValue(/STREAMS orders ?$/);
  await prompt.fill('xgroup crea');
  await prompt.press('Tab');
  await expect(page.getByRole('option', { name: /^create/ }).first()).toBeVisible();
  await prompt.fill('');
  await playground.type('alice', 'HELP XGROUP CREATE');
  await expect(playground.log('alice')).toContainText('XGROUP CREATE');
});

for (const theme of ['dark', 'light'] as const) {
  for (const [width, height] of [[1440, 900], [768, 1024], [390, 844]] as const) {
    test.describe(`${theme}, ${width} by ${height}`, () => {
      test.use({ colorScheme: theme, viewport: { width, height } });

      test('every viewer is accessible and fits', async ({ playground, page }) => {
        test.setTimeout(120_000);
        await playground.speed(REAL_TIME);
        await orders(playground);
        await cafes(playground);
        await playground.ask('alice', 'HSET session user ada token x7', '(integer) 2');
        await playground.ask('alice', 'HEXPIRE session 90 FIELDS 1 token', '1) (integer) 1');
        await playground.ask('alice', 'SET seen "Redis counts bits, and so do we."', 'OK');
        await playground.ask('alice', `PFADD visitors ${Array.from({ length: 300 }, (_, i) => `v${i}`).join(' ')}`, '(integer) 1');
        const shot = async (name: string): Promise<void> => {
          await page.screenshot({ path: `e2e/__screens__/viewer-${name}-${theme}-${width}.png` });
          await expectAccessible(page, name);
          await expectFits(page, name);
          expect(await page.locator('rl-value .body').evaluate((body) => body.scrollWidth - body.clientWidth), name).toBeLessThanOrEqual(0);
        };
        const stream = await value(playground, page, 'orders');
        await expect(stream.getByRole('listitem')).toHaveCount(4);
        await shot('stream-entries');
        await look(page, 'Groups');
        await expect(stream.getByRole('region', { name: 'Group packers' })).toBeVisible();
        await shot('stream-groups');
        const map = await value(playground, page, 'cafes');
        await expect(map.getByRole('img', { name: /A map/ })).toBeVisible();
        await shot('map');
        await expect((await value(playground, page, 'session')).getByRole('columnheader', { name: 'expires in' })).toBeVisible();
        await shot('fields');
        const sketch = await value(playground, page, 'visitors');
        await expect(sketch.getByRole('table')).toBeVisible();
        await shot('sketch');
        const bits = await value(playground, page, 'seen');
        await look(page, 'Bits');
        await expect(bits.getByRole('img')).toBeVisible();
        await shot('bits');
      });
    });
  }
}

test('an array: values by index, what is empty between, and where it goes on', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  await playground.ask('alice', 'ARSET readings 3 warm cold', '(integer) 2');
  await playground.ask('alice', 'ARSET readings 18446744073709551000 far', '(integer) 1');
  const array = await value(playground, page, 'readings');
  await expect(array.getByRole('row')).toHaveText([/index\s*value/, /3 empty/, /3\s*"warm"/, /4\s*"cold"/, /18446744073709550995 empty/, /18446744073709551000\s*"far"/, /ARINSERT goes on here/]);
  await playground.ask('bob', 'ARRING last3 3 a b c d', /integer/);
  const ring = await value(playground, page, 'last3');
  await expect(ring).toContainText('a ring of 3');
  await expect(ring.getByRole('row')).toHaveText([/index/, /0\s*"d"/, /1\s*"b"/, /2\s*"c"/, /1\s*ARINSERT/]);
  await page.getByRole('combobox', { name: 'Type' }).selectOption('array');
  await expect(page.getByRole('treeitem')).toHaveText([/arr.*last3/s, /arr.*readings/s]);
});

test('a vector set: elements, attributes, and a walk from neighbour to neighbour', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  await playground.ask('alice', 'VADD colours VALUES 2 1 0 red', '(integer) 1');
  await playground.ask('alice', 'VADD colours VALUES 2 9 1 orange', '(integer) 1');
  await playground.ask('alice', `VADD colours VALUES 2 0 1 blue SETATTR '{"cold": true}'`, '(integer) 1');
  const set = await value(playground, page, 'colours');
  await expect(set).toContainText('2 components, kept as bytes; a graph of');
  await expect(set.getByRole('row')).toHaveText([/element\s*attributes/, /"blue"\s*{"cold": true}/, /"orange"/, /"red"/]);
  const near = set.getByRole('region', { name: /Linked to/ });
  await set.getByRole('row').getByRole('button', { name: '"red"' }).click();
  await expect(near).toContainText('Linked to "red"');
  await expect(near.getByRole('listitem')).toHaveText([/"orange"\s*0\.99\d/, /"blue"\s*0\.50\d/]);
  await near.getByRole('button', { name: '"orange"' }).click();
  await expect(near).toContainText('Linked to "orange"');
  await expect(set.getByRole('row').getByRole('button', { name: '"orange"' })).toHaveAttribute('aria-pressed', 'true');
  await expectAccessible(page);
});
