// What holds of every view: nobody is kept out of it, and it is no wider than its window.

import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** A part of the page, as axe is told of it. */
type Part = Parameters<AxeBuilder['include']>[0];

/** How many animations run that will end, in the page and in every shadow of it. */
export function moving(page: Page): Promise<number> {
  return page.evaluate(() => {
    const within = (root: Document | ShadowRoot): number => {
      const own = root.getAnimations().filter((animation) => animation.playState === 'running' && animation.effect?.getComputedTiming().endTime !== Infinity);
      const shadows = [...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot === null ? [] : [within(shadowRoot)]));
      return shadows.reduce((sum, each) => sum + each, own.length);
    };
    return within(document);
  });
}

async function violations(page: Page, part?: Part): Promise<unknown[]> {
  const axe = new AxeBuilder({ page }).options({ rules: { 'target-size': { enabled: true } } });
  const { violations: found } = await (part === undefined ? axe : axe.include(part)).analyze();
  return found.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ target, failureSummary }) => [target, failureSummary]) }));
}

/** No rule of axe's is broken, sizes of targets included, in the view of this name. What was fading when it looked is looked at again. */
export async function expectAccessible(page: Page, view = '', part?: Part): Promise<void> {
  let found = await violations(page, part);
  if (found.length > 0) {
    await expect.poll(() => moving(page), { intervals: [100] }).toBe(0);
    found = await violations(page, part);
  }
  expect(found, view).toEqual([]);
}

/** Nothing makes the page wider than its window. */
export async function expectFits(page: Page, view = ''): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), view).toBeLessThanOrEqual(0);
}
