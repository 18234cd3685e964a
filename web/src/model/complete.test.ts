import { describe, expect, test } from 'vitest';
import { Bench } from '../worker/engine.testing.ts';
import { complete, wanted } from './complete.ts';
import { expected } from './hints.ts';

/** Completes a line as the page does: with the keys that the engine finds. */
function bench(): { offers(line: string): string[]; says(line: string): void; about(line: string): string | undefined } {
  const session = new Bench();
  const alice = session.open('alice');
  const { commands } = session.session;
  const completion = (line: string): ReturnType<typeof complete> => {
    const asked = wanted(line, commands);
    const keys = asked === null ? [] : session.driver.names(session.session.viewOf(alice)?.db ?? 0, asked.prefix, asked.types, 50);
    return complete(line, commands, keys);
  };
  return {
    offers: (line) => completion(line).candidates.map(({ word }) => word),
    about: (line) => completion(line).candidates[0]?.about,
    says: (line) => void session.say(alice, line),
  };
}

describe('completion', () => {
  test('of command names and subcommands, in the case being typed', () => {
    const { offers } = bench();
    expect(offers('GETD')).toEqual(['GETDEL']);
    expect(offers('getd')).toEqual(['getdel']);
    expect(offers('client pau')).toEqual(['pause']);
    expect(offers('CLIENT NO-')).toEqual(['NO-EVICT', 'NO-TOUCH']);
    expect(offers('config ')).toEqual(['GET', 'HELP', 'RESETSTAT', 'REWRITE', 'SET']);
    expect(offers('NOPE ')).toEqual([]);
  });

  test('of keywords where the syntax has them, and not twice', () => {
    const { offers } = bench();
    expect(offers('SET a b KEEP')).toEqual(['KEEPTTL']);
    expect(offers('SET a b ').filter((word) => !/^IF/.test(word))).toEqual(['NX', 'XX', 'GET', 'EX', 'PX', 'EXAT', 'PXAT', 'KEEPTTL']);
    expect(offers('SET a b NX ')).toEqual(['GET', 'EX', 'PX', 'EXAT', 'PXAT', 'KEEPTTL']);
    expect(offers('SET a b EX ')).toEqual([]);
    expect(offers('LMOVE a b ')).toEqual(['LEFT', 'RIGHT']);
    expect(offers('CLIENT KILL ')).toContain('MAXAGE');
    expect(offers('zrange z 0 -1 r')).toEqual(['rev']);
    expect(offers('XGROUP CREA')).toEqual(['CREATE', 'CREATECONSUMER']);
    expect(offers('xgroup create s g $ ')).toEqual(['MKSTREAM', 'ENTRIESREAD']);
    expect(offers('GEOSEARCH g FROML')).toEqual(['FROMLONLAT']);
    expect(offers('BITOP a')).toEqual(['and', 'andor']);
  });

  test('of existing keys of the right type, in the client\'s database', () => {
    const { offers, says, about } = bench();
    for (const line of ['SET user:1 a', 'SET user:2 b', 'RPUSH user:jobs x y', 'ZADD user:rank 1 a', 'SADD user:set a', 'SET "two words" 1', 'SET "\\xff" 1']) says(line);
    expect(offers('GET us')).toEqual(['user:1', 'user:2']);
    expect(offers('LPUSH us')).toEqual(['user:jobs']);
    expect(about('LPUSH us')).toBe('list · 2 elements');
    expect(offers('ZADD us')).toEqual(['user:rank']);
    expect(offers('ZUNION 2 us')).toEqual(['user:rank', 'user:set']);
    expect(offers('DEL user:1 us')).toEqual(['user:1', 'user:2', 'user:jobs', 'user:rank', 'user:set']);
    expect(offers('SET user:j')).toEqual(['user:jobs']);
    expect(offers('SET user:1 us')).toEqual([]);
    expect(offers('OBJECT ENCODING user:j')).toEqual(['user:jobs']);
    expect(offers('BLPOP user:jobs ')).toEqual(['user:jobs']);
    expect(offers('GET "two')).toEqual(['"two words"']);
    expect(offers('GET "\\x')).toEqual([]);
    expect(offers('GET "\\xff')).toEqual(['"\\xff"']);
    for (const line of ['XADD user:log 1-0 f v', 'PFADD user:seen a', 'GEOADD user:at 13.4 52.5 home']) says(line);
    expect(offers('XREAD STREAMS user:')).toEqual(['user:log']);
    expect(offers('XINFO STREAM us')).toEqual(['user:log']);
    expect(offers('XGROUP CREATE us')).toEqual(['user:log']);
    expect(about('XLEN us')).toBe('stream · 1 element');
    expect(offers('PFCOUNT user:s')).toEqual(['user:seen']);
    expect(offers('BITCOUNT user:1')).toEqual(['user:1']);
    expect(offers('GEOPOS us')).toEqual(['user:at', 'user:rank']);
    says('SELECT 3');
    expect(offers('GET us')).toEqual([]);
  });
});

test('what may come next is known for every command of the table', () => {
  const session = new Bench();
  for (const info of session.session.commands.values()) {
    const { keywords, names } = expected(info.syntax, []);
    for (const word of [...keywords, ...names]) expect(word, info.syntax).toMatch(/^[\w-]+$/);
    if (info.syntax !== '') expect([...keywords, ...names], info.name).not.toEqual([]);
  }
});
