// What the specs share: the page as a person uses it, and the rule that it never says an error to the console.

import { expect, test as base, type Locator, type Page } from '@playwright/test';

/** The page with words for what one does on it. */
export class Playground {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(): Promise<void> {
    await this.page.goto('/');
    await this.page.waitForFunction(() => performance.getEntriesByName('redloop-ready').length > 0);
  }

  prompt(client: string): Locator {
    return this.page.getByRole('combobox', { name: `Command for ${client}`, exact: true });
  }

  card(client: string): Locator {
    return this.page.getByRole('article', { name: `Client ${client}`, exact: true });
  }

  log(client: string): Locator {
    return this.page.getByRole('log', { name: `${client}'s log`, exact: true });
  }

  /** A key's row in the tree, by its whole name. */
  key(name: string): Locator {
    return this.page.locator(`[role=treeitem][title^="${name} ·"]`);
  }

  async type(client: string, ...lines: string[]): Promise<void> {
    for (const line of lines) {
      await this.prompt(client).fill(line);
      await this.prompt(client).press('Enter');
    }
  }

  /** Types a line and waits for its reply as the last entry of the log. */
  async ask(client: string, line: string, reply: string | RegExp): Promise<void> {
    await this.type(client, line);
    await expect(this.log(client).locator('pre').last()).toHaveText(reply);
  }

  /** Chooses the speed by its label's beginning. */
  async speed(step: number): Promise<void> {
    await this.page.getByRole('slider', { name: 'Speed' }).fill(String(step));
  }

  async scene(title: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Scenes' }).click();
    await this.page.getByRole('button', { name: title, exact: false }).first().click();
  }
}

/** The real-time position of the speed slider. */
export const REAL_TIME = 18;

export const test = base.extend<{ playground: Playground; errors: string[] }>({
  errors: [
    async ({ page }, use) => {
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
      });
      await use(errors);
      expect(errors).toEqual([]);
    },
    { auto: true },
  ],
  playground: async ({ page }, use) => {
    const playground = new Playground(page);
    await playground.open();
    await use(playground);
  },
});

export { expect };
