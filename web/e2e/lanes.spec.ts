import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { expect, REAL_TIME, test, type Playground } from './playground.ts';
import { expectAccessible, expectFits } from './accessible.ts';

/** Everything a lane can show: two wait for a slow command, one was parked and woken, one ran a transaction. */
async function story(playground: Playground, page: Page): Promise<void> {
  for (let i = 0; i < 2; i++) await page.getByRole('button', { name: 'Add', exact: true }).click();
  await playground.speed(REAL_TIME);
  await playground.ask('alice', 'DEBUG POPULATE 20000', 'OK');
  await playground.type('carol', 'BLPOP jobs 0');
  await playground.ask('dave', 'MULTI', 'OK');
  await playground.ask('dave', 'INCR hits', 'QUEUED');
  await playground.ask('dave', 'INCR hits', 'QUEUED');
  await playground.ask('dave', 'EXEC', /2\) \(integer\) 2/);
  await playground.ask('bob', 'NOPE', /unknown command/);
  await playground.speed(9);
  await playground.type('alice', 'KEYS nothing:*');
  await playground.type('bob', 'RPUSH jobs paint');
  await playground.type('dave', 'GET hits');
  await expect(page.getByRole('list', { name: 'Ready queue, next first' })).toContainText('GET hits');
}

/** The story to its end. */
async function told(playground: Playground, page: Page): Promise<void> {
  await story(playground, page);
  await playground.speed(REAL_TIME);
  await expect(playground.log('carol').locator('pre').last()).toHaveText('1) "jobs"\n2) "paint"');
  await expect(playground.log('dave').locator('pre').last()).toHaveText('"2"');
}

function plot(page: Page): Locator {
  return page.locator('rl-lanes-plot .plot');
}

async function view(page: Page, name: string): Promise<void> {
  await page.getByRole('group', { name: 'Show as' }).getByRole('button', { name, exact: true }).click();
}

/** The time span that the picture shows, by its first time mark. */
function firstTime(page: Page): Promise<string | null> {
  return page.locator('rl-lanes-plot text.small').filter({ hasText: /^\+/ }).first().textContent();
}

for (const theme of ['dark', 'light'] as const) {
  for (const [width, height] of [[1440, 900], [768, 1024], [390, 844]] as const) {
    test.describe(`${theme}, ${width} by ${height}`, () => {
      test.use({ colorScheme: theme, viewport: { width, height }, hasTouch: width < 500, isMobile: width < 500 });

      test('every view fits and has no accessibility violations', async ({ playground, page }) => {
        test.setTimeout(120_000);
        await story(playground, page);
        await page.waitForTimeout(900);
        const shot = async (name: string): Promise<void> => {
          await page.locator('rl-lanes').scrollIntoViewIfNeeded();
          await page.screenshot({ path: `e2e/__screens__/lanes-${name}-${theme}-${width}.png` });
          await expectAccessible(page, name, { fromShadowDom: ['rl-app', 'rl-lanes'] });
          await expectFits(page);
        };
        await shot('held');
        await playground.speed(REAL_TIME);
        await expect(playground.log('carol').locator('pre').last()).toHaveText('1) "jobs"\n2) "paint"');
        await page.getByRole('button', { name: 'Pause' }).click();
        await plot(page).focus();
        await page.keyboard.press('0');
        await page.keyboard.press('ArrowLeft');
        await shot('fit');
        for (const name of ['Latency', 'Table', 'Strip']) {
          await view(page, name);
          await expect(page.locator(`rl-lanes-${name.toLowerCase()}`)).toContainText('alice');
          await page.waitForTimeout(300);
          await shot(name.toLowerCase());
        }
      });
    });
  }
}

