import { readFileSync } from 'node:fs';
import { script } from '../src/model/lessons/script.ts';
import { SCENES } from '../src/model/scenes.ts';
import { words } from '../src/model/words/scenes.ts';
import { expect, test } from './playground.ts';
import { expectAccessible, expectFits } from './accessible.ts';

const source = (id: string): string => readFileSync(new URL(`../../tests/transcripts/scenes/${id}.redis`, import.meta.url), 'utf8');

/** Those who wait for each other may overtake others; everybody's own commands stay in order. */
function byClient(lines: readonly string[]): Record<string, string[]> {
  const own: Record<string, string[]> = {};
  for (const line of lines) (own[line.split(' ', 1)[0] as string] ??= []).push(line);
  return own;
}

for (const { id } of SCENES) {
  const { title, takeaway } = words().all[id];
  test(`the scene "${title}" plays to its end`, async ({ playground, page }) => {
    await playground.scene(title);
    const bar = page.getByRole('region', { name: `Scene: ${title}` });
    await expect(bar).toBeVisible();
    const again = bar.getByRole('button', { name: 'Play again' });
    const next = bar.getByRole('button', { name: 'Next' });
    // Whoever has read goes on at once.
    while (!(await again.isVisible())) {
      if (await next.isVisible()) await next.click({ timeout: 2000 }).catch(() => undefined);
      await page.waitForTimeout(40);
    }
    await expect(bar).toContainText(takeaway);
    await page.getByRole('tab', { name: 'Transcript' }).click();
    const sent = script(source(id).trimEnd(), 1).steps.flatMap((step) => (step.kind === 'send' ? step.lines.map((line) => `@${step.client} > ${line}`) : []));
    const recorded = (): Promise<string[]> =>
      page.getByLabel('Recorded transcript').innerText().then((text) => text.split('\n').filter((line) => /^@\w+ +> /.test(line)).map((line) => line.replace(/ +>/, ' >')));
    await expect(async () => expect(byClient(await recorded())).toEqual(byClient(sent))).toPass({ timeout: 30_000 });
  });
}

test('a scene waits for who wants to read, and is left with everything in place', async ({ playground, page }) => {
  await playground.scene('The lost update');
  const bar = page.getByRole('region', { name: 'Scene: The lost update' });
  await bar.getByRole('button', { name: 'Wait for me' }).click();
  const before = await bar.getByText(/^step \d+ of \d+$/).innerText();
  await page.waitForTimeout(2500);
  expect(await bar.getByText(/^step \d+ of \d+$/).innerText()).toBe(before);
  await expectAccessible(page);
  await bar.getByRole('button', { name: 'Next' }).click();
  await bar.getByRole('button', { name: 'Leave the scene' }).click();
  await expect(bar).toBeHidden();
  await playground.ask('alice', 'EXISTS likes', '(integer) 1');
});

test('a scene is opened by its address', async ({ page }) => {
  await page.goto('/#scene=work-queue');
  await expect(page.getByRole('region', { name: 'Scene: BLPOP as a work queue' })).toBeVisible();
  await expect(page.getByRole('article', { name: 'Client worker1' })).toBeVisible();
});

for (const [theme, width, height] of [['dark', 1440, 900], ['light', 1440, 900], ['dark', 390, 844]] as const) {
  test.describe(`${theme}, ${width} by ${height}`, () => {
    test.use({ colorScheme: theme, viewport: { width, height }, hasTouch: width < 500, isMobile: width < 500 });
    test('a scene in the middle fits', async ({ playground, page }) => {
      await playground.scene('KEYS * stops the world');
      await expect(page.getByLabel('Executor')).toContainText('KEYS nothing', { timeout: 40_000 });
      await page.waitForTimeout(2200);
      await page.screenshot({ path: `e2e/__screens__/scene-${theme}-${width}.png` });
      await page.getByRole('button', { name: 'Pause', exact: true }).click();
      await expectAccessible(page);
      await expectFits(page);
      await page.getByRole('button', { name: 'Scenes' }).click();
      await page.screenshot({ path: `e2e/__screens__/scenes-${theme}-${width}.png` });
    });
  });
}
