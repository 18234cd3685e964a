// The course as a learner meets it: lesson 1 solved by typing, hints, solutions, progress that stays.

import type { Locator, Page } from '@playwright/test';
import { expect, REAL_TIME, test } from './playground.ts';
import { expectAccessible, expectFits } from './accessible.ts';

const learn = (page: Page): Promise<void> => page.getByRole('tab', { name: 'Learn' }).click();
const exercise = (page: Page, title: string): Locator => page.getByRole('article', { name: title });
const ticks = (within: Locator, state: 'reached' | 'not yet'): Locator => within.getByRole('img', { name: state, exact: true });

test('a learner solves lesson 1 by typing, and a wrong attempt ticks nothing', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  await learn(page);
  await expect(page.getByRole('heading', { name: 'The course' })).toBeVisible();
  await page.getByRole('button', { name: 'Begin' }).click();
  await expect(page.getByRole('heading', { name: 'Your first key' })).toBeFocused();

  const first = exercise(page, 'Exercise 1: Say good morning');
  await expect(ticks(first, 'not yet')).toHaveCount(1);
  // Right words, wrong state: the engine refuses two values, and holds nothing.
  await playground.ask('alice', 'SET greeting good morning', '(error) ERR syntax error');
  await playground.ask('alice', 'SET greeting "good evening"', 'OK');
  await page.waitForTimeout(600);
  await expect(ticks(first, 'not yet')).toHaveCount(1);
  await expect(first.getByText('Solved')).toHaveCount(0);
  // Any way to the state will do.
  await playground.ask('bob', 'SETRANGE greeting 5 morning', '(integer) 12');
  await expect(ticks(first, 'reached')).toHaveCount(1);
  await expect(first.getByText('Solved')).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'Solved: Say good morning' })).toHaveCount(1);

  const second = exercise(page, 'Exercise 2: Tidy up');
  await second.getByRole('button', { name: 'Prepare' }).click();
  await expect(playground.log('bob')).toContainText('MSET draft one');
  await expect(ticks(second, 'reached')).toHaveCount(1);
  await playground.ask('alice', 'DEL draft', '(integer) 1');
  await expect(ticks(second, 'reached')).toHaveCount(2);
  await playground.ask('alice', 'DEL scratch', '(integer) 1');
  await expect(second.getByText('Solved')).toBeVisible();

  const third = exercise(page, 'Exercise 3: A better name');
  await third.getByRole('button', { name: 'Prepare' }).click();
  await expect(playground.log('bob')).toContainText('SET tmp');
  await playground.ask('alice', 'RENAME tmp recipe', 'OK');
  await expect(third.getByText('Solved')).toBeVisible();
  await expect(page.getByText('3 of 3 exercises solved')).toBeVisible();
  // The state may go again; what was solved stays solved.
  await playground.ask('alice', 'FLUSHALL', 'OK');
  await expect(ticks(first, 'not yet')).toHaveCount(1);
  await expect(first.getByText('Solved')).toBeVisible();

  await page.getByRole('button', { name: 'Next: Strings and counters' }).click();
  await expect(page.getByRole('heading', { name: 'Strings and counters' })).toBeVisible();
  await expect(page).toHaveURL(/#lesson=02-counters$/);

  await page.reload();
  await expect(page.getByRole('heading', { name: 'Strings and counters' })).toBeVisible();
  await page.getByRole('button', { name: 'All lessons' }).click();
  await expect(page.getByText('1 of 19 lessons done')).toBeVisible();
  await expect(page.getByRole('button', { name: /Your first key.*done/ })).toBeVisible();
  await page.getByRole('button', { name: 'Go on with “Strings and counters”' }).click();
  await page.getByRole('button', { name: 'All lessons' }).click();
  await page.getByRole('button', { name: 'Forget my progress' }).click();
  await page.getByRole('button', { name: 'Forget it' }).click();
  await expect(page.getByText('0 of 19 lessons done')).toBeVisible();
});

