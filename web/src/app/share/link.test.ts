import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unpack, utf8 } from '../../model/bytes.ts';
import type { Recorded, Recording } from '../../model/recording.ts';
import { PACE } from '../../model/session.ts';
import { admitted, Refusal, TASKS_MAX } from '../../model/share/admit.ts';
import { BYTES_MAX, read, write, type Shared } from '../../model/share/binary.ts';
import { lesson, LESSONS, played } from './lessons.testing.ts';
import { FRAGMENT_MAX, fromLink, inflate, toLink } from './link.ts';

/** Any session that is admitted. */
const shared: fc.Arbitrary<Shared> = fc
  .record({
    seed: fc.nat(0xffff_ffff),
    epoch: fc.nat(2 ** 51),
    pace: fc.oneof(fc.constant(PACE), fc.record({ commandNs: fc.nat(100_000), unitNs: fc.nat(100_000) })),
    clients: fc.uniqueArray(fc.stringMatching(/^\w{1,24}$/), { minLength: 1, maxLength: 6 }),
    steps: fc.array(
      fc.record({
        client: fc.nat(5),
        lines: fc.array(fc.oneof(fc.string({ unit: 'binary' }).map((line) => line.toWellFormed()), fc.constantFrom('SET a 1', 'EXEC', 'PING', 'ZRANGE b 0 -1', 'a\nb\x1b\x01c', '')), { maxLength: 4 }),
        turns: fc.nat(300),
        us: fc.oneof(fc.nat(50), fc.nat(10_000_000)),
        leaves: fc.boolean(),
      }),
      { maxLength: 40 },
    ),
    after: fc.record({ turns: fc.nat(50), us: fc.nat(1_000_000) }),
    cursor: fc.option(fc.nat(39)),
  })
  .map(({ seed, epoch, pace, clients, steps, after, cursor }) => {
    const entries: Recorded[] = clients.map((name, i) => ({ at: epoch, turns: 0, client: i + 1, input: 'connect', name }));
    const gone = new Set<number>();
    const here = { turns: 0, at: epoch };
    for (const step of steps) {
      here.turns += step.turns;
      here.at += step.us;
      const client = (step.client % clients.length) + 1;
      if (gone.has(client)) continue;
      if (step.leaves && step.lines.length === 0) {
        gone.add(client);
        entries.push({ ...here, client, input: 'disconnect' });
      } else entries.push({ ...here, client, input: 'lines', lines: step.lines });
    }
    const recording: Recording = { seed, epoch, pace, entries, turns: here.turns + after.turns, at: here.at + after.us };
    const at = cursor === null ? undefined : entries[cursor];
    const { turns, at: time } = at ?? recording;
    return { recording, position: { turns, at: time } };
  });

