import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import type { Browser, BrowserContext, Locator, Page } from '@playwright/test';
import type { Recording } from '../src/model/recording.ts';
import { write } from '../src/model/share/binary.ts';
import { expect, Playground, REAL_TIME, test } from './playground.ts';
import { expectAccessible, expectFits } from './accessible.ts';

/** Errors of pages that the test opens itself, too. */
async function opened(context: BrowserContext, path: string, errors: string[]): Promise<Playground> {
  const page = await context.newPage();
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  await page.goto(path);
  await page.waitForFunction(() => performance.getEntriesByName('redloop-ready').length > 0);
  return new Playground(page);
}

async function elsewhere(browser: Browser, path: string, errors: string[]): Promise<Playground> {
  return opened(await browser.newContext({ baseURL: test.info().project.use.baseURL as string }), path, errors);
}

const dialog = (page: Page): Locator => page.getByRole('dialog', { name: 'Share and keep' });

async function share(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(dialog(page)).toBeVisible();
  return dialog(page);
}

async function close(page: Page): Promise<void> {
  await dialog(page).getByRole('button', { name: 'Close' }).click();
}

async function link(page: Page): Promise<string> {
  const box = (await share(page)).getByRole('textbox', { name: 'Link to this session' });
  await expect(box).toHaveValue(/#s=1\./);
  const value = await box.inputValue();
  await close(page);
  return value;
}

/** What a client's log says, command and reply by line. */
async function said(playground: Playground, client: string): Promise<string> {
  return playground.log(client).innerText();
}

async function work(playground: Playground): Promise<void> {
  await playground.speed(REAL_TIME);
  await playground.ask('alice', 'SET user:1 ada', 'OK');
  await playground.ask('alice', 'RPUSH jobs paint sand', '(integer) 2');
  await playground.type('bob', 'BLPOP nothing 0');
  await playground.ask('alice', 'HSET h field "two words"', '(integer) 1');
}

test.describe('a link', () => {
  test('opens paused at its end, with the same logs and keys', async ({ playground, page, browser, errors }) => {
    await work(playground);
    const address = await link(page);
    const other = await elsewhere(browser, address, errors);
    await expect(other.page.getByText('A shared session, paused.')).toBeVisible();
    await expect(other.page.getByText(/alice, bob · 4 commands · \d+ B/)).toBeVisible();
    await expect(other.page.getByRole('button', { name: 'Play', exact: true }).first()).toBeVisible();
    expect(await said(other, 'alice')).toBe(await said(playground, 'alice'));
    expect(await said(other, 'bob')).toBe(await said(playground, 'bob'));
    for (const key of ['user:1', 'jobs']) await expect(other.page.getByRole('tabpanel')).toContainText(key);
    await expectAccessible(other.page);
    await other.page.screenshot({ path: 'e2e/__screens__/share-opened.png' });
    await other.page.getByRole('button', { name: 'Go on from here' }).click();
    await other.ask('alice', 'RPUSH nothing x', '(integer) 1');
    await expect(other.log('bob')).toContainText('1) "nothing"');
    // The address is no longer what is on the page.
    expect(new URL(other.page.url()).hash).toBe('');
    await other.page.context().close();
  });

  test('to an instant opens there, and plays on', async ({ playground, page, browser, errors }) => {
    await work(playground);
    await page.getByRole('button', { name: 'Step back' }).click();
    await expect(page.getByText('You are looking at the past')).toBeVisible();
    await page.getByRole('button', { name: 'Step back' }).click();
    await page.getByRole('button', { name: 'Step back' }).click();
    const box = (await share(page)).getByRole('textbox', { name: 'Link to this session' });
    await expect(page.getByRole('radio', { name: /at this instant/ })).toBeChecked();
    const here = await box.inputValue();
    await page.getByRole('radio', { name: 'at the end' }).check();
    await expect(box).not.toHaveValue(here);
    await close(page);
    const other = await elsewhere(browser, here, errors);
    await expect(other.page.getByText('You are looking at the past')).toBeVisible();
    expect(await said(other, 'alice')).toBe(await said(playground, 'alice'));
    expect(await said(other, 'alice')).not.toContain('HSET');
    await other.page.getByRole('status').filter({ hasText: 'A shared session' }).getByRole('button', { name: 'Play' }).click();
    await expect(other.log('alice')).toContainText('HSET h field');
    await expect(other.page.getByText('You are looking at the past')).toHaveCount(0);
    await expect(other.page.getByRole('button', { name: 'Play', exact: true }).first()).toBeVisible();
    await other.page.context().close();
  });

  test('is copied, and its length is shown', async ({ playground, page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await work(playground);
    const box = await share(page);
    await expect(box.getByText(/\d+ characters · 4 commands/)).toBeVisible();
    await box.getByRole('button', { name: 'Copy link' }).click();
    await expect(box.getByRole('button', { name: 'Copied' })).toBeVisible();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe(await box.getByRole('textbox', { name: 'Link to this session' }).inputValue());
    expect(copied.length).toBeLessThan(400);
  });

  test('that is very long comes with the advice to save a file', async ({ playground, page }) => {
    let chance = 1;
    const noise = Array.from({ length: 12_000 }, () => ((chance = (chance * 48_271) % 0x7fff_ffff) % 36).toString(36)).join('');
    await playground.ask('alice', `SET noise ${noise}`, 'OK');
    const box = await share(page);
    const length = (await box.getByRole('textbox', { name: 'Link to this session' }).inputValue()).length;
    expect(length).toBeGreaterThan(8000);
    await expect(box.getByText('Some chat and mail programs cut links')).toBeVisible();
    const download = page.waitForEvent('download');
    await box.getByRole('button', { name: 'Save a file instead' }).click();
    expect((await download).suggestedFilename()).toBe('session.redloop.json');
  });
});

test.describe('a hostile link is refused with a reason, and the page works', () => {
  const bomb = deflateRawSync(new Uint8Array(60_000_000)).toString('base64url');
  for (const [name, hash, reason] of [
    ['garbage', '#s=<img src=x onerror=alert(1)>', 'It is damaged'],
    ['a newer version', '#s=7.AAAA', 'made by a newer version of this page (format 7)'],
    ['an empty one', '#s=1.', 'Its end is missing'],
    ['a bomb', `#s=1.${bomb}`, 'unpacking was stopped'],
    ['impossible clients', `#s=1.${deflateRawSync(new Uint8Array([1, 1, 0, 1, 0, 0, 0, 4, 0, 0, 0, 60, 98, 62, 10])).toString('base64url')}`, 'Its clients are not possible'],
  ] as const) {
    test(name, async ({ page }) => {
      await page.goto(`/${hash}`);
      const alert = page.getByRole('alert').filter({ hasText: 'was not opened.' });
      await expect(alert).toContainText('The link was not opened.');
      await expect(alert).toContainText(reason);
      expect(await page.locator('img').count()).toBe(0);
      await new Playground(page).ask('alice', 'PING', 'PONG');
      if (name === 'garbage') {
        await page.screenshot({ path: 'e2e/__screens__/share-refused.png' });
        await expectAccessible(page);
      }
      await alert.getByRole('button', { name: 'Dismiss' }).click();
      await expect(alert).toHaveCount(0);
    });
  }
});

test.describe('a link that passes every check and still asks for too much', () => {
  const epoch = 1_700_000_000_000_000;
  for (const [name, lines, reason] of [
    ['for ever', ['DEBUG POPULATE 30000', '10000 KEYS *'], 'Stopped. The engine starts empty.'],
    ['an end', ['SHUTDOWN'], 'asked the server to shut down'],
  ] as const) {
    test(name, async ({ page }) => {
      const recording: Recording = {
        seed: 1, epoch, pace: { commandNs: 850, unitNs: 150 }, turns: 900_000, at: epoch + 5,
        entries: [{ at: epoch, turns: 0, client: 1, input: 'connect', name: 'mallory' }, { at: epoch, turns: 0, client: 1, input: 'lines', lines }],
      };
      await page.goto(`/#s=1.${deflateRawSync(write({ recording, position: recording })).toString('base64url')}`);
      if (name === 'for ever') await page.getByRole('button', { name: 'Stop', exact: true }).click();
      const said = page.getByRole(name === 'for ever' ? 'status' : 'alert').filter({ hasText: reason });
      await expect(said.first()).toBeVisible();
      await new Playground(page).ask('alice', 'PING', 'PONG');
    });
  }
});

test.describe('kept sessions', () => {
  test('survive a reload, are renamed, exported, opened and deleted', async ({ playground, page }) => {
    await work(playground);
    const log = await said(playground, 'alice');
    await page.waitForTimeout(900);
    await playground.open();
    const offer = page.getByRole('status').filter({ hasText: 'Go on with your last session?' });
    await expect(offer).toContainText('alice, bob · 4 commands');
    await page.screenshot({ path: 'e2e/__screens__/share-offer.png' });
    await offer.getByRole('button', { name: 'Go on', exact: true }).click();
    await expect(playground.log('alice')).toContainText('HSET');
    expect(await said(playground, 'alice')).toBe(log);
    await playground.ask('alice', 'RPUSH nothing woken', '(integer) 1');
    await expect(playground.log('bob')).toContainText('"woken"');
    await page.waitForTimeout(900);

    // What was typed after the reload belongs to the same session.
    await playground.open();
    await offer.getByRole('button', { name: 'No, thanks' }).click();
    await playground.ask('bob', 'SET another session', 'OK');
    await page.waitForTimeout(900);
    const box = await share(page);
    await expect(box.getByRole('listitem')).toHaveCount(2);
    await expect(box.getByRole('listitem').nth(1)).toContainText('5 commands');
    const name = box.getByRole('textbox', { name: 'Name of Session of alice, bob' }).nth(1);
    await name.fill('My <b>queue</b>');
    await name.press('Enter');
    await expect(box.getByRole('button', { name: 'Open My <b>queue</b>' })).toBeVisible();
    const download = page.waitForEvent('download');
    await box.getByRole('button', { name: 'Save My <b>queue</b> as a file' }).click();
    const file = JSON.parse(readFileSync(await (await download).path(), 'utf8')) as { redloop: number; recording: { entries: unknown[] } };
    expect([file.redloop, file.recording.entries.length]).toEqual([1, 7]);
    await box.getByRole('button', { name: 'Open My <b>queue</b>' }).click();
    await expect(playground.log('bob')).toContainText('"woken"');
    const again = await share(page);
    await again.getByRole('button', { name: 'Delete Session of alice, bob' }).click();
    await again.getByRole('button', { name: 'Delete Session of alice, bob' }).click();
    await expect(again.getByRole('listitem')).toHaveCount(1);
  });

  test('are not kept when that is switched off', async ({ playground, page }) => {
    const box = await share(page);
    await box.getByRole('checkbox', { name: 'Keep my sessions in this browser' }).uncheck();
    await close(page);
    await work(playground);
    await page.waitForTimeout(900);
    await playground.open();
    await playground.ask('alice', 'PING', 'PONG');
    await expect(page.getByText('Go on with your last session?')).toHaveCount(0);
    await expect((await share(page)).getByRole('checkbox', { name: 'Keep my sessions in this browser' })).not.toBeChecked();
  });

  test('a second tab follows the one that writes, and takes over when it is closed', async ({ playground, page, context, errors }) => {
    await work(playground);
    await page.waitForTimeout(900);
    const second = await opened(context, '/', errors);
    await expect(second.page.getByText('Your last session is open in another tab.')).toBeVisible();
    await second.page.getByRole('button', { name: 'Follow it here' }).click();
    await expect(second.page.getByText(/You follow a session live\. The tab that was opened at .* writes it\./)).toBeVisible();
    await expect(second.log('alice')).toContainText('HSET');
    expect(await said(second, 'alice')).toBe(await said(playground, 'alice'));
    await playground.ask('alice', 'INCR seen', '(integer) 1');
    await expect(second.log('alice')).toContainText(/INCR seen\s*\(integer\) 1/);
    await playground.ask('alice', 'RPUSH nothing now', '(integer) 1');
    await expect(second.log('bob')).toContainText('"now"');
    await second.page.screenshot({ path: 'e2e/__screens__/share-follows.png' });
    await expectAccessible(second.page);
    await page.close();
    await expect(second.page.getByText('The other tab is gone. This one writes the session from now on.')).toBeVisible();
    await second.ask('alice', 'INCR seen', '(integer) 2');
    await second.page.waitForTimeout(900);
    const box = await share(second.page);
    await expect(box.getByRole('listitem')).toHaveCount(1);
    await expect(box.getByRole('listitem')).toContainText('7 commands');
  });

  test('a follower goes where the writer goes', async ({ playground, page, context, errors }) => {
    await work(playground);
    await page.waitForTimeout(900);
    const second = await opened(context, '/', errors);
    await second.page.getByRole('button', { name: 'Follow it here' }).click();
    await expect(second.log('alice')).toContainText('HSET');
    await page.getByRole('button', { name: 'Step back' }).click();
    await expect(page.getByText('You are looking at the past')).toBeVisible();
    await playground.type('alice', 'SET other future');
    await expect(second.log('alice')).toContainText(/SET other future\s*OK/);
    await expect(second.page.getByText('You follow a session live.')).toBeVisible();
    await page.getByRole('button', { name: 'Add' }).click();
    await playground.ask('carol', 'GET other', '"future"');
    await expect(second.log('carol')).toContainText('"future"');
    // The writer is loaded anew: the other one takes over, and is offered to be followed.
    await playground.open();
    await expect(second.page.getByText('This one writes the session from now on.')).toBeVisible();
    await second.ask('alice', 'SET still here', 'OK');
    await expect(page.getByText('Your last session is open in another tab.')).toBeVisible();
    await page.getByRole('button', { name: 'Follow it here' }).click();
    await expect(playground.log('alice')).toContainText(/SET still here\s*OK/);
    await second.page.close();
  });

  test('a follower who types goes on alone', async ({ playground, page, context, errors }) => {
    await work(playground);
    await page.waitForTimeout(900);
    const second = await opened(context, '/', errors);
    await second.page.getByRole('button', { name: 'Follow it here' }).click();
    await expect(second.log('alice')).toContainText('HSET');
    await second.ask('alice', 'SET mine 1', 'OK');
    await expect(second.page.getByText('You follow a session')).toHaveCount(0);
    await playground.ask('alice', 'GET mine', '(nil)');
    await second.ask('alice', 'GET mine', '"1"');
    await second.page.waitForTimeout(900);
    await expect((await share(second.page)).getByRole('listitem')).toHaveCount(2);
    await second.page.close();
  });

  test('a page without storage says so once, and works', async ({ page }) => {
    await page.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('not here', 'SecurityError');
      };
    });
    const playground = new Playground(page);
    await playground.open();
    await expect(page.getByText('This browser keeps nothing for this page')).toBeVisible();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await work(playground);
    await expect(page.getByText('This browser keeps nothing for this page')).toHaveCount(0);
    await expect((await share(page)).getByText('This browser keeps nothing for this page')).toBeVisible();
  });

  test('a full storage is said in words', async ({ playground, page }) => {
    await page.evaluate(() => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    });
    await work(playground);
    await expect(page.getByText('The storage of this browser is full')).toBeVisible();
  });
});

