import { expect, test } from './playground.ts';

test('two clients share one engine; replies look as in redis-cli', async ({ playground }) => {
  await playground.ask('alice', 'SET greeting "hello\\nworld"', 'OK');
  await playground.ask('bob', 'GET greeting', '"hello\\nworld"');
  await playground.ask('bob', 'NOPE a b', "(error) ERR unknown command 'NOPE', with args beginning with: 'a' 'b' ");
  await playground.ask('alice', 'SET "open', 'Invalid argument(s)');
  await playground.ask('alice', 'SELECT 2', 'OK');
  await expect(playground.card('alice').getByText('alice[2]>')).toBeVisible();
  await expect(playground.page.locator('rl-explain').getByRole('status')).toContainText('alice');
});

test('BLPOP parks, RPUSH wakes', async ({ playground, page }) => {
  await playground.type('bob', 'BLPOP jobs 0');
  await expect(playground.card('bob')).toContainText('blocked on jobs');
  await expect(page.getByRole('region', { name: 'Parked clients' })).toContainText('bob');
  await expect(page.locator('rl-explain').getByRole('status')).toContainText('bob is parked on jobs.');
  await playground.ask('alice', 'RPUSH jobs paint sand', '(integer) 2');
  await expect(playground.log('bob').locator('pre').last()).toHaveText('1) "jobs"\n2) "paint"');
  await expect(page.locator('rl-explain').getByRole('status')).toContainText('bob is served.');
  await expect(playground.card('bob')).toContainText('idle');
  await playground.ask('bob', 'BLPOP nothing 0.2', '(nil)');
});

test('MULTI collects, EXEC runs', async ({ playground }) => {
  await playground.ask('alice', 'MULTI', 'OK');
  await playground.ask('alice', 'INCR hits', 'QUEUED');
  await expect(playground.card('alice').getByText('alice(TX)>').last()).toBeVisible();
  await expect(playground.card('alice')).toContainText('MULTI · 1 queued');
  await playground.ask('bob', 'INCR hits', '(integer) 1');
  await playground.ask('alice', 'EXEC', '1) (integer) 2');
});

test('messages reach subscribers', async ({ playground, page }) => {
  await playground.ask('bob', 'SUBSCRIBE news', '1) "subscribe"\n2) "news"\n3) (integer) 1');
  await expect(playground.card('bob').getByText('bob(subscribed mode)>')).toBeVisible();
  await playground.ask('alice', 'PUBLISH news hi', '(integer) 1');
  await expect(playground.log('bob').locator('pre').last()).toHaveText('1) "message"\n2) "news"\n3) "hi"');
  await page.getByRole('tab', { name: 'Transcript' }).click();
  await expect(page.getByLabel('Recorded transcript')).toHaveText(
    '@bob > SUBSCRIBE news\n1) "subscribe"\n2) "news"\n3) (integer) 1\n@alice > PUBLISH news hi\n(integer) 1\n@bob < 1) "message"\n     < 2) "news"\n     < 3) "hi"');
});

test('the line editor: hints, completion, history, search', async ({ playground, page }) => {
  const prompt = playground.prompt('alice');
  await prompt.fill('SET key ');
  await expect(prompt).toHaveAccessibleDescription(/^value/);
  await prompt.fill('ren');
  await prompt.press('Tab');
  await expect(prompt).toHaveValue(/^rename/);
  await prompt.fill('');
  await playground.ask('alice', 'SET user:1 ada', 'OK');
  await playground.ask('alice', '2 INCR n', '(integer) 2');
  await expect(playground.key('user:1')).toBeVisible();
  await prompt.pressSequentially('GET us');
  await prompt.press('Tab');
  await expect(prompt).toHaveValue('GET user:1 ');
  await prompt.fill('draft');
  await prompt.press('ArrowUp');
  await expect(prompt).toHaveValue('2 INCR n');
  await prompt.press('ArrowUp');
  await expect(prompt).toHaveValue('SET user:1 ada');
  await prompt.press('ArrowDown');
  await prompt.press('ArrowDown');
  await expect(prompt).toHaveValue('draft');
  await page.reload();
  await playground.open();
  await prompt.press('Control+r');
  await prompt.pressSequentially('user');
  await expect(prompt).toHaveAccessibleDescription('SET user:1 ada');
  await prompt.press('Enter');
  await expect(playground.log('alice').locator('pre').last()).toHaveText('OK');
});

test('several pasted lines are sent at once, or one by one', async ({ playground, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(() => navigator.clipboard.writeText('SET a 1\nINCR a\nGET a\n'));
  await playground.prompt('bob').focus();
  await page.keyboard.press('Control+v');
  const question = page.getByRole('group', { name: 'Pasted lines' });
  await expect(question).toContainText('3 commands');
  await page.getByRole('button', { name: 'As a pipeline' }).press('Enter');
  await expect(playground.log('bob').locator('pre').last()).toHaveText('"2"');
  await expect(playground.prompt('bob')).toBeFocused();
  await page.keyboard.press('Control+v');
  await page.getByRole('button', { name: 'One by one' }).click();
  await expect(playground.card('bob')).toContainText('Typing');
  await expect(playground.card('bob')).not.toContainText('Typing');
  await expect(playground.log('bob').locator('pre')).toHaveCount(12);
  await page.keyboard.press('Control+v');
  await page.keyboard.press('Escape');
  await expect(question).toHaveCount(0);
});

test('clients are added, renamed and closed', async ({ playground, page }) => {
  await page.getByRole('button', { name: 'Add' }).click();
  await playground.ask('carol', 'PING', 'PONG');
  await playground.card('carol').hover();
  await page.getByRole('button', { name: 'Rename carol' }).click();
  await page.getByRole('textbox', { name: 'New name of carol' }).fill('worker');
  await page.keyboard.press('Enter');
  await playground.ask('worker', 'PING again', '"again"');
  await page.getByRole('button', { name: 'Close worker' }).click();
  await expect(playground.card('worker')).toHaveCount(0);
  await playground.ask('alice', 'QUIT', 'Connection closed by the server.');
  await expect(playground.card('alice')).toContainText('closed');
});

test('values of every type are shown, with their real encoding', async ({ playground, page }) => {
  await playground.type('alice', 'RPUSH l a b', 'HSET h field value', 'SADD s 1 2 3', 'ZADD z 1.5 one 2 two', 'SET n 7', 'SET t soon EX 100');
  await expect(playground.key('n')).toContainText('int');
  await expect(playground.key('s')).toContainText('intset');
  await expect(playground.key('t')).toContainText(/\d+ s/);
  for (const [key, shown] of [['l', '"b"'], ['h', '"value"'], ['s', '3'], ['z', '1.5']] as const) {
    await playground.key(key).click();
    await expect(page.getByRole('group', { name: `Value of ${key}` })).toContainText(shown);
  }
});
