import { describe, expect, test } from 'vitest';
import { CALLS_MAX, ERROR_MAX, Histogram, Latency, took, type Call } from './latency.ts';

let seed = 5;
const random = (): number => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;

function call(client: number, arrived: number, us: number): Call {
  return { client, argv: ['X'], turns: arrived, units: 1, error: false, arrived, started: arrived, replied: arrived + us, waited: us, executing: 0, blocked: 0, leaving: 0 };
}

describe('a histogram', () => {
  test('is empty at first', () => {
    const h = new Histogram();
    expect([h.quantile(0.5), h.count, h.max, h.doublings()]).toEqual([0, 0, 0, []]);
  });

  test('percentiles are within the error that is promised, whatever the values', () => {
    const shapes: (() => number)[] = [
      () => Math.floor(random() * 100),
      () => Math.floor(Math.exp(random() * 25)),
      () => 2 ** Math.floor(random() * 40),
      () => 2 ** Math.floor(random() * 40) - 1,
      () => 1_000_000 + Math.floor(random() * 5),
      () => (random() < 0.98 ? Math.floor(random() * 10) : 50_000_000),
    ];
    for (const shape of shapes) {
      for (const size of [1, 2, 3, 17, 1000, 20_000]) {
        const values = Array.from({ length: size }, shape);
        const h = new Histogram();
        for (const value of values) h.add(value);
        values.sort((a, b) => a - b);
        for (const q of [0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1]) {
          const exact = values[Math.max(1, Math.ceil(q * size)) - 1] as number;
          const said = h.quantile(q);
          expect(Math.abs(said - exact), `${size} values, quantile ${q}: ${said} for ${exact}`).toBeLessThanOrEqual(exact * ERROR_MAX + 1e-9);
        }
        expect(h.count).toBe(size);
        expect(h.max).toBe(values.at(-1));
        expect(h.min).toBe(values[0]);
        expect(h.sum).toBe(values.reduce((sum, value) => sum + value, 0));
      }
    }
  });

  test('doublings count every value once, in the right place', () => {
    const h = new Histogram();
    const values = [0, 1, 2, 3, 4, 7, 8, 63, 64, 127, 128, 1023, 1024, 1025, 2 ** 33 - 1, 2 ** 33];
    for (const value of values) h.add(value);
    const expected: number[] = [];
    for (const value of values) {
      const at = value < 2 ? 0 : value.toString(2).length - 1;
      while (expected.length <= at) expected.push(0);
      (expected[at] as number)++;
    }
    expect(h.doublings()).toEqual(expected);
  });
});

describe('latencies', () => {
  test('are kept by client and overall, as of now and as of then', () => {
    const latency = new Latency();
    for (let i = 0; i < 1000; i++) latency.add(call(1 + (i % 3), i * 1000, i));
    expect([...latency.clients.keys()]).toEqual([1, 2, 3]);
    expect([...latency.clients.values()].reduce((sum, { total }) => sum + total.count, 0)).toBe(latency.all.total.count);
    expect(latency.all.total.max).toBe(999);
    const then = latency.until(500_000);
    expect(then.all.total.count).toBe(500);
    expect(then.all.total.max).toBe(499);
  });

  test('lead to the calls behind them', () => {
    const latency = new Latency();
    for (let i = 0; i < 100; i++) latency.add(call(1 + (i % 2), i * 1000, i));
    expect(latency.slowest(3, null).map(took)).toEqual([99, 98, 97]);
    expect(latency.slowest(2, 1).map(took)).toEqual([98, 96]);
    expect(latency.slowest(9, 2, 16, 20).map(took)).toEqual([19, 17]);
    for (let i = 0; i < CALLS_MAX + 10; i++) latency.add(call(1, i, 1));
    expect(latency.calls.length).toBeLessThanOrEqual(CALLS_MAX);
    expect(latency.all.total.count).toBe(100 + CALLS_MAX + 10);
  });
});
