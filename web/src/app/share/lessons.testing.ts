// For tests: sessions as people have them with a lesson, typed into the real engine at human speed.

import { Bench } from '../../worker/engine.testing.ts';
import type { Recording } from '../../model/recording.ts';
import { Session } from '../../model/session.ts';
import { Driver } from '../../worker/driver.ts';
import { Redloop } from '../../wasm/redloop_wasm.js';
import '../../model/watched.ts';

/** Who types what. Thirty commands each. */
export const LESSONS: Record<string, readonly string[]> = {
  'work queue': [
    'alice BLPOP jobs 0', 'bob BLPOP jobs 0', 'carol RPUSH jobs "mail:1"', 'carol RPUSH jobs "mail:2" "mail:3"', 'alice BLPOP jobs 0', 'carol LLEN jobs',
    'bob BLPOP jobs high 5', 'carol RPUSH high urgent', 'alice LRANGE jobs 0 -1', 'carol RPUSH jobs paint sand wood', 'alice BLMOVE jobs done LEFT RIGHT 0', 'bob BLMOVE jobs done LEFT RIGHT 0',
    'carol LRANGE done 0 -1', 'carol LREM done 1 paint', 'carol LLEN done', 'alice BLPOP jobs 1', 'bob BLPOP jobs 1', 'carol RPUSH jobs last',
    'alice SET worker:alice busy EX 10', 'bob SET worker:bob busy EX 10', 'carol TTL worker:alice', 'carol KEYS worker:*', 'carol SCAN 0 MATCH worker:*', 'alice DEL worker:alice',
    'bob EXPIRE worker:bob 60', 'carol TTL worker:bob', 'carol LPUSH jobs first', 'alice BRPOP jobs 0', 'bob LLEN jobs', 'carol DEL jobs done high',
  ],
  'lost update': [
    'alice SET visits 10', 'bob GET visits', 'alice GET visits', 'bob SET visits 11', 'alice SET visits 11', 'bob GET visits', 'alice INCR visits', 'bob INCR visits', 'alice GET visits', 'alice WATCH visits',
    'alice GET visits', 'alice MULTI', 'bob INCR visits', 'alice SET visits 14', 'alice EXEC', 'alice WATCH visits', 'alice GET visits', 'alice MULTI', 'alice SET visits 15', 'alice EXEC',
    'bob GET visits', 'alice MULTI', 'alice INCRBY visits 10', 'alice HSET page:home views 25', 'alice EXEC', 'bob HGETALL page:home', 'bob OBJECT ENCODING visits', 'alice APPEND visits x', 'bob INCR visits', 'bob GETDEL visits',
  ],
  'leaderboard': [
    'alice ZADD board 310 lin', 'alice ZADD board 280 ada 295 grace', 'bob ZRANGE board 0 -1 WITHSCORES', 'bob ZINCRBY board 25 ada', 'bob ZREVRANGE board 0 2 WITHSCORES', 'alice ZRANK board ada', 'alice ZSCORE board lin', 'alice HSET user:1 name ada team red', 'alice HSET user:2 name lin team blue', 'bob HGETALL user:1',
    'bob HINCRBY user:1 wins 1', 'alice SADD team:red ada', 'alice SADD team:blue lin grace', 'bob SMEMBERS team:blue', 'bob SINTER team:red team:blue', 'bob SUNION team:red team:blue', 'alice SUBSCRIBE scores', 'bob PUBLISH scores "ada 305"', 'bob ZADD board 400 kay', 'bob PUBLISH scores "kay 400"',
    'bob ZCOUNT board 300 +inf', 'bob ZRANGEBYSCORE board 300 500', 'bob ZREM board kay', 'bob ZCARD board', 'bob EXPIRE board 3600', 'bob TTL board', 'bob TYPE board', 'bob OBJECT ENCODING board', 'bob SET note "The best of spring" EX 100', 'bob GET note',
  ],
};

/** A lesson as a recording. The pauses are those of somebody who reads and types, and the same every time. */
export function lesson(name: string, usPerSecond = 5000): Recording {
  const bench = new Bench(usPerSecond);
  const lines = LESSONS[name] as readonly string[];
  const ids = new Map<string, number>();
  for (const client of new Set(['alice', 'bob', ...lines.map((line) => line.split(' ', 1)[0] as string)])) ids.set(client, bench.open(client));
  let chance = 1;
  for (const line of lines) {
    chance = (chance * 48_271) % 0x7fff_ffff;
    bench.run(800 + (chance % 6000));
    const space = line.indexOf(' ');
    bench.type(ids.get(line.slice(0, space)) as number, line.slice(space + 1));
  }
  bench.run(3000);
  return structuredClone(bench.session.recording);
}

/** The session that a recording leads to, played on the real engine as a page plays it. */
export function played(recording: Recording): Session {
  const { seed, epoch, pace } = recording;
  const driver = new Driver(new Redloop(epoch, seed, pace.commandNs, pace.unitNs), epoch);
  const session = new Session(seed, epoch, pace);
  driver.replay(recording.entries, recording, (update) => session.replay(update));
  const frame = driver.frame(0);
  if (frame !== undefined) session.apply(frame);
  return session;
}
