// `node wasm.mjs node|chromium PACKAGE COMMANDS RUNS`: prints nanoseconds a command as JSON.
// PACKAGE is the folder with the wasm-bindgen output (target web) of the `drive` example.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { basename, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { measure } from './drive.mjs';

const [host, folder, commands, runs] = process.argv.slice(2);
const hosts = { node: inNode, chromium: inChromium };
console.log(JSON.stringify(await hosts[host](Number(commands), Number(runs))));

async function inNode(commands, runs) {
  const drive = await import(pathToFileURL(join(folder, 'drive.js')));
  drive.initSync({ module: readFileSync(join(folder, 'drive_bg.wasm')) });
  return measure(drive, commands, runs);
}

async function inChromium(commands, runs) {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const { chromium } = createRequire(join(here, '../../web/package.json'))('@playwright/test');
  const types = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
  const server = createServer((request, response) => {
    const name = basename(new URL(request.url, 'http://localhost').pathname);
    const type = types[extname(name)];
    if (type === undefined) {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>drive</title>');
      return;
    }
    const file = join(name.endsWith('.mjs') ? here : folder, name);
    response.setHeader('content-type', type).end(readFileSync(file));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ['--no-sandbox'],
  });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    return await page.evaluate(
      async ([commands, runs]) => {
        const drive = await import('/drive.js');
        const { measure } = await import('/drive.mjs');
        await drive.default();
        return measure(drive, commands, runs);
      },
      [commands, runs],
    );
  } finally {
    await browser.close();
    server.close();
  }
}
