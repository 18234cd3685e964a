// What must not happen: a policy violation, an element out of a reply, a tab that hangs or dies.

import { expect, test } from './playground.ts';
import type { Page } from '@playwright/test';

interface Shell {
  store: { enter(client: number, line: string): void; setSpeed(step: number): void; session: { clients: Map<number, { repl: { pending: unknown[] } }> } };
}

/** Enters lines at alice's prompt, at real time, and waits until all of them are answered. */
async function enter(page: Page, lines: readonly string[]): Promise<void> {
  await page.evaluate((all) => {
    const { store } = document.querySelector('rl-app') as unknown as Shell;
    store.setSpeed(Infinity);
    for (const line of all) store.enter(1, line);
  }, lines);
  await page.waitForFunction(() => [...(document.querySelector('rl-app') as unknown as Shell).store.session.clients.values()].every(({ repl }) => repl.pending.length === 0));
}

/** Names of all elements of the page, shadow trees included, and all characters that could not be seen. */
function census(page: Page): Promise<{ elements: string[]; unseen: string[] }> {
  return page.evaluate(() => {
    const elements = new Set<string>();
    const unseen = new Set<string>();
    const walk = (root: ParentNode): void => {
      for (const element of root.querySelectorAll('*')) {
        elements.add(element.localName);
        for (const node of element.childNodes) {
          if (node.nodeType !== Node.TEXT_NODE) continue;
          for (const unit of node.textContent?.match(/[\x00-\x08\v\f\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g) ?? []) unseen.add(`U+${unit.charCodeAt(0).toString(16)} in ${element.localName}`);
        }
        if (element.shadowRoot !== null) walk(element.shadowRoot);
      }
    };
    walk(document);
    return { elements: [...elements].sort(), unseen: [...unseen] };
  });
}

test('no reply byte creates an element, hides or turns text round', async ({ playground, page }) => {
  await enter(page, ['SET plain value', 'GET plain', 'NOPE', 'HSET h f v', 'HGETALL h', 'PING', 'INFO server', 'SUBSCRIBE c', 'UNSUBSCRIBE c', 'ECHO "\\x00"']);
  await playground.card('alice').getByRole('combobox', { name: /replies are shown/ }).selectOption('Table');
  await expect(page.locator('rl-lanes-plot')).toBeVisible();
  const before = await census(page);
  await page.evaluate(() => Object.assign(window, { pwned: 0 }));

  const hostile = [
    '<img src=x onerror=window.pwned=1>', '<script>window.pwned=1</script>', '<svg onload=window.pwned=1>', '"><iframe srcdoc="<script>top.pwned=1</script>">',
    '</pre></template><style>*{display:none}</style>', '${window.pwned=1}', '<!--', '\\x1b[31mred\\x1b]0;title\\x07', 'a\\xe2\\x80\\xaeb\\xe2\\x81\\xa6c', '\\xef\\xbb\\xbf\\xe2\\x80\\x8b', '\\xc2\\x9b2J', '\\xf0\\x9f\\x99\\x82\\xff\\xfe', '\\x00\\x01\\x7f',
  ];
  // xorshift, so that a failure repeats.
  let seed = 20260;
  const draw = (below: number): number => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed >>> 0) % below;
  };
  const marks = ['<', '>', '&', '"', "'", '/', '=', '`', '{', '\\', '\u202e'];
  const quoted = (bytes: string): string => `"${bytes}"`;
  const random = Array.from({ length: 150 }, () =>
    Array.from({ length: 1 + draw(40) }, () => (draw(3) === 0 ? [...Buffer.from(marks[draw(marks.length)] as string)].map(hex).join('') : hex(draw(256)))).join(''));
  const bytes = [...hostile.map((text) => text.replaceAll('"', '\\"')), ...random];
  // As bulk, error, status, key, field, push and name; then in every view of replies.
  const lines = bytes.flatMap((text, at) => [`ECHO ${quoted(text)}`, `${quoted(text)} a`, `SET ${quoted(text)} ${quoted(text)}`, `HSET h${at % 7} ${quoted(text)} ${quoted(text)}`, `PUBLISH ${quoted(text)} ${quoted(text)}`]);
  for (let at = 0; at < lines.length; at += 100) {
    await enter(page, lines.slice(at, at + 100));
    await enter(page, ['HELLO 3', `HGETALL h${(at / 100) % 7}`, `EVAL "x" 0 ${quoted(bytes[at % bytes.length] as string)}`, 'KEYS *', 'HELLO 2']);
  }
  for (const view of ['RESP bytes', 'JSON', 'Table', 'redis-cli']) {
    const views = playground.card('alice').getByRole('combobox', { name: /replies are shown/ });
    const options = await views.locator('option').allTextContents();
    await views.selectOption(options.find((option) => option.includes(view)) ?? (options[0] as string));
    const after = await census(page);
    const allowed = new Set([...before.elements, 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'div', 'span', 'b', 'i', 'pre', 'code', 'button', 'svg', 'path', 'circle', 'rect', 'line', 'g', 'text', 'ul', 'li', 'h3', 'dl', 'dt', 'dd', 'em', 'small']);
    expect(after.elements.filter((name) => !allowed.has(name))).toEqual([]);
    expect(after.unseen).toEqual([]);
  }
  for (const tab of ['Transcript', 'Keys']) {
    await page.getByRole('tab', { name: tab }).click();
    expect((await census(page)).unseen).toEqual([]);
  }
  expect(await page.evaluate(() => (window as unknown as { pwned: number }).pwned)).toBe(0);
});

