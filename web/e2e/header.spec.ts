// The top bar, and on narrow pages the bar at the bottom that has its controls: whatever stands in one of them stands on
// one line, side by side, in both languages.
import type { Page } from '@playwright/test';
import { expect, test } from './playground.ts';

interface Piece {
  name: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
  /** Lines its text takes. */
  lines: number;
}

/** What is seen in a bar, from left to right, and the bar itself. */
async function bar(page: Page, parts: readonly string[], box: string): Promise<{ bar: Piece; pieces: Piece[] }> {
  return page.evaluate(
    ([parts, box]) => {
      const header = document.querySelector('rl-app')?.shadowRoot?.querySelector('rl-header')?.shadowRoot as ShadowRoot;
      const piece = (element: Element): Piece => {
        const { left, right, top, bottom } = element.getBoundingClientRect();
        const rows = new Set<number>();
        const texts = document.createTreeWalker(element.shadowRoot ?? element, NodeFilter.SHOW_TEXT);
        for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
          // What only screen readers meet is clipped to a point.
          if (text.textContent?.trim() === '' || (text.parentElement?.getBoundingClientRect().width ?? 0) <= 1) continue;
          const range = document.createRange();
          range.selectNodeContents(text);
          for (const rect of range.getClientRects()) rows.add(Math.round((rect.top + rect.bottom) / 2 / 8));
        }
        return { name: element.getAttribute('aria-label') ?? element.textContent?.trim() ?? element.localName, left, right, top, bottom, lines: rows.size };
      };
      // Pop-ups and what only screen readers meet are not in the line; where an element has no box of its own, its parts are.
      const seen = (element: Element): Element[] => {
        if (element.matches('[popover], .sr')) return [];
        if (element.shadowRoot !== null) return [...element.shadowRoot.children].filter((child) => child.localName !== 'style').flatMap(seen);
        const { width, height } = element.getBoundingClientRect();
        return width > 1 && height > 1 ? [element] : [];
      };
      const pieces = parts.flatMap((part) => [...header.querySelectorAll(`${part} > *`)].flatMap(seen)).map(piece);
      return { bar: piece(header.querySelector(box) as Element), pieces: pieces.sort((a, b) => a.left - b.left) };
    },
    [parts, box] as const,
  );
}

function inLine({ bar: { left, right, top, bottom }, pieces }: Awaited<ReturnType<typeof bar>>): void {
  const middle = (each: Piece): number => (each.top + each.bottom) / 2;
  const line = middle(pieces[0] as Piece);
  let edge = left;
  for (const each of pieces) {
    expect(Math.abs(middle(each) - line), `"${each.name}" is as high as "${pieces[0]?.name}"`).toBeLessThanOrEqual(1.5);
    expect(each.left, `"${each.name}" begins where the one before has ended`).toBeGreaterThanOrEqual(edge - 0.5);
    expect(each.lines, `"${each.name}" is one line`).toBeLessThanOrEqual(1);
    expect(each.top, `"${each.name}" is in the bar`).toBeGreaterThanOrEqual(top);
    expect(each.bottom, `"${each.name}" is in the bar`).toBeLessThanOrEqual(bottom);
    edge = each.right;
  }
  expect(edge, `"${pieces.at(-1)?.name}" ends in the bar`).toBeLessThanOrEqual(right + 0.5);
}

for (const language of ['en', 'de'] as const) {
  for (const [width, height] of [[1440, 900], [1201, 800], [1021, 800], [901, 800], [768, 1024], [390, 844], [320, 640]] as const) {
    test.describe(`${language}, ${width} by ${height}`, () => {
      test.use({ viewport: { width, height }, hasTouch: width < 500, isMobile: width < 500 });

      test('the top bar is one line', async ({ page }) => {
        await page.goto(`/?lang=${language}`);
        await page.waitForFunction(() => performance.getEntriesByName('redloop-ready').length > 0);
        // What comes last: the choice of language, with what draws.
        await expect(page.getByRole('button', { name: /^(Language|Sprache):/ })).toBeVisible();
        const wide = width > 1020;
        const top = await bar(page, wide ? ['.left', '.transport', '.right'] : ['.left', '.right'], 'header');
        await page.screenshot({ path: `e2e/__screens__/header-${language}-${width}.png` });
        expect(top.pieces.length).toBeGreaterThanOrEqual(wide ? 10 : 5);
        inLine(top);
        if (!wide) {
          const transport = await bar(page, ['.transport'], '.transport');
          expect(transport.pieces.length).toBe(5);
          // The slider has its label below it: one piece, two lines.
          inLine({ ...transport, pieces: transport.pieces.map((piece) => ({ ...piece, lines: Math.min(piece.lines, 1) })) });
        }
        const tabs = page.getByRole('tablist').last();
        expect(await tabs.evaluate((list) => list.scrollWidth - list.clientWidth), 'every tab is seen').toBeLessThanOrEqual(0);
        const look = await page.getByRole('heading', { level: 1 }).evaluate((heading) => [getComputedStyle(heading).fontSize, getComputedStyle(heading).marginTop, getComputedStyle(heading).display]);
        expect(look).toEqual(['17px', '0px', 'flex']);
      });
    });
  }
}