async function refused(link: string): Promise<string> {
  try {
    await fromLink(link);
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
  return 'taken';
}

function linkOf(bytes: Uint8Array): string {
  return `#s=1.${deflateRawSync(bytes).toString('base64url')}`;
}

test('a link gives back exactly the session it was made of', async () => {
  await fc.assert(
    fc.asyncProperty(shared, async (each) => {
      expect(await fromLink(await toLink(each))).toEqual(each);
    }),
    { numRuns: 300 },
  );
});

test('an unpaired surrogate comes back as what the engine got', async () => {
  const recording = structuredClone(lesson('lost update'));
  recording.entries.push({ ...recording, client: 1, input: 'lines', lines: ['SET a \ud800'] });
  const back = await fromLink(await toLink({ recording, position: recording }));
  const got = back.recording.entries.at(-1);
  expect(got?.input === 'lines' && utf8(got.lines[0] as string)).toBe(utf8('SET a \ud800'));
});

describe('a lesson of thirty commands', () => {
  for (const name of Object.keys(LESSONS)) {
    test(`${name}: the link has at most 600 bytes`, async () => {
      expect(LESSONS[name]).toHaveLength(30);
      const recording = { ...lesson(name), seed: 1_987_654_321, epoch: 1_764_188_642_123_000 };
      const shift = recording.epoch - lesson(name).epoch;
      recording.entries = recording.entries.map((entry) => ({ ...entry, at: entry.at + shift }));
      recording.at += shift;
      const middle = recording.entries[17] as Recorded;
      const link = await toLink({ recording, position: { turns: middle.turns, at: middle.at } });
      expect(link.length).toBeLessThanOrEqual(600);
    });
  }
});

describe('hostile links are refused with a reason', () => {
  const recording = lesson('lost update');
  const good = write({ recording, position: recording });

  test('what is no link of ours, or of another version', async () => {
    expect(await refused('#s=')).toBe('damaged');
    expect(await refused('#s=<img src=x>')).toBe('damaged');
    expect(await refused('#s=2.AAAA')).toBe('version');
    expect(await refused('#s=0001.AAAA')).toBe('version');
    expect(await refused('#s=1.')).toBe('truncated');
    expect(await refused('#s=1.!!!!')).toBe('damaged');
    expect(await refused('#s=1.A')).toBe('truncated');
    expect(await refused(`#s=1.${'A'.repeat(FRAGMENT_MAX)}`)).toBe('tooLong');
  });

  test('every cut of a good link', async () => {
    const link = await toLink({ recording, position: recording });
    for (let at = 0; at < link.length; at++) expect(await refused(link.slice(0, at)), `cut at ${at}`).not.toBe('taken');
    for (let at = 0; at < good.length; at++) expect(await refused(linkOf(good.slice(0, at))), `bytes cut at ${at}`).not.toBe('taken');
  });

  test('something behind the end', async () => {
    expect(await refused(linkOf(new Uint8Array([...good, 65])))).toBe('damaged');
  });

  test('a bomb is not unpacked', async () => {
    const bomb = deflateRawSync(new Uint8Array(400_000_000));
    const before = process.memoryUsage().arrayBuffers;
    await expect(inflate(new Uint8Array(bomb), BYTES_MAX)).rejects.toMatchObject({ reason: 'tooLarge' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60_000_000);
    expect(await refused(`#s=1.${bomb.toString('base64url')}`)).toBe('tooLarge');
  });

  test('counts that promise more than there is', () => {
    const huge = [1, 1, 0, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0];
    expect(() => read(new Uint8Array(huge))).toThrow(Refusal);
    expect(() => read(new Uint8Array([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]))).toThrow(Refusal);
    expect(() => read(new Uint8Array([0x80, 0x80, 0x80, 0]))).toThrow(Refusal);
  });

  const altered = (change: (recording: Recording) => void): (() => void) => {
    const copy = structuredClone(recording);
    change(copy);
    return () => admitted(copy);
  };
  const line = (lines: string[]): Recorded => ({ ...recording, client: 1, input: 'lines', lines });

  test.each<[string, string, (recording: Recording) => void]>([
    ['time', 'time goes back', (r) => ((r.entries[9] as Recorded).at = r.epoch - 1)],
    ['time', 'tasks go back', (r) => ((r.entries[9] as Recorded).turns = 0)],
    ['time', 'a century', (r) => (r.at += 100 * 365 * 86_400e6)],
    ['time', 'no number', (r) => (r.at = Number.NaN)],
    ['heavy', 'tasks without end', (r) => (r.turns = TASKS_MAX + 1)],
    ['heavy', 'a repeat of something large', (r) => r.entries.push(line([`10000 SET a ${'x'.repeat(10_000)}`]))],
    ['heavy', 'a line without end', (r) => r.entries.push(line(['x'.repeat(1_000_001)]))],
    ['clients', 'nobody sends', (r) => ((r.entries[9] as Recorded).client = 99)],
    ['clients', 'a name that is none', (r) => ((r.entries[0] as { name: string }).name = '<b>')],
    ['clients', 'two of one name', (r) => ((r.entries[0] as { name: string }).name = 'bob')],
    ['clients', 'a crowd', (r) => r.entries.push(...Array.from({ length: 40 }, (_, i): Recorded => ({ at: r.at, turns: r.turns, client: 50 + i, input: 'connect', name: `c${i}` })))],
  ])('%s: %s', (reason, _, change) => {
    expect(altered(change)).toThrow(expect.objectContaining({ reason }));
  });
});

test('ten thousands of mutations are refused or are sessions, and never anything else', async () => {
  const seeds = Object.keys(LESSONS).map((name) => write({ recording: lesson(name), position: lesson(name) }));
  let taken = 0;
  let chance = 12_345;
  const roll = (below: number): number => (chance = (chance * 48_271) % 0x7fff_ffff) % below;
  for (let run = 0; run < 30_000; run++) {
    const bytes = [...(seeds[roll(seeds.length)] as Uint8Array)];
    for (let changes = 1 + roll(4); changes > 0; changes--) {
      const at = roll(bytes.length);
      const kind = roll(4);
      if (kind === 0) bytes[at] = roll(256);
      else if (kind === 1) bytes.splice(at, 1 + roll(8));
      else if (kind === 2) bytes.splice(at, 0, ...Array.from({ length: 1 + roll(8) }, () => roll(256)));
      else bytes[at] = (bytes[at] as number) ^ (1 << roll(8));
    }
    try {
      const { recording, position } = read(new Uint8Array(bytes));
      admitted(recording, position);
      taken++;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
  expect(taken).toBeGreaterThan(0);
  for (let run = 0; run < 3000; run++) {
    const noise = Uint8Array.from({ length: roll(200) }, () => roll(256));
    await refused(`#s=1.${btoa(unpack(noise)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')}`);
  }
}, 60_000);

test('a recording that is played leads to the logs it was made with', async () => {
  const recording = lesson('work queue');
  const back = await fromLink(await toLink({ recording, position: recording }));
  const session = played(back.recording);
  expect(session.recording).toEqual(recording);
  expect(session.scribe.recorder.toString()).toContain('@carol > DEL jobs done high\n(integer) ');
});
