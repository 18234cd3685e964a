// `node page.mjs URL LOADS`: prints, as JSON, for each line of PROFILES the milliseconds from navigation until the page
// takes commands (`ready`) and until a command typed as early as possible is answered on screen (`replied`), for each
// of LOADS loads: each in a browser profile that has never seen the page. `bare`: the same of a page that does no more than
// ask a worker, which is where a page with a worker can get on this machine.
//
// The command is typed with the speed at real time: otherwise the page would hold it on screen for a moment, to be seen.
// Lines and processors are slowed down by Chromium itself (CDP), for the page and for its worker alike.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../../web/package.json', import.meta.url))('@playwright/test');
const [url, loads] = process.argv.slice(2);

/** Bytes a second from megabits. */
const mbit = (megabits) => (megabits * 1e6) / 8;
const PROFILES = [
  { name: 'localhost' },
  { name: 'fast 4G', latency: 60, downloadThroughput: mbit(9), uploadThroughput: mbit(1.5), cpu: 1 },
  { name: 'slow 4G, CPU / 4', latency: 150, downloadThroughput: mbit(1.6), uploadThroughput: mbit(0.75), cpu: 4 },
];

/** Between the opening of a tab and its navigation, for the browser to come to rest. */
const REST_MS = 300;

/** The bare page, by path. */
const BARE = {
  '/': ['text/html', '<!doctype html><title>bare</title><p>bare</p><script type="module" src="page.js"></script>'],
  '/page.js': [
    'text/javascript',
    "const worker = new Worker('worker.js', { type: 'module' }); worker.onmessage = ({ data }) => { document.body.append(data); performance.mark('bench-replied'); console.log('bench-replied'); };",
  ],
  '/worker.js': ['text/javascript', "postMessage('measured');"],
};

/** Runs in the page before its own scripts: types a command as soon as there is a prompt, waits for the reply. */
function typist() {
  const card = () => document.querySelector('rl-app')?.shadowRoot?.querySelector('rl-client')?.shadowRoot;
  let typed = false;
  const look = () => {
    if (!typed) {
      const input = card()?.querySelector('rl-prompt')?.shadowRoot?.querySelector('[role=combobox]');
      if (input != null) {
        typed = true;
        document.querySelector('rl-app').store.setSpeed(Infinity);
        performance.mark('bench-typed');
        input.value = 'ECHO measured';
        input.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
        input.form.requestSubmit();
      }
    } else if (card()?.querySelector('[role=log]')?.textContent.includes('"measured"') === true) {
      performance.mark('bench-replied');
      console.log('bench-replied');
      return;
    }
    setTimeout(look, 2);
  };
  look();
}

async function load(browser, profile, address, script) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  if (script !== undefined) await page.addInitScript(script);
  const session = await context.newCDPSession(page);
  if (profile.latency !== undefined) {
    const { latency, downloadThroughput, uploadThroughput } = profile;
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', { offline: false, latency, downloadThroughput, uploadThroughput });
    await session.send('Emulation.setCPUThrottlingRate', { rate: profile.cpu });
  }
  await page.waitForTimeout(REST_MS);
  // Nothing is asked of the page before it has answered: a question costs it time.
  const replied = page.waitForEvent('console', (message) => message.text() === 'bench-replied');
  await Promise.all([page.goto(address, { waitUntil: 'commit' }), replied]);
  const result = await page.evaluate(() => {
    const at = (name) => performance.getEntriesByName(name)[0]?.startTime;
    const files = performance.getEntriesByType('resource').map((entry) => ({ file: entry.name.replace(/.*\//, ''), from: entry.startTime, to: entry.responseEnd, bytes: entry.transferSize }));
    return { typed: at('bench-typed'), ready: at('redloop-ready'), replied: at('bench-replied'), files };
  });
  await context.close();
  return result;
}

/** Serves the bare page; where, and how to end it. */
async function serveBare() {
  const server = createServer((request, response) => {
    const [type, text] = BARE[request.url] ?? ['text/plain', ''];
    response.writeHead(text === '' ? 404 : 200, { 'content-type': type }).end(text);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return { address: `http://127.0.0.1:${server.address().port}/`, end: () => server.close() };
}

const bare = await serveBare();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const results = [];
try {
  // The browser's own first page is slower than all others.
  await load(browser, PROFILES[0], url, typist);
  for (const profile of PROFILES) {
    const times = [];
    const floor = [];
    for (let count = 0; count < Number(loads); count += 1) {
      times.push(await load(browser, profile, url, typist));
      floor.push((await load(browser, profile, bare.address)).replied);
    }
    results.push({
      name: profile.name,
      typed: times.map((time) => time.typed),
      ready: times.map((time) => time.ready),
      replied: times.map((time) => time.replied),
      bare: floor,
      files: times.at(-1).files,
    });
  }
} finally {
  await browser.close();
  bare.end();
}
console.log(JSON.stringify(results));
