// `node page.mjs URL LOADS`: prints, as JSON, the milliseconds from navigation until the page takes its first command,
// for each of LOADS loads: each in a browser profile that has never seen the page.
import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../../web/package.json', import.meta.url))('@playwright/test');
const [url, loads] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });
const times = [];
try {
  for (let load = 0; load < Number(loads); load += 1) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.goto(url);
    const ready = await page.waitForFunction(() => performance.getEntriesByName('redloop-ready')[0]?.startTime);
    times.push(await ready.jsonValue());
    await context.close();
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(times));
