// The words that version 1 of a share link writes in one or two bytes. Frozen: old links are read with exactly this list,
// whatever commands the engine knows by then. Another list is another version.

/** One byte each, in the order of {@link ONE_BYTE}. */
const FREQUENT =
  'SET |GET |DEL |INCR |INCRBY |DECR |EXPIRE |TTL |LPUSH |RPUSH |LPOP |RPOP |BLPOP |BRPOP |LRANGE |LLEN |HSET |HGET |HGETALL |HINCRBY |SADD |' +
  'SMEMBERS |SREM |ZADD |ZRANGE |ZINCRBY |WATCH |MULTI\n|EXEC\n|SUBSCRIBE |PUBLISH |KEYS |OBJECT ENCODING |CLIENT | 0 -1| WITHSCORES|alice|bob|carol| EX ';

/** Two bytes each: {@link LEAD} and 0x20 onwards. */
const KNOWN =
  'TYPE |EXISTS |PTTL |PERSIST |APPEND |STRLEN |GETDEL |GETEX |GETSET |MGET |MSET |SETNX |SETEX |DECRBY |INCRBYFLOAT |GETRANGE |SETRANGE |UNLINK |' +
  'RENAME |COPY |FLUSHALL|FLUSHDB|DBSIZE|SELECT |PEXPIRE |HDEL |HEXISTS |HKEYS |HVALS |HMGET |HLEN |HSCAN |SCARD |SISMEMBER |SPOP |SINTER |SUNION |' +
  'SDIFF |SRANDMEMBER |ZREM |ZCARD |ZSCORE |ZRANK |ZREVRANGE |ZREVRANK |ZCOUNT |ZRANGEBYSCORE |ZPOPMIN |ZPOPMAX |BZPOPMIN |LINDEX |LINSERT |LREM |' +
  'LSET |LTRIM |LMOVE |BLMOVE |LPOS |UNSUBSCRIBE|PSUBSCRIBE |DISCARD\n|UNWATCH\n|PING|ECHO |HELLO 3|INFO |DEBUG POPULATE |DEBUG SLEEP |CONFIG SET |' +
  'CONFIG GET |CLIENT PAUSE |CLIENT LIST|MEMORY USAGE |SLOWLOG GET|XADD |XRANGE |XREAD |XREADGROUP GROUP |XACK |XGROUP CREATE |XLEN |GEOADD |' +
  'GEOSEARCH |PFADD |PFCOUNT |SETBIT |GETBIT |BITCOUNT |EVAL |SCAN 0|notify-keyspace-events |__keyspace@0__:|__keyevent@0__:| LEFT RIGHT | COUNT |' +
  ' LIMIT | BLOCK | STREAMS | MATCH | NX| XX| PX | KEEPTTL|user:|session:|counter|visits|lock:|jobs|page:|team|dave|erin|frank|grace|heidi|hello|world';

/** What follows means itself: control characters in lines. */
export const ESCAPE = '\x1b';
const LEAD = '\x1f';
/** Bytes that no escaped UTF-8 text holds. */
const ONE_BYTE = `${range(0x00, 0x09)}${range(0x0b, 0x1a)}\x1c\x1d\x1e\xc0\xc1${range(0xf5, 0xff)}`;

const codes = new Map<string, string>([
  ...FREQUENT.split('|').map((word, i): [string, string] => [word, ONE_BYTE[i] as string]),
  ...KNOWN.split('|').map((word, i): [string, string] => [word, LEAD + String.fromCharCode(0x20 + i)]),
]);
const words = new Map([...codes].map(([word, code]) => [code, word]));
const longestFirst = [...codes.keys()].sort((a, b) => b.length - a.length);
const WORD = new RegExp(longestFirst.join('|'), 'g');
const CODE = new RegExp(`\\x1b[^]|\\x1f[^]|[${ONE_BYTE.replace(/[^]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)}]`, 'g');

/** Shortens text in which control characters are escaped. */
export function shorten(escaped: string): string {
  return escaped.replace(WORD, (word) => codes.get(word) as string);
}

/** Undoes {@link shorten}; `undefined` for codes that stand for nothing. */
export function lengthen(short: string): string | undefined {
  let unknown = false;
  const long = short.replace(CODE, (code) => {
    if (code.startsWith(ESCAPE)) return code;
    const word = words.get(code);
    unknown ||= word === undefined;
    return word ?? '';
  });
  return unknown ? undefined : long;
}

function range(from: number, to: number): string {
  return String.fromCharCode(...Array.from({ length: to - from + 1 }, (_, i) => from + i));
}
