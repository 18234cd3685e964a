// `node tools/icons.mjs`: draws the icons of `public/icons` from `public/favicon.svg`, in Chromium.
// A maskable icon fills its square, since the system cuts it into its own shape.
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';

const PUBLIC = fileURLToPath(new URL('../public/', import.meta.url));
const rounded = readFileSync(`${PUBLIC}favicon.svg`, 'utf8');
const square = rounded.replace(' rx="8"', '');
/** A maskable icon may lose a tenth on every side: its drawing keeps to the middle. */
const safe = square.replace('viewBox="0 0 32 32"', 'viewBox="-4 -4 40 40"').replace('<rect width="32" height="32"', '<rect x="-4" y="-4" width="40" height="40"');

const ICONS = [
  ['192', 192, rounded],
  ['512', 512, rounded],
  ['512-maskable', 512, safe],
];

mkdirSync(`${PUBLIC}icons`, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  for (const [name, size, svg] of ICONS) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`);
    await page.screenshot({ path: `${PUBLIC}icons/${name}.png`, omitBackground: true });
    await page.close();
  }
} finally {
  await browser.close();
}
