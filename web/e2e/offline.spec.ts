// The page without a network: nothing is asked for after the load, everything works offline, new versions wait.

import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { expect, Playground, test } from './playground.ts';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.svg': 'image/svg+xml', '.webmanifest': 'application/manifest+json' };

/** Waits until the service worker has every file and serves this page. */
async function kept(page: Page): Promise<void> {
  await page.waitForFunction(async () => (await navigator.serviceWorker.ready).active?.state === 'activated' && navigator.serviceWorker.controller !== null);
}

/** Files of the page, as its HTML names them for a first visit. */
function named(html: string): string[] {
  const links = [...html.matchAll(/(?:href|src|content)="\.\/([^"]+)"/g)].map(([, file]) => file as string);
  return [...links, ''].sort();
}

test('a first visit asks for what the page names, and nothing else', async ({ playground, page }) => {
  const fresh = await page.context().browser()?.newContext();
  const other = await (fresh as NonNullable<typeof fresh>).newPage();
  const asked = new Set<string>();
  other.on('request', (request) => asked.add(new URL(request.url()).pathname.slice(1)));
  await new Playground(other).open();
  await new Playground(other).ask('alice', 'PING', 'PONG');
  await fresh?.close();
  const allowed = named(readFileSync(join(DIST, 'index.html'), 'utf8'));
  // The service worker and what it keeps come after the first command or beside it; the rest of the engine, after it.
  const extra = [...asked].filter((file) => !allowed.includes(file) && file !== 'sw.js' && !/\/(rest|rare)-[^/]*\.wasm$/.test(file));
  expect(extra).toEqual([]);
  expect([...asked]).toEqual(expect.arrayContaining(allowed.filter((file) => /\.(js|css|wasm)$/.test(file))));
  await expect(playground.prompt('alice')).toBeVisible();
});

test('after the load no request leaves, and without a network the page opens and works', async ({ playground, page, context }) => {
  await kept(page);
  let requests = 0;
  context.on('request', (request) => {
    // What the service worker answers itself leaves nobody's machine.
    if (request.serviceWorker() !== null || !request.url().startsWith('http')) requests++;
  });
  page.on('requestfinished', async (request) => {
    if ((await request.response())?.fromServiceWorker() === false) requests++;
  });
  await playground.ask('alice', 'SET a 1', 'OK');
  await playground.ask('bob', 'GET a', '"1"');
  for (const tab of ['Transcript', 'Commands', 'Keys']) await page.getByRole('tab', { name: tab }).click();
  expect(requests).toBe(0);

  await context.setOffline(true);
  await page.reload();
  await playground.open();
  await playground.ask('alice', 'SET b 2', 'OK');
  await expect(playground.key('b')).toBeVisible();
  await page.goto('/?anything=else');
  await playground.ask('alice', 'PING', 'PONG');
  await context.setOffline(false);
});

test('it can be installed', async ({ playground, page }) => {
  await kept(page);
  const session = await page.context().newCDPSession(page);
  const { errors } = (await session.send('Page.getAppManifest')) as { errors: unknown[] };
  expect(errors).toEqual([]);
  const { installabilityErrors } = (await session.send('Page.getInstallabilityErrors')) as { installabilityErrors: { errorId: string }[] };
  // A test's browser context is an incognito window, which installs nothing.
  expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
  await expect(playground.prompt('alice')).toBeVisible();
});

/** The built page from a server whose `sw.js` can be made another version. */
class Versions {
  version = 1;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1);
      const file = path === '' ? 'index.html' : path;
      try {
        const content = readFileSync(join(DIST, file));
        response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
        response.end(file === 'sw.js' ? `${content.toString()}\n// ${this.version}` : content);
      } catch {
        response.writeHead(404).end();
      }
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((listening) => this.#server.listen(0, '127.0.0.1', listening));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

test('a new version is told of and waits until it is taken', async ({ page }) => {
  const versions = new Versions();
  const playground = new Playground(page);
  try {
    await page.goto(await versions.listen());
    await kept(page);
    await playground.ask('alice', 'SET a 1', 'OK');
    const news = page.getByRole('status', { name: 'A new version is here' });
    await expect(news).toHaveCount(0);
    versions.version++;
    await page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
    await expect(news).toContainText('waits until you take it');
    await playground.ask('alice', 'GET a', '"1"');
    await news.getByRole('button', { name: 'Reload' }).click();
    await expect(playground.log('alice')).toHaveCount(0);
    await playground.ask('alice', 'GET a', '(nil)');
    await expect(news).toHaveCount(0);
    expect(await page.evaluate(async () => (await navigator.serviceWorker.ready).waiting)).toBe(null);
  } finally {
    await page.close();
    versions.close();
  }
});