test('a command that runs too long is named, and can be stopped', async ({ playground, page }) => {
  await playground.ask('bob', 'SET kept yes', 'OK');
  await playground.ask('alice', 'SET also yes', 'OK');
  await enter(page, ['DEBUG POPULATE 20000 k', 'SADD s 1 2 3']);
  // Sorting by a pattern that is looked up, over and over in one transaction, keeps the loop for seconds.
  await page.evaluate(() => {
    const { store } = document.querySelector('rl-app') as unknown as { store: { enterAll(client: number, lines: string[]): void } };
    store.enterAll(1, ['MULTI', ...Array.from({ length: 4000 }, () => 'KEYS k:1*9*9*9'), 'EXEC']);
  });
  const alert = page.getByRole('alert').filter({ hasText: 'Still running' });
  await expect(alert).toContainText(/alice> \S.* or one of the \d+ commands sent after it/);
  await expect(alert).toContainText(/at it for \d+ s/);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByText(/^Stopped\. .* inputs were played again/)).toBeVisible();
  await expect(alert).toHaveCount(0);
  await playground.ask('alice', 'GET kept', '"yes"');
  await playground.ask('bob', 'GET also', '"yes"');
});

test('an engine without memory left says so, and the session goes on without the request', async ({ playground, page }) => {
  test.slow();
  await playground.ask('alice', 'SET kept yes', 'OK');
  await playground.type('bob', 'DEBUG POPULATE 3000000 k 400');
  const crash = page.getByRole('alert').filter({ hasText: 'The engine stopped.' });
  await expect(crash).toContainText('ran out of memory: a page\'s engine may use 512 MB', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Restart from the recording' }).click();
  await playground.ask('alice', 'GET kept', '"yes"');
});

test('the policy allows what comes from here and WebAssembly, and nothing else', async ({ playground, page, errors }) => {
  await expect(playground.prompt('alice')).toBeVisible();
  const violated = await page.evaluate(async () => {
    const seen: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => seen.push(event.effectiveDirective));
    const tries = [
      () => document.head.append(Object.assign(document.createElement('script'), { textContent: 'window.pwned = 1' })),
      () => document.body.append(Object.assign(document.createElement('div'), { innerHTML: '<i style="color:red">x</i>' })),
      () => document.body.append(Object.assign(document.createElement('img'), { src: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=' })),
      () => fetch('http://127.0.0.1:1/').catch(() => undefined),
      () => new Worker('data:text/javascript,1'),
    ];
    for (const attempt of tries) {
      try {
        await attempt();
      } catch {
        // Refused at once.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    return seen;
  });
  for (const directive of ['script-src-elem', 'style-src-attr', 'img-src', 'connect-src', 'worker-src']) expect(violated).toContain(directive);
  // The attempts were this test's.
  errors.length = 0;
});

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
