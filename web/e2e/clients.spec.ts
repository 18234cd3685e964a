// The client cards: completion as a list, HELP, views of replies, code, scripts.
import type { Page } from '@playwright/test';
import { expect, REAL_TIME, test } from './playground.ts';
import { expectAccessible, expectFits } from './accessible.ts';

async function put(page: Page, text: string): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate((each) => navigator.clipboard.writeText(each), text);
}

const clipboard = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText());

test('Tab goes through keys of the right type; Escape takes it back', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  await playground.type('alice', 'RPUSH jobs:a x y', 'RPUSH jobs:b x', 'SET jobs:c text', 'ZADD jobs:d 1 a');
  const prompt = playground.prompt('alice');
  await expect(playground.key('jobs:d')).toBeVisible();
  await prompt.pressSequentially('LPUSH jo');
  await prompt.press('Tab');
  const list = page.getByRole('listbox', { name: 'Completions' });
  await expect(list.getByRole('option')).toHaveText(['jobs:alist · 2 elements', 'jobs:blist · 1 element']);
  await expect(prompt).toHaveValue('LPUSH jobs:a');
  await expect(prompt).toHaveAttribute('aria-activedescendant', 'offer-0');
  await prompt.press('Tab');
  await expect(prompt).toHaveValue('LPUSH jobs:b');
  await prompt.press('Shift+Tab');
  await expect(prompt).toHaveValue('LPUSH jobs:a');
  await prompt.press('Escape');
  await expect(prompt).toHaveValue('LPUSH jo');
  await expect(list).toHaveCount(0);
  await expect(prompt).toBeFocused();
  await prompt.press('Tab');
  await expect(prompt).not.toBeFocused();
  await prompt.fill('');
  await prompt.pressSequentially('SET jobs:c v ');
  await prompt.press('Tab');
  await expect(list.getByRole('option').first()).toHaveText('NX');
  await list.getByRole('option', { name: 'KEEPTTL' }).dispatchEvent('pointerdown');
  await expect(prompt).toHaveValue('SET jobs:c v KEEPTTL ');
});

test('HELP tells the syntax and what the command has cost here', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  await playground.type('alice', 'RPUSH l 1 2 3');
  await playground.ask('alice', 'LLEN l', '(integer) 3');
  await playground.ask('alice', 'HELP llen', /^LLEN key\n {2}summary .*\n {2}since .*\n {2}group +list\n {2}complexity O\(1\).*\n {2}measured +1 run, 1 element visited; 1 µs on the loop$/);
  await page.getByRole('tab', { name: 'Commands' }).click();
  await expect(page.getByRole('group', { name: 'Command reference' })).toContainText('1 run, 1 element visited');
});

test('replies have four views', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  await playground.type('alice', 'HSET ada born 1815 field mathematics');
  await playground.ask('alice', 'HGETALL ada', '1) "born"\n2) "1815"\n3) "field"\n4) "mathematics"');
  const view = page.getByRole('combobox', { name: "How alice's replies are shown" });
  await view.selectOption('Table');
  await expect(playground.log('alice').getByRole('row')).toHaveText(['value', '2', 'fieldvalue', 'born1815', 'fieldmathematics']);
  await view.selectOption('JSON');
  await expect(playground.log('alice').locator('pre').last()).toHaveText('["born", "1815", "field", "mathematics"]');
  await view.selectOption('RESP bytes');
  await expect(playground.log('alice')).toContainText('$11\\r\\nmathematics\\r\\n');
  await expect(playground.log('alice')).toContainText('bulk string, 11 bytes');
  await view.selectOption('Text');
  await expect(playground.log('alice').locator('pre').last()).toHaveText(/^1\) "born"/);
});