test('hints come one by one, a solution is shown when asked for and reaches the goal', async ({ playground, page }) => {
  await page.goto('/#lesson=3');
  await playground.speed(REAL_TIME);
  const first = exercise(page, 'Exercise 1: Good for an hour');
  await expect(first.getByText('An hour has 3600 seconds.')).toHaveCount(0);
  await first.getByRole('button', { name: 'Show hint 1 of 2' }).click();
  await expect(first.getByText('An hour has 3600 seconds.')).toBeVisible();
  await first.getByRole('button', { name: 'Show hint 2 of 2' }).click();
  await expect(first.getByRole('button', { name: /Show hint/ })).toHaveCount(0);
  await expect(first.getByRole('group', { name: 'A solution' })).toHaveCount(0);
  await first.getByRole('button', { name: 'Prepare' }).click();
  await expect(playground.log('bob')).toContainText('SET coupon');
  await first.getByRole('button', { name: 'Show a solution' }).click();
  await first.getByRole('group', { name: 'A solution' }).getByRole('button', { name: 'Run' }).click();
  await expect(playground.log('alice')).toContainText('EXPIRE coupon 3600');
  await expect(first.getByText('Solved')).toBeVisible();
});

test('a block runs whole or step by step, pipelines in one write, and opens the clients it needs', async ({ playground, page }) => {
  await page.goto('/#lesson=08-blocking');
  await playground.speed(REAL_TIME);
  const third = page.getByRole('group', { name: 'Example' }).nth(2);
  await third.getByRole('button', { name: 'Step' }).click();
  await expect(playground.card('bob')).toContainText('blocked on jobs');
  await expect(third.getByText('Step 1 of 3')).toBeVisible();
  await third.getByRole('button', { name: 'Run' }).click();
  await expect(third.getByText('That was all of it.')).toBeVisible();
  await expect(playground.log('carol')).toContainText('"dry"');

  await page.goto('/#lesson=09-pipelining');
  const pipeline = page.getByRole('group', { name: 'Example' }).first();
  await pipeline.getByRole('button', { name: 'Run' }).click();
  await expect(playground.log('alice').locator('pre').last()).toHaveText('"ada"');
});

for (const [id, title] of [['16-streams', 'Streams and consumer groups'], ['17-leaderboards', 'Leaderboards'], ['18-counting-visitors', 'Counting visitors'], ['19-nearby', 'What is near?']] as const) {
  test(`"${title}" from its first example to its last exercise`, async ({ playground, page }) => {
    await page.goto(`/#lesson=${id}`);
    await expect(page.getByRole('heading', { name: title })).toBeVisible();
    await playground.speed(REAL_TIME);
    const examples = page.getByRole('group', { name: 'Example' });
    for (let i = 0; i < (await examples.count()); i++) {
      await examples.nth(i).getByRole('button', { name: 'Run', exact: true }).click();
      await expect(examples.nth(i).getByText('That was all of it.')).toBeVisible();
    }
    const exercises = page.getByRole('article', { name: /^Exercise \d/ });
    await expect(exercises).toHaveCount(3);
    for (const each of await exercises.all()) {
      const prepare = each.getByRole('button', { name: 'Prepare' });
      if (await prepare.isVisible()) await prepare.click();
      await each.getByRole('button', { name: 'Show a solution' }).click();
      await each.getByRole('group', { name: 'A solution' }).getByRole('button', { name: 'Run' }).click();
      await expect(each.getByText('Solved', { exact: true })).toBeVisible();
    }
  });
}

test('in German the lesson is German too, and its exercises are the same', async ({ page }) => {
  await page.goto('/?lang=de#lesson=1');
  await expect(page.getByText('Redis bewahrt')).toBeVisible();
  const first = page.getByRole('article', { name: 'Übung 1: Sag guten Morgen' });
  await first.getByRole('button', { name: 'Eine Lösung zeigen' }).click();
  await first.getByRole('group', { name: 'Eine Lösung' }).getByRole('button', { name: 'Ausführen' }).click();
  await expect(first.getByText('Gelöst', { exact: true })).toBeVisible();
});

test('paused, a block fills the queue instead of waiting for answers', async ({ playground, page }) => {
  await page.goto('/#lesson=06-the-loop');
  await playground.ask('alice', 'PING', 'PONG');
  await page.getByRole('button', { name: 'Pause' }).click();
  const first = page.getByRole('group', { name: 'Example' }).first();
  await first.getByRole('button', { name: 'Run' }).click();
  await expect(first.getByText('That was all of it.')).toBeVisible();
  await expect(page.getByRole('list', { name: 'Ready queue, next first' }).getByRole('listitem').filter({ hasText: 'INCR' })).toHaveCount(3);
});