test('bars are reached by keys, and the card says who waited for whom', async ({ playground, page }) => {
  await told(playground, page);
  await plot(page).focus();
  await page.keyboard.press('ArrowLeft');
  const said = page.locator('rl-lanes-plot').getByRole('status');
  await expect(said).toContainText('alice');
  await page.keyboard.press('ArrowDown');
  await expect(said).toContainText('bob');
  // To bob's last bar, beyond which no key leads, and back bar by bar: each press is answered before the next.
  for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowRight');
  await page.evaluate(() => new Promise(requestAnimationFrame));
  const waited = /bob, queued, RPUSH jobs paint.*behind alice’s KEYS/;
  let now = (await said.textContent()) ?? '';
  for (let presses = 0; !waited.test(now); presses++) {
    expect(presses, now).toBeLessThan(20);
    await page.keyboard.press('ArrowLeft');
    await expect(said).not.toHaveText(now);
    now = (await said.textContent()) ?? '';
  }
  const card = page.locator('rl-lanes-plot .card');
  await expect(card).toContainText('RPUSH jobs paint');
  await expect(card).toContainText('queued');
  await card.getByRole('button', { name: 'Look at this instant' }).click();
  await expect(page.getByLabel('Executor')).toContainText('KEYS nothing:*');
  await expect(page.getByRole('list', { name: 'Ready queue, next first' })).toContainText('RPUSH jobs paint');
  await page.getByRole('button', { name: 'Back to now' }).click();
  await plot(page).focus();
  await page.keyboard.press('Escape');
  await expect(card).toHaveCount(0);
});

test('zoom and time move by keys, wheel and buttons', async ({ playground, page }) => {
  await told(playground, page);
  for (let i = 0; i < 12; i++) await playground.ask('alice', `SET n ${i}`, 'OK');
  const follow = page.getByRole('button', { name: 'Follow' });
  await expect(follow).toHaveAttribute('aria-pressed', 'true');
  await plot(page).focus();
  await page.keyboard.press('0');
  const whole = await firstTime(page);
  for (let i = 0; i < 4; i++) await page.keyboard.press('+');
  await expect.poll(() => firstTime(page)).not.toBe(whole);
  const near = await firstTime(page);
  await page.keyboard.press('Shift+ArrowLeft');
  await expect(follow).toHaveAttribute('aria-pressed', 'false');
  await expect.poll(() => firstTime(page)).not.toBe(near);
  await page.keyboard.press('End');
  await expect(follow).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('0');
  await expect.poll(() => firstTime(page)).toBe(whole);
  const box = await plot(page).boundingBox();
  if (box === null) throw new Error('no plot');
  await page.mouse.move(box.x + 300, box.y + 20);
  await page.mouse.wheel(0, -600);
  await expect.poll(() => firstTime(page)).not.toBe(whole);
  await page.mouse.down();
  await page.mouse.move(box.x + 500, box.y + 24, { steps: 5 });
  await page.mouse.up();
  await expect(follow).toHaveAttribute('aria-pressed', 'false');
  await page.getByRole('button', { name: 'Fit' }).click();
  await expect.poll(() => firstTime(page)).toBe(whole);
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await page.getByRole('button', { name: 'Zoom out' }).click();
});

test('a bar under the pointer shows its card', async ({ playground, page }) => {
  await told(playground, page);
  await page.getByRole('button', { name: 'Pause' }).click();
  const label = page.locator('rl-lanes-plot text.in').filter({ hasText: 'KEYS' }).first();
  const box = await label.boundingBox();
  if (box === null) throw new Error('no bar');
  await page.mouse.move(box.x + 30, box.y + 5);
  const card = page.locator('rl-lanes-plot .card');
  await expect(card).toContainText('KEYS nothing:*');
  await expect(card).toContainText('N20\u202f002');
  await expect(card).toContainText(/held up (bob, dave|dave, bob)/);
  await page.mouse.click(box.x + 30, box.y + 5);
  await expect(card.getByRole('button', { name: 'Look at this instant' })).toBeVisible();
});