test.describe('files', () => {
  const drop = async (page: Page, name: string, text: string): Promise<void> => {
    const transfer = await page.evaluateHandle(([file, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([content as string], file as string));
      return data;
    }, [name, text]);
    // Files are taken once sharing has been fetched, a moment after the first prompt; a person goes on dragging.
    await expect(async () => {
      await page.dispatchEvent('rl-app', 'dragover', { dataTransfer: transfer });
      await expect(page.getByText('Drop the file to open it')).toBeVisible({ timeout: 500 });
    }).toPass({ timeout: 20_000 });
    await page.dispatchEvent('rl-app', 'drop', { dataTransfer: transfer });
  };
  const saved = async (page: Page, kind: string): Promise<string> => {
    const box = await share(page);
    const download = page.waitForEvent('download');
    await box.getByRole('button', { name: kind }).click();
    const content = readFileSync(await (await download).path(), 'latin1');
    await close(page);
    return content;
  };

  test('a recording is saved, dropped, and opens paused', async ({ playground, page }) => {
    await work(playground);
    const log = await said(playground, 'alice');
    const file = await saved(page, 'Recording');
    await playground.open();
    await drop(page, 'mine.redloop.json', file);
    await expect(page.getByText('A shared session, paused.')).toBeVisible();
    await expect(playground.log('alice')).toContainText('HSET');
    expect(await said(playground, 'alice')).toBe(log);
  });

  test('a transcript is saved, chosen, and typed', async ({ playground, page }) => {
    await work(playground);
    const file = await saved(page, 'Transcript');
    expect(file).toContain('@alice > RPUSH jobs paint sand\n(integer) 2\n');
    await playground.open();
    const box = await share(page);
    const chooser = page.waitForEvent('filechooser');
    await box.getByRole('button', { name: 'Open a file…' }).click();
    await (await chooser).setFiles({ name: 'mine.redis', mimeType: 'text/plain', buffer: Buffer.from(`${file}@carol > GET user:1\n@carol closes\n@carol > PING\n`) });
    await expect(page.getByText('Opened mine.redis.')).toBeVisible();
    // She is answered, hangs up, and comes again as somebody new.
    await expect(playground.log('carol')).toContainText('PONG');
    await expect(playground.log('carol')).not.toContainText('"ada"');
    expect(await saved(page, 'Transcript')).toContain('@carol > GET user:1\n"ada"\n@carol closes\n@carol > PING\nPONG\n');
  });

  test('writes are saved as requests, and requests are loaded', async ({ playground, page }) => {
    await work(playground);
    const file = await saved(page, 'Requests');
    expect(file).toBe(
      '*3\r\n$3\r\nSET\r\n$6\r\nuser:1\r\n$3\r\nada\r\n*4\r\n$5\r\nRPUSH\r\n$4\r\njobs\r\n$5\r\npaint\r\n$4\r\nsand\r\n*4\r\n$4\r\nHSET\r\n$1\r\nh\r\n$5\r\nfield\r\n$9\r\ntwo words\r\n',
    );
    await playground.open();
    await drop(page, 'mine.resp', file);
    await expect(playground.log('loader')).toContainText('(integer) 1');
    await playground.ask('loader', 'HGET h field', '"two words"');
  });

  for (const [name, content, reason] of [
    ['picture.png', '\x89PNG\0\0\0', 'neither a transcript'],
    ['newer.json', '{"redloop":9}', 'newer version'],
    ['evil.json', '{"redloop":1,"recording":{"seed":1,"epoch":1,"pace":{"commandNs":1,"unitNs":1},"turns":1,"at":1,"entries":[{"at":1,"turns":0,"client":1,"input":"connect","name":"<b>"}]},"position":{"turns":1,"at":1}}', 'clients are not possible'],
    ['text.redis', 'hello there', 'As a transcript it cannot be read'],
    ['empty.redis', '', 'nothing in it'],
  ] as const) {
    test(`${name} is refused with a reason, and the session stays`, async ({ playground, page }) => {
      await playground.ask('alice', 'SET a 1', 'OK');
      await drop(page, name, content);
      const alert = page.getByRole('alert').filter({ hasText: `${name} was not opened.` });
      await expect(alert).toContainText(reason);
      await playground.ask('alice', 'GET a', '"1"');
    });
  }
});

