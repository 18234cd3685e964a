// Without a mouse: a whole session, no traps, and nothing said by colour alone.
import type { Page } from '@playwright/test';
import { expect, Playground, REAL_TIME, test } from './playground.ts';
import { expectAccessible } from './accessible.ts';

/** The role and name of what has the focus, however deep. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    let at: Element | null = document.activeElement;
    while (at?.shadowRoot?.activeElement != null) at = at.shadowRoot.activeElement;
    return at === null ? '' : `${at.localName} ${at.getAttribute('aria-label') ?? at.textContent?.trim() ?? ''}`.trim();
  });
}

test('a session by keyboard alone', async ({ playground, page }) => {
  await expect(playground.prompt('alice')).toBeFocused();
  await page.keyboard.type('BLPOP jobs 0');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Alt+ArrowDown');
  await expect(playground.prompt('bob')).toBeFocused();
  await page.keyboard.type('rpu');
  await page.keyboard.press('Tab');
  await expect(playground.prompt('bob')).toHaveValue(/^rpush/);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+u');
  await page.keyboard.type('RPUSH jobs paint');
  await page.keyboard.press('Enter');
  await expect(playground.log('alice').locator('pre').last()).toHaveText('1) "jobs"\n2) "paint"');
  await page.keyboard.press('Alt+ArrowUp');
  await expect(playground.prompt('alice')).toBeFocused();
  await page.keyboard.press('F8');
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await page.keyboard.type('SET a 1');
  await page.keyboard.press('Enter');
  await page.keyboard.press('F10');
  await page.keyboard.press('F10');
  await page.keyboard.press('F8');
  await expect(playground.log('alice').locator('pre').last()).toHaveText('OK');
});

test('F6 goes round the parts of the page and comes back to where one was', async ({ playground, page }) => {
  await expect(page.getByRole('button', { name: 'Scenes' })).toBeVisible();
  const names = ['section The loop', /^button Keys$/, /^button Scenes/, 'input Command for alice'];
  for (const name of names) {
    await page.keyboard.press('F6');
    expect(await focused(page)).toMatch(name instanceof RegExp ? name : new RegExp(`^${name}$`));
  }
  await playground.prompt('bob').focus();
  await page.keyboard.press('Shift+F6');
  expect(await focused(page)).toMatch(/^button Scenes/);
  await page.keyboard.press('F6');
  await expect(playground.prompt('bob')).toBeFocused();
});

test('F6 passes over what is still on its way', async ({ page }) => {
  let arrive = (): void => {};
  const arrives = new Promise<void>((resolve) => (arrive = resolve));
  await page.route(/\/rest-[^/]*\.js$/, (route) => arrives.then(() => route.continue()));
  const playground = new Playground(page);
  await playground.open();
  const round = ['section The loop', 'button Keys', 'input Command for alice'];
  for (const name of round) {
    await page.keyboard.press('F6');
    expect(await focused(page)).toBe(name);
  }
  arrive();
  await expect(page.getByRole('button', { name: 'Scenes' })).toBeVisible();
  await page.keyboard.press('Shift+F6');
  expect(await focused(page)).toMatch(/^button Scenes/);
});

test('links at the beginning skip to a part', async ({ playground: _, page }) => {
  const link = page.getByRole('button', { name: 'Skip to the loop' });
  await page.getByRole('button', { name: 'Scenes' }).focus();
  await page.keyboard.press('Shift+Tab');
  await expect(page.getByRole('button', { name: 'Skip to the details' })).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await expect(link).toBeFocused();
  await page.screenshot({ path: 'e2e/__screens__/skip.png' });
  await page.keyboard.press('Enter');
  expect(await focused(page)).toBe('section The loop');
});

test('the focus moves sensibly: after adding, renaming and closing a client, and after the list of keys', async ({ playground, page }) => {
  await page.getByRole('button', { name: 'Add' }).press('Enter');
  await expect(playground.prompt('carol')).toBeFocused();
  await page.getByRole('button', { name: 'Rename carol' }).press('Enter');
  await page.keyboard.type('worker');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Rename worker' })).toBeFocused();
  await page.getByRole('button', { name: 'Close alice' }).press('Enter');
  await expect(playground.prompt('bob')).toBeFocused();
  await page.getByRole('button', { name: 'Close worker' }).press('Enter');
  await expect(playground.prompt('bob')).toBeFocused();
  await page.getByRole('button', { name: 'Close bob' }).press('Enter');
  await expect(page.getByRole('button', { name: 'Add' })).toBeFocused();
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keys on the keyboard' });
  await expect(dialog).toBeVisible();
  await page.screenshot({ path: 'e2e/__screens__/keyboard.png' });
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('button', { name: 'Add' })).toBeFocused();
});

test('Tab goes through the whole page and out again: no trap', async ({ playground, page }) => {
  await playground.ask('alice', 'SET a 1', 'OK');
  await expect(playground.key('a')).toBeVisible();
  await page.getByRole('button', { name: 'Scenes' }).focus();
  const seen = new Set<string>();
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    if (/^body/.test(now) || now === '') break;
    seen.add(now);
  }
  expect([...seen]).toEqual(expect.arrayContaining(['input Command for alice', 'input Command for bob']));
  expect([...seen].some((each) => each.startsWith('button Keys'))).toBe(true);
  expect(seen.size).toBeLessThan(75);
});

test.describe('in a small window', () => {
  test.use({ viewport: { width: 600, height: 520 } });
  test('what has the focus is never hidden under the bar at the foot', async ({ playground, page }) => {
    await playground.ask('alice', 'SET a 1', 'OK');
    await page.getByRole('button', { name: 'Scenes' }).focus();
    const hidden: string[] = [];
    for (let i = 0; i < 45; i++) {
      await page.keyboard.press('Tab');
      const [name, seen] = await page.evaluate(() => {
        let at: Element | null = document.activeElement;
        while (at?.shadowRoot?.activeElement != null) at = at.shadowRoot.activeElement;
        if (at === null || at === document.body) return ['', true] as const;
        const box = at.getBoundingClientRect();
        let top = document.elementFromPoint(box.x + box.width / 2, Math.max(box.y + 4, box.y + Math.min(box.height / 2, 40)));
        while (top?.shadowRoot != null) {
          const inner = top.shadowRoot.elementFromPoint(box.x + box.width / 2, Math.max(box.y + 4, box.y + Math.min(box.height / 2, 40)));
          if (inner === null || inner === top) break;
          top = inner;
        }
        const inside = top !== null && (at.contains(top) || top.contains(at) || (at.shadowRoot?.contains(top) ?? false));
        return [`${at.localName} ${at.getAttribute('aria-label') ?? at.textContent?.trim().slice(0, 30) ?? ''}`, inside] as const;
      });
      if (!seen) hidden.push(name);
    }
    expect(hidden).toEqual([]);
  });
});

test('a question mark at a prompt is a question mark', async ({ playground, page }) => {
  await playground.prompt('alice').focus();
  await page.keyboard.type('? get');
  await expect(playground.prompt('alice')).toHaveValue('? get');
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('the log is read out where one works, the sentence when it has settled', async ({ playground, page }) => {
  await playground.ask('alice', 'SET a 1', 'OK');
  await playground.type('bob', 'GET a');
  await expect(playground.log('bob')).toHaveAttribute('aria-live', 'polite');
  await expect(playground.log('alice')).toHaveAttribute('aria-live', 'off');
  const status = page.locator('rl-explain').getByRole('status');
  await expect(status).toContainText('bob ran GET a.');
  await page.evaluate(() => {
    const spoken: string[] = [];
    (window as unknown as { spoken: string[] }).spoken = spoken;
    const region = document.querySelector('rl-app')?.shadowRoot?.querySelector('rl-explain')?.shadowRoot?.querySelector('[role=status]') as Element;
    new MutationObserver(() => spoken.push(region.textContent ?? '')).observe(region, { childList: true, characterData: true, subtree: true });
  });
  await playground.speed(REAL_TIME);
  await playground.type('alice', ...Array.from({ length: 12 }, (_, i) => `INCR n${i}`));
  await expect(status).toContainText('INCR n11');
  expect((await page.evaluate(() => (window as unknown as { spoken: string[] }).spoken)).length).toBeLessThan(6);
});

test.describe('forced colours', () => {
  test.use({ contextOptions: { forcedColors: 'active' } });
  test('everything is still told apart', async ({ playground, page }) => {
    await page.getByRole('button', { name: 'Add' }).click();
    await playground.speed(REAL_TIME);
    await playground.ask('alice', 'DEBUG POPULATE 100000', 'OK');
    await playground.type('carol', 'BLPOP jobs 90');
    await playground.speed(9);
    await playground.type('alice', 'KEYS *');
    await playground.type('bob', 'INCR hits');
    await expect(page.getByRole('list', { name: 'Ready queue, next first' })).toContainText('INCR hits');
    await page.waitForTimeout(500);
    await page.screenshot({ path: 'e2e/__screens__/forced-colors.png' });
    await expectAccessible(page);
    // Marks have a shape each.
    const marks = await page.locator('rl-client h3 .mark path').evaluateAll((paths) => paths.map((path) => path.getAttribute('d')));
    expect(new Set(marks).size).toBe(3);
  });
});

for (const [width, height, what] of [[720, 450, '200 %'], [320, 256, '400 %']] as const) {
  test.describe(`zoomed to ${what}`, () => {
    test.use({ viewport: { width, height } });
    test('the page reflows: one direction to scroll, the prompt in reach', async ({ playground, page }) => {
      await playground.ask('alice', 'SET a 1', 'OK');
      await playground.type('bob', 'BLPOP jobs 90');
      await playground.prompt('bob').scrollIntoViewIfNeeded();
      await playground.prompt('bob').focus();
      await page.screenshot({ path: `e2e/__screens__/zoom-${width}.png` });
      const wide = await page.evaluate(() => {
        const out: string[] = [];
        const walk = (root: Document | ShadowRoot): void => {
          for (const each of root.querySelectorAll('*')) {
            if (each.shadowRoot !== null) walk(each.shadowRoot);
            const box = each.getBoundingClientRect();
            const clipped = each.closest('.sr, [popover], dialog, pre, .skip, svg, .plot, .track') !== null;
            if (!clipped && box.width > 0 && box.right > window.innerWidth + 1) out.push(`${each.localName}.${each.className} ${Math.round(box.right)}`);
          }
        };
        walk(document);
        return out;
      });
      expect(wide).toEqual([]);
    });
  });
}