test('latency by client leads to the slow commands, and they to their instant', async ({ playground, page }) => {
  await told(playground, page);
  await view(page, 'Latency');
  const bob = page.getByRole('region', { name: 'bob', exact: true });
  await expect(bob).toContainText('2 commands');
  await expect(bob).toContainText('p99');
  await bob.getByRole('button').last().click();
  await expect(page.getByRole('heading', { name: /Slowest commands of bob/ })).toBeVisible();
  const slow = page.getByRole('list', { name: 'Slowest commands' }).getByRole('button');
  await expect(slow).toHaveCount(1);
  await expect(slow).toContainText('RPUSH jobs paint');
  await expect(slow).toContainText(/queued \d+(\.\d+)? ms/);
  await slow.click();
  await expect(page.getByLabel('Executor')).toContainText('RPUSH jobs paint');
  await page.getByRole('button', { name: 'Back to now' }).click();
});

test('the table says what the picture shows, sorts and filters', async ({ playground, page }) => {
  await told(playground, page);
  await view(page, 'Table');
  const table = page.getByRole('table', { name: /What each client did/ });
  const rows = table.getByRole('row');
  await expect(rows.filter({ hasText: /bob\s*queued/ })).toContainText('behind alice’s KEYS');
  await expect(rows.filter({ hasText: /carol\s*parked/ })).toContainText('woken by bob’s RPUSH of jobs');
  await expect(rows.filter({ hasText: /executing[^]*EXEC/ }).first()).toContainText('ran 2 commands in one go');
  await expect(rows.filter({ hasText: 'NOPE' }).first()).toContainText('refused before it ran');
  await table.getByRole('button', { name: 'Duration' }).click();
  await expect(table.getByRole('columnheader', { name: 'Duration' })).toHaveAttribute('aria-sort', 'descending');
  await expect(rows.nth(1)).toContainText('parked');
  await page.getByRole('combobox', { name: 'Client', exact: true }).selectOption('dave');
  await expect(rows.filter({ hasText: 'alice' }).filter({ has: page.getByRole('cell', { name: 'alice', exact: true }) })).toHaveCount(0);
  await playground.ask('dave', 'PING', 'PONG');
  await expect(rows.filter({ hasText: 'PING' }).first()).toContainText('dave');
});

test('the picture and the trace can be saved', async ({ playground, page }) => {
  await told(playground, page);
  const save = async (name: RegExp): Promise<string> => {
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
    return readFile(await download.path(), 'utf8');
  };
  const svg = await save(/^Picture/);
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(svg).toContain('prefers-color-scheme:dark');
  expect(svg).toContain('KEYS');
  const trace = JSON.parse(await save(/^Trace/)) as { traceEvents: { ph: string; name: string }[] };
  expect(trace.traceEvents.filter(({ ph }) => ph === 's')).toHaveLength(1);
  expect(trace.traceEvents.some(({ ph, name }) => ph === 'X' && name === 'EXEC')).toBe(true);
});

test.describe('with reduced motion', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } });

  test('a comic strip tells the story', async ({ playground, page }) => {
    await expect(page.getByText('The story begins with the first command.')).toBeVisible();
    await told(playground, page);
    const panels = page.getByRole('list', { name: /Comic strip/ }).getByRole('listitem');
    await expect(panels.filter({ hasText: 'alice runs KEYS nothing:*' })).toHaveCount(1);
    await expect(panels.filter({ hasText: /(bob and dave|dave and bob) wait for alice/ })).toHaveCount(1);
    await expect(panels.filter({ hasText: 'bob fills jobs and wakes carol' })).toHaveCount(1);
    const numbers = await panels.locator('.n').allTextContents();
    expect(numbers).toEqual(numbers.map((_, i) => String(Number(numbers[0]) + i)));
    await view(page, 'Lanes');
    await expect(page.locator('rl-lanes-plot text.in').first()).toBeVisible();
  });
});