for (const theme of ['dark', 'light'] as const) {
  for (const [width, height] of [[1440, 900], [768, 1024], [390, 844]] as const) {
    test.describe(`${theme}, ${width} by ${height}`, () => {
      test.use({ colorScheme: theme, viewport: { width, height }, hasTouch: width < 500, isMobile: width < 500 });

      test('the list and a lesson have no accessibility violations and fit', async ({ playground, page }) => {
        const shot = (name: string): Promise<unknown> => page.screenshot({ path: `e2e/__screens__/learn-${name}-${theme}-${width}.png` });
        await learn(page);
        await expect(page.getByRole('heading', { name: 'The course' })).toBeVisible();
        await shot('list');
        await expectAccessible(page);
        await page.getByRole('button', { name: 'Begin' }).click();
        await expect(page.getByRole('heading', { name: 'Your first key' })).toBeVisible();
        await shot('lesson');
        await playground.ask('alice', 'SET greeting "good morning"', 'OK');
        const first = exercise(page, 'Exercise 1: Say good morning');
        await expect(first.getByText('Solved')).toBeVisible();
        await first.getByRole('button', { name: /Show hint/ }).click();
        await first.getByRole('button', { name: 'Show a solution' }).click();
        await first.scrollIntoViewIfNeeded();
        await shot('exercise');
        await expectAccessible(page);
        await expectFits(page);
      });
    });
  }
}

test('in another language a lesson goes on where one was: place, hints, blocks and what is reached', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  await page.goto('/#lesson=04-lists');
  const second = page.locator('rl-exercise').nth(1);
  await expect(second).toBeVisible();
  // A block in the middle of its run, a hint, and a goal that is reached.
  const block = page.locator('rl-lesson rl-block').first();
  await block.getByRole('button', { name: 'Step', exact: true }).click();
  await expect(block.getByRole('status')).toContainText('1');
  const walked = await block.getByRole('status').textContent();
  await second.getByRole('button', { name: /hint/i }).first().click();
  await expect(second.locator('.hint')).toHaveCount(1);
  const scroll = page.locator('rl-learn .scroll');
  await second.locator('.goals').evaluate((goals) => goals.scrollIntoView({ block: 'start' }));
  const offset = async (): Promise<number> => ((await second.boundingBox())?.y ?? 0) - ((await scroll.boundingBox())?.y ?? 0);
  const height = async (): Promise<number> => (await second.boundingBox())?.height ?? 0;
  const before = (await offset()) / (await height());
  expect(before).toBeLessThan(0);
  for (const [to, now] of [['Deutsch', 'de'], ['English', 'en']] as const) {
    await page.getByRole('button', { name: /^(Language|Sprache):/ }).click();
    await page.getByRole('button', { name: to, exact: true }).click();
    await expect(page.locator('rl-lesson')).toHaveAttribute('lang', now);
    await expect(page.getByText(/not translated|nicht übersetzt/)).toHaveCount(0);
    await expect.poll(async () => Math.abs((await offset()) / (await height()) - before)).toBeLessThan(0.02);
    await expect(second.locator('.hint')).toHaveCount(1);
    if (now === 'en') await expect(block.getByRole('status')).toHaveText(walked ?? '');
    else await expect(block.getByRole('status')).toContainText('1');
  }
});

for (const theme of ['dark', 'light'] as const) {
  for (const [width, height] of [[1440, 900], [768, 1024], [390, 844]] as const) {
    test.describe(`a German lesson, ${theme}, ${width} by ${height}`, () => {
      test.use({ colorScheme: theme, viewport: { width, height }, hasTouch: width < 500, isMobile: width < 500 });

      test('is accessible and fits', async ({ page }) => {
        const id = theme === 'dark' ? '08-blocking' : '16-streams';
        await page.goto(`/?lang=de#lesson=${id}`);
        await expect(page.locator('rl-exercise').first()).toBeVisible();
        const look = async (name: string): Promise<void> => {
          await page.screenshot({ path: `e2e/__screens__/de-lesson-${name}-${theme}-${width}.png` });
          await expectAccessible(page, name);
          await expectFits(page);
          expect(await page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight), 'the page itself does not scroll').toBeLessThanOrEqual(0);
          // Whatever does not fit into the column is cut off.
          expect(await page.locator('rl-learn .scroll').evaluate((box) => box.scrollWidth - box.clientWidth)).toBeLessThanOrEqual(0);
        };
        await page.waitForTimeout(300);
        await look('top');
        await page.locator('rl-exercise').first().locator('.btn').last().click();
        await page.locator('rl-exercise').first().locator('.goals').evaluate((goals) => goals.scrollIntoView({ block: 'start' }));
        await page.waitForTimeout(300);
        await look('exercise');
      });
    });
  }
}
