// node-redis against a server, in RESP2 and RESP3: what an application does with it. Usage: node node_redis.mjs PORT
import assert from "node:assert/strict";
import { createClient, WatchError } from "redis";

const port = Number(process.argv[2]);

for (const RESP of [2, 3]) {
  const connect = async (options = {}) =>
    createClient({ socket: { port, reconnectStrategy: false }, RESP, ...options }).on("error", (error) => { throw error; }).connect();
  const redis = await connect();
  await redis.flushAll();

  assert.equal(await redis.set("k", "v", { EX: 100, NX: true }), "OK");
  assert.equal(await redis.set("k", "w", { NX: true }), null);
  assert.equal(await redis.get("k"), "v");
  assert.equal(await redis.ttl("k"), 100);
  assert.equal(await redis.hSet("h", { f: "1", g: "2" }), 2);
  assert.deepEqual({ ...(await redis.hGetAll("h")) }, { f: "1", g: "2" });
  assert.equal(await redis.rPush("l", ["a", "b", "c"]), 3);
  assert.deepEqual(await redis.lRange("l", 0, -1), ["a", "b", "c"]);
  await redis.zAdd("z", [{ score: 1, value: "one" }, { score: 2.5, value: "two" }]);
  assert.deepEqual(await redis.zRangeWithScores("z", 0, -1), [{ value: "one", score: 1 }, { value: "two", score: 2.5 }]);
  assert.equal(await redis.zScore("z", "two"), 2.5);
  await redis.sAdd("s", ["x", "y"]);
  assert.deepEqual([...(await redis.sMembers("s"))].sort(), ["x", "y"]);
  await assert.rejects(redis.lPush("k", "x"), /WRONGTYPE/);
  await assert.rejects(redis.sendCommand(["NOSUCH"]), /unknown command/);

  assert.deepEqual(await redis.multi().set("t", "1").incr("t").get("t").exec(), ["OK", 2, "2"]);
  await Promise.all(Array.from({ length: 1000 }, (_, i) => redis.set(`p${i}`, String(i))));

  const other = await connect({ name: "other", database: 0 });
  assert.equal(await other.clientGetName(), "other");
  await redis.watch("watched");
  await other.set("watched", "1");
  await assert.rejects(redis.multi().get("watched").exec(), WatchError);

  const waiting = other.blPop("queue", 5);
  await redis.rPush("queue", "job");
  assert.deepEqual({ ...(await waiting) }, { key: "queue", element: "job" });

  const listener = await connect();
  const heard = new Promise((resolve) => {
    const all = [];
    const note = (text, channel) => all.push(`${channel} ${text}`) === 2 && resolve(all);
    listener.subscribe("news", note).then(() => listener.pSubscribe("n*", note)).then(() => redis.publish("news", "hello"));
  });
  assert.deepEqual(await heard, ["news hello", "news hello"]);

  const seen = new Set();
  for await (const keys of redis.scanIterator({ MATCH: "p*", COUNT: 50 })) [keys].flat().forEach((key) => seen.add(key));
  assert.equal(seen.size, 1000);
  assert.match(await redis.info("server"), /redis_version:/);
  for (const client of [redis, other, listener]) client.destroy();
  console.log(`node-redis: as it should be in RESP${RESP}`);
}
