"""redis-py against a server: what an application does with it, in RESP2 and RESP3.

Usage: redis_py.py PORT. The server is empty and ours alone. Ends with 0 when everything is as it should be.
"""

import asyncio
import sys
import threading

import redis
import redis.asyncio

PORT = int(sys.argv[1])


def client(protocol, **options):
    return redis.Redis(port=PORT, protocol=protocol, decode_responses=True, socket_timeout=10, **options)


def test_values(r):
    assert r.ping()
    assert r.set("k", "v", ex=100, nx=True)
    assert r.set("k", "w", nx=True) is None
    assert r.set("k", "w", get=True) == "v"
    assert r.ttl("k") == -1
    assert r.incrby("n", 5) == 5
    assert r.incrbyfloat("f", 1.5) == 1.5
    assert r.mget("k", "n", "none") == ["w", "5", None]
    assert r.rpush("l", "a", "b", "c") == 3
    assert r.lrange("l", 0, -1) == ["a", "b", "c"]
    assert r.lpos("l", "b") == 1
    assert r.lmove("l", "l2", "LEFT", "RIGHT") == "a"
    assert r.hset("h", mapping={"f": "1", "g": "2"}) == 2
    assert r.hgetall("h") == {"f": "1", "g": "2"}
    assert r.sadd("s", "x", "y") == 2
    assert r.smembers("s") == {"x", "y"}
    assert r.zadd("z", {"one": 1, "two": 2.5}) == 2
    assert [tuple(pair) for pair in r.zrange("z", 0, -1, withscores=True)] == [("one", 1.0), ("two", 2.5)]
    assert r.zscore("z", "two") == 2.5
    assert r.type("z") == "zset"
    assert sorted(r.scan_iter(count=2)) == sorted(r.keys("*"))
    assert dict(r.hscan_iter("h")) == {"f": "1", "g": "2"}
    assert set(r.sscan_iter("s")) == {"x", "y"}
    assert r.sort("l", alpha=True, desc=True) == ["c", "b"]
    assert r.delete("k", "none") == 1


def test_binary(r):
    raw = redis.Redis(port=PORT)
    key = bytes(range(256))
    big = b"\x00\xff\r\n" * 300_000
    assert raw.set(key, big)
    assert raw.get(key) == big
    assert raw.strlen(key) == len(big)
    raw.close()


def test_errors(r):
    r.set("text", "v")
    for command in (lambda: r.lpush("text", 1), lambda: r.incr("text"), lambda: r.execute_command("NOSUCH", "a")):
        try:
            command()
        except redis.ResponseError:
            continue
        raise AssertionError("an error was expected")
    assert r.ping()


def test_pipeline(r):
    with r.pipeline(transaction=False) as pipe:
        for i in range(1000):
            pipe.set(f"p{i}", i)
        assert all(pipe.execute())
    with r.pipeline() as pipe:
        pipe.set("t", 1).incr("t").get("t")
        assert pipe.execute() == [True, 2, "2"]
    with r.pipeline() as pipe:
        pipe.lpush("t", 1).get("t")
        result = pipe.execute(raise_on_error=False)
        assert isinstance(result[0], redis.ResponseError) and result[1] == "2"


def test_watch(r):
    """A lost race is noticed, and tried again."""
    r.set("count", 0)
    attempts = 0
    with r.pipeline() as pipe:
        while True:
            attempts += 1
            pipe.watch("count")
            value = int(pipe.get("count"))
            if attempts == 1:
                r.set("count", 10)
            pipe.multi()
            pipe.set("count", value + 1)
            try:
                pipe.execute()
                break
            except redis.WatchError:
                continue
    assert attempts == 2 and r.get("count") == "11"


def test_blocking(r):
    got = []
    waiter = threading.Thread(target=lambda: got.append(client(2).blpop("queue", timeout=5)))
    waiter.start()
    while r.info("clients")["blocked_clients"] == 0:
        pass
    r.rpush("queue", "job")
    waiter.join()
    assert [tuple(item) for item in got] == [("queue", "job")]
    assert r.blpop("queue", timeout=0.05) is None


def test_pubsub(r):
    pubsub = r.pubsub()
    pubsub.subscribe("news")
    pubsub.psubscribe("n*")
    kinds = [pubsub.get_message(timeout=5)["type"] for _ in range(2)]
    assert kinds == ["subscribe", "psubscribe"]
    assert r.publish("news", "hello") == 2
    messages = sorted((m["type"], m["data"]) for m in (pubsub.get_message(timeout=5) for _ in range(2)))
    assert messages == [("message", "hello"), ("pmessage", "hello")]
    pubsub.unsubscribe()
    pubsub.close()


def test_connection(r):
    named = client(2, client_name="tester", db=3)
    assert named.client_getname() == "tester"
    named.set("here", 1)
    assert r.get("here") is None
    assert any(info["name"] == "tester" and info["db"] == "3" for info in r.client_list())
    named.close()
    assert r.info("server")["redis_version"]
    assert r.config_get("maxmemory")["maxmemory"] == "0"
    assert r.command_count() > 100
    assert r.object("encoding", "n") == "int"
    assert r.dbsize() > 0


async def test_asyncio(protocol):
    r = redis.asyncio.Redis(port=PORT, protocol=protocol, decode_responses=True)
    await asyncio.gather(*(r.incr("together") for _ in range(50)))
    assert await r.get("together") == "50"
    await r.aclose()


def main():
    tests = [test for name, test in globals().items() if name.startswith("test_") and name != "test_asyncio"]
    for protocol in (2, 3):
        for test in tests:
            r = client(protocol)
            r.flushall()
            if test is test_connection:
                r.set("n", 1)
            test(r)
            r.close()
            print(f"RESP{protocol} {test.__name__}")
        client(protocol).flushall()
        asyncio.run(test_asyncio(protocol))


main()
