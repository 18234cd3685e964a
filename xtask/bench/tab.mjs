// `node tab.mjs FOLDER SERVED`: prints, as JSON, what the engine does in a tab of Chromium: commands a second in a worker
// (`web/tools/tab`, built into FOLDER), and how smoothly the page at SERVED draws a thousand clients whose commands
// cause ten thousand events a second.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [folder, served] = process.argv.slice(2);
const web = fileURLToPath(new URL('../../web/', import.meta.url));
const require = createRequire(join(web, 'package.json'));
const { chromium } = require('@playwright/test');
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

const CLIENTS = 1000;
/** A command has about nine events, so that there are ten thousand a second. */
const COMMANDS_PER_SECOND = 1150;
const SECONDS = 8;

async function build() {
  const vite = await import(pathToFileURL(join(web, 'node_modules/vite/dist/node/index.js')));
  const root = join(web, 'tools/tab');
  await vite.build({ configFile: false, root, base: './', logLevel: 'warn', worker: { format: 'es' }, build: { outDir: folder, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 } });
}

async function inWorker(browser) {
  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    try {
      const name = path === '/' ? '/index.html' : path;
      response.setHeader('content-type', TYPES[extname(name)] ?? 'application/octet-stream');
      response.end(readFileSync(join(folder, name)));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const measured = await page.waitForFunction(() => window.measured, null, { timeout: 300_000 });
    const result = await measured.jsonValue();
    if (result.failed !== undefined) throw new Error(result.failed);
    await page.close();
    return result;
  } finally {
    server.close();
  }
}

async function frames(browser) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(served);
  await page.waitForFunction(() => performance.getEntriesByName('redloop-ready').length > 0);
  const result = await page.evaluate(
    async ([clients, perSecond, seconds]) => {
      const { store } = document.querySelector('rl-app');
      store.setSpeed(Infinity);
      const { session } = store;
      for (let at = session.clients.size; at < clients; at += 1) store.open(`client${at}`);
      const cards = [...session.clients.keys()];
      await new Promise((settled) => setTimeout(settled, 2000));
      const gaps = [];
      const from = performance.now();
      let last = from;
      let sent = 0;
      let events = 0;
      const apply = session.apply.bind(session);
      session.apply = (update) => {
        events += update.events.length;
        apply(update);
      };
      await new Promise((done) => {
        const frame = (now) => {
          gaps.push(now - last);
          last = now;
          const due = ((now - from) / 1000) * perSecond;
          const lines = Array.from({ length: Math.floor(due) - sent }, (_, at) => `INCR key:${at}`);
          for (const line of lines) store.enter(cards[sent++ % cards.length], line);
          if (now - from < seconds * 1000) requestAnimationFrame(frame);
          else done();
        };
        requestAnimationFrame(frame);
      });
      const sorted = gaps.slice(10).sort((a, b) => a - b);
      const at = (part) => sorted[Math.floor(sorted.length * part)];
      return { median: at(0.5), p95: at(0.95), p99: at(0.99), frames: sorted.length, eventsPerSecond: (events * 1000) / (performance.now() - from) };
    },
    [CLIENTS, COMMANDS_PER_SECOND, SECONDS],
  );
  await page.close();
  return result;
}

await build();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  const worker = await inWorker(browser);
  console.log(JSON.stringify({ ...worker, page: served === undefined ? null : await frames(browser) }));
} finally {
  await browser.close();
}