test('commands are copied as code', async ({ playground, page }) => {
  await put(page, '');
  await playground.speed(REAL_TIME);
  await playground.ask('alice', 'SET a "two words"', 'OK');
  await playground.ask('bob', 'SET b "\\xff"', 'OK');
  await page.getByRole('button', { name: "Copy bob's commands as code" }).click();
  await page.getByRole('button', { name: 'ioredis' }).click();
  await expect(page.getByText('Copied for ioredis.')).toBeVisible();
  expect(await clipboard(page)).toContain("await show(bob.call('SET', 'b', Buffer.from('ff', 'hex')));");
  await page.getByLabel('What').selectOption('The whole session, every client');
  await page.getByRole('button', { name: 'redis-py' }).click();
  await expect(page.getByText('Copied for redis-py.')).toBeVisible();
  expect(await clipboard(page)).toContain("run(alice, 'SET', 'a', 'two words')\nrun(bob, 'SET', 'b', b'\\xff')\n");
  await page.keyboard.press('Escape');
  await page.getByRole('tab', { name: 'Transcript' }).click();
  await page.getByRole('combobox', { name: 'Written as' }).selectOption('Rust');
  await expect(page.getByLabel('The session as a program')).toContainText('show(cmd("SET").arg("b").arg(b"\\xff").query(&mut bob));');
});

test('a pasted script runs for the clients it names', async ({ playground, page }) => {
  await playground.speed(REAL_TIME);
  await put(page, '@dora BLPOP jobs 0\n@alice RPUSH jobs paint\n+ 300ms\n@alice LLEN jobs\n');
  await playground.prompt('alice').focus();
  await page.keyboard.press('Control+v');
  await expect(page.getByRole('group', { name: 'Pasted lines' })).toContainText('3 commands for 2 clients');
  await page.getByRole('button', { name: 'Run the script' }).click();
  await expect(playground.log('dora').locator('pre').last()).toHaveText('1) "jobs"\n2) "paint"');
  await expect(playground.log('alice').locator('pre').last()).toHaveText('(integer) 0');
  await playground.type('alice', '@bob SET said yes');
  await expect(playground.log('bob').locator('pre').last()).toHaveText('OK');
  await put(page, '@alice PING\nwhat\n+ x');
  await playground.prompt('alice').focus();
});

for (const theme of ['dark', 'light'] as const) {
  for (const [width, height] of [[1440, 900], [390, 844]] as const) {
    test.describe(`${theme}, ${width} by ${height}`, () => {
      test.use({ colorScheme: theme, viewport: { width, height }, hasTouch: width < 500, isMobile: width < 500 });

      test('every view of a card is accessible and fits', async ({ playground, page }) => {
        await playground.speed(REAL_TIME);
        await playground.type('alice', 'HSET ada born 1815 field mathematics', 'HELLO 3', 'HGETALL ada', 'ZADD board 7 ada 3 bob', 'ZRANGE board 0 -1 WITHSCORES', 'LPUSH ada x');
        await playground.ask('bob', 'HELP ZRANGE', /^ZRANGE/);
        await playground.prompt('bob').fill('SET ada v ');
        await playground.prompt('bob').press('Tab');
        const check = async (name: string): Promise<void> => {
          await page.screenshot({ path: `e2e/__screens__/card-${name}-${theme}-${width}.png` });
          await expectAccessible(page);
          await expectFits(page);
        };
        await playground.prompt('bob').scrollIntoViewIfNeeded();
        await check('completion');
        await playground.prompt('bob').press('Escape');
        await playground.prompt('bob').fill('');
        const view = page.getByRole('combobox', { name: "How alice's replies are shown" });
        for (const name of ['RESP bytes', 'JSON', 'Table']) {
          await view.selectOption(name);
          await playground.prompt('alice').scrollIntoViewIfNeeded();
          await check(name.slice(0, 4).toLowerCase());
        }
        await page.getByRole('button', { name: "Copy alice's commands as code" }).click();
        await check('code');
        await page.keyboard.press('Escape');
        await put(page, 'SET a 1\nINCR a\nGET a\n');
        await playground.prompt('bob').focus();
        await page.keyboard.press('Control+v');
        await expect(page.getByRole('group', { name: 'Pasted lines' })).toBeVisible();
        await check('paste');
      });
    });
  }
}
