import { deflateRawSync } from 'node:zlib';
import { test } from './playground.ts';
import { write } from '../src/model/share/binary.ts';
for (const line of ['DEBUG POPULATE 2000000000', 'DEBUG POPULATE 3000000', '10000 KEYS *', 'SHUTDOWN', 'SETRANGE a 500000000 x']) {
test(line, async ({ page, errors }) => {
  const e = 1_700_000_000_000_000;
  const recording = { seed: 1, epoch: e, pace: { commandNs: 850, unitNs: 150 }, turns: 999_000, at: e + 5, entries: [
    { at: e, turns: 0, client: 1, input: 'connect' as const, name: 'alice' }, { at: e, turns: 0, client: 1, input: 'lines' as const, lines: line.startsWith('1') ? ['DEBUG POPULATE 30000', line] : [line] }] };
  const t = Date.now();
  await page.goto('/#s=1.' + deflateRawSync(write({ recording, position: recording })).toString('base64url'));
  for (let i = 0; i < 30; i++) {
    await page.waitForTimeout(1000);
    const a = await page.getByRole('alert').allInnerTexts();
    const s = await page.getByRole('status').allInnerTexts();
    const ready = await page.evaluate(() => performance.getEntriesByName('redloop-ready').length);
    if (a.length || ready) { console.log(Date.now() - t, ready, JSON.stringify(a), JSON.stringify(s)); break; }
    if (i > 20) console.log('still', i);
  }
  console.log(JSON.stringify(errors)); errors.length = 0;
});
}
