// ioredis against a server: what an application does with it. Usage: node ioredis.mjs PORT
import assert from "node:assert/strict";
import { Redis } from "ioredis";

const port = Number(process.argv[2]);
const redis = new Redis({ port, maxRetriesPerRequest: 1 });
await redis.flushall();

assert.equal(await redis.set("k", "v", "EX", 100), "OK");
assert.equal(await redis.get("k"), "v");
assert.equal(await redis.get("none"), null);
assert.equal(await redis.incrby("n", 5), 5);
await redis.hset("h", { f: "1", g: "2" });
assert.deepEqual(await redis.hgetall("h"), { f: "1", g: "2" });
await redis.rpush("l", "a", "b", "c");
assert.deepEqual(await redis.lrange("l", 0, -1), ["a", "b", "c"]);
await redis.zadd("z", 1, "one", 2.5, "two");
assert.deepEqual(await redis.zrange("z", 0, -1, "WITHSCORES"), ["one", "1", "two", "2.5"]);
assert.equal((await redis.smembers("none")).length, 0);
await assert.rejects(redis.lpush("k", "x"), /WRONGTYPE/);
await assert.rejects(redis.call("NOSUCH"), /unknown command/);

const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
await redis.set(bytes, Buffer.concat(Array(4000).fill(bytes)));
assert.equal((await redis.getBuffer(bytes)).length, 256 * 4000);

const pipelined = await redis.pipeline(Array.from({ length: 1000 }, (_, i) => ["set", `p${i}`, String(i)])).exec();
assert.ok(pipelined.every(([error, reply]) => error === null && reply === "OK"));
assert.deepEqual(await redis.multi().set("t", "1").incr("t").get("t").exec(), [[null, "OK"], [null, 2], [null, "2"]]);

const other = redis.duplicate();
await redis.watch("watched");
await other.set("watched", "1");
assert.equal(await redis.multi().get("watched").exec(), null);

const waiting = other.blpop("queue", 5);
await redis.rpush("queue", "job");
assert.deepEqual(await waiting, ["queue", "job"]);

const listener = redis.duplicate();
await listener.subscribe("news");
await listener.psubscribe("n*");
const heard = new Promise((resolve) => {
  const all = [];
  const note = (...message) => all.push(message) === 2 && resolve(all);
  listener.on("message", (channel, text) => note("message", channel, text));
  listener.on("pmessage", (pattern, channel, text) => note("pmessage", pattern, channel, text));
});
assert.equal(await redis.publish("news", "hello"), 2);
assert.deepEqual((await heard).sort(), [["message", "news", "hello"], ["pmessage", "n*", "news", "hello"]]);

const seen = new Set();
for await (const keys of redis.scanStream({ match: "p*", count: 50 })) keys.forEach((key) => seen.add(key));
assert.equal(seen.size, 1000);
assert.match(await redis.info("server"), /redis_version:/);
assert.equal(await redis.quit(), "OK");
other.disconnect();
listener.disconnect();
console.log("ioredis: as it should be");