for (const theme of ['dark', 'light'] as const) {
  for (const [width, height] of [[1440, 900], [768, 1024], [390, 844]] as const) {
    test.describe(`${theme}, ${width} by ${height}`, () => {
      test.use({ colorScheme: theme, viewport: { width, height }, hasTouch: width < 500, isMobile: width < 500 });

      test('the dialog fits and has no accessibility violations', async ({ playground, page }) => {
        await work(playground);
        await page.waitForTimeout(900);
        await playground.open();
        await work(playground);
        await page.getByRole('button', { name: 'Step back' }).click();
        await expect(page.getByText('You are looking at the past')).toBeVisible();
        await page.waitForTimeout(600);
        const box = await share(page);
        await expect(box.getByRole('listitem')).toHaveCount(2);
        await page.screenshot({ path: `e2e/__screens__/share-${theme}-${width}.png` });
        await expectAccessible(page);
        await expectFits(page);
        await page.keyboard.press('Escape');
        await expect(box).toBeHidden();
        await expect(page.getByRole('button', { name: 'Share', exact: true })).toBeFocused();

        const address = await link(page);
        await page.goto('about:blank');
        await page.goto(address);
        await expect(page.getByText('A shared session, paused.')).toBeVisible();
        await expect(page.getByText('You are looking at the past')).toBeVisible();
        await page.waitForTimeout(600);
        await page.screenshot({ path: `e2e/__screens__/share-opened-${theme}-${width}.png` });
        await expectAccessible(page);
        await expectFits(page);
      });
    });
  }
}
