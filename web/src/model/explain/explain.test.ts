import { afterEach, describe, expect, test } from 'vitest';
import { Bench } from '../../worker/engine.testing.ts';
import { speak } from '../words/words.ts';
import { bigO } from './tell.ts';

afterEach(() => speak('en'));

/** Three clients, and what the page says after each line. */
class Room extends Bench {
  alice = this.open('alice');
  bob = this.open('bob');
  carol = this.open('carol');

  after(client: number, line: string): string {
    this.say(client, line);
    return this.said;
  }

  get said(): string {
    const said = this.session.said;
    return `${said?.verdict} ${said?.reason}`;
  }
}

describe('commands', () => {
  test('a slow command held others up, until it is answered', () => {
    const room = new Room();
    room.say(room.alice, 'DEBUG POPULATE 20000');
    expect(room.after(room.alice, 'KEYS none')).toMatch(/^alice ran KEYS none\. KEYS is O\(N\): here it visited 20\u202f00\d elements, 3(\.\d+)? ms on the loop\. SCAN does the same work in small turns\.$/);
    room.type(room.bob, 'PING');
    room.run(0);
    expect(room.said).not.toMatch(/wait/);
  });

  test('what was changed, and what it costs whatever the size', () => {
    const room = new Room();
    expect(room.after(room.alice, 'SET k v')).toBe(
      'alice ran SET k v. It changed k. SET is O(1): 1 µs on the loop, however much there is.');
    expect(room.after(room.alice, 'INCR n')).toMatch(/It read and wrote in one step on the one thread: nobody could come between, so it needs no lock\.$/);
    expect(room.after(room.alice, 'GET none')).toMatch(/^alice ran GET none\. There was nothing there, so the answer is nil\. It changed no key\./);
    expect(room.after(room.alice, 'MSET a 1 b 2 c 3 d 4 e 5')).toMatch(/^alice ran MSET a 1 b … It changed a, b, c and 2 more\./);
    expect(room.after(room.alice, `SET k ${'x'.repeat(100)}`)).toMatch(/^alice ran SET k x{48}… It changed k\./);
    room.say(room.alice, 'RPUSH l 1 2 3 4 5 6 7');
    expect(room.after(room.bob, 'LRANGE l 0 -1')).toMatch(/LRANGE is O\(S\+N\): here it visited \d+ elements, /);
  });

  test('what was done to a key: written, deleted, given a deadline, all of them gone', () => {
    const room = new Room();
    expect(room.after(room.alice, 'SET k v EX 9')).toMatch(/It changed k\./);
    expect(room.after(room.alice, 'EXPIRE k 10')).toMatch(/It gave k a deadline\./);
    expect(room.after(room.alice, 'PERSIST k')).toMatch(/It took the deadline from k\./);
    expect(room.after(room.alice, 'CONFIG GET maxmemory')).toMatch(/CONFIG GET is O\(N\)/);
    expect(room.after(room.alice, 'DEL k none')).toMatch(/It deleted k\./);
    expect(room.after(room.alice, 'PING')).toBe('alice ran PING. PING is O(1): 1 µs on the loop, however much there is.');
    expect(room.after(room.alice, 'FLUSHALL')).toMatch(/^alice ran FLUSHALL\. Every key of every database is gone\./);
  });

  test('what the reply alone knows', () => {
    const room = new Room();
    expect(room.after(room.alice, 'SET k v GET')).toMatch(/There was nothing there before, so the answer is nil\. It changed k\./);
    expect(room.after(room.alice, 'SET k w NX')).toMatch(/Its condition did not hold, so nothing was written, and the answer is nil\. SET is O\(1\)/);
    expect(room.after(room.alice, 'DEL none')).toMatch(/There was nothing to do, so the answer is 0\./);
    expect(room.after(room.alice, 'SCAN 0')).toMatch(/The cursor in the answer is 0: that was all\./);
    room.say(room.alice, 'DEBUG POPULATE 500');
    expect(room.after(room.alice, 'SCAN 0')).toMatch(/This was one piece: the answer holds a cursor/);
  });

  test('what is explained already follows the language and the names', () => {
    const room = new Room();
    room.say(room.alice, 'GET none');
    speak('de');
    expect(room.said).toBe('alice hat GET none ausgeführt. Da war nichts, darum ist die Antwort nil. Kein Schlüssel hat sich geändert. GET ist O(1): 1 µs in der Schleife, egal wie viel da ist.');
    room.session.rename(room.alice, 'anna');
    expect(room.said).toMatch(/^anna hat GET none ausgeführt\./);
    room.session.remove(room.alice);
    expect(room.said).toMatch(/^anna hat /);
  });

  test('errors say why', () => {
    const room = new Room();
    room.say(room.alice, 'SET k v');
    expect(room.after(room.alice, 'LPUSH k x')).toMatch(/^alice's LPUSH was refused\. The key holds another type than LPUSH works on\. An error is a reply/);
    expect(room.after(room.alice, 'INCR k')).toMatch(/INCR needs a whole number of 64 bits/);
    expect(room.after(room.alice, 'NOPE')).toMatch(/^alice's NOPE was refused\. No command is called NOPE\. .* nothing changed\.$/);
    expect(room.after(room.alice, 'GET')).toMatch(/^alice's GET was refused\. GET takes another number of arguments\./);
  });

  test('messages reach who listens, and are gone otherwise', () => {
    const room = new Room();
    expect(room.after(room.alice, 'PUBLISH news hi')).toBe('news reached 0 subscribers. Nobody listens, and messages are not kept: this one is gone.');
    expect(room.after(room.bob, 'SUBSCRIBE news sport')).toMatch(/^bob listens to news and sport\./);
    expect(room.after(room.alice, 'PUBLISH news hi')).toMatch(/^news reached 1 subscriber\. The message is copied /);
  });

  test('who stood in the queue, for how long, and behind whom', () => {
    const room = new Room();
    room.say(room.alice, 'DEBUG POPULATE 20000');
    room.driver.speed(1000);
    room.type(room.alice, 'KEYS *');
    room.run(100);
    room.type(room.bob, 'PING');
    room.run(100);
    expect(room.said).toMatch(/^bob waits for alice\. KEYS visits 20\u202f00\d elements \(it is O\(N\)\) before it answers, 3(\.\d+)? ms in all, .* SCAN /);
    room.type(room.carol, 'INCR n');
    room.run(100);
    expect(room.said).toMatch(/^bob and carol wait for alice\./);
    room.driver.speed(1e6);
    room.run(100);
    expect(room.said).toMatch(/^carol ran INCR n\. .* It had stood in the queue for [\d.]+ ms/);
  });
});

describe('waiting', () => {
  test('who is parked, who woke whom, and who waits on', () => {
    const room = new Room();
    expect(room.after(room.alice, 'BLPOP jobs 9')).toMatch(/^alice is parked on jobs\. There is nothing to take, so BLPOP waits for at most 9 s\. Waiting costs nothing/);
    expect(room.after(room.carol, 'BLPOP jobs other 0')).toMatch(/^carol is parked on jobs and other\. .* for as long as it takes\./);
    expect(room.after(room.bob, 'RPUSH jobs x')).toMatch(
      /^alice is served\. bob's RPUSH put something into jobs\. alice had waited longest, so its saved BLPOP runs again, after 2 s, before anybody's next command\. carol waits on\.$/);
    expect(room.after(room.bob, 'LPUSH other y')).toMatch(/^carol is served\. bob's LPUSH put something into other\. .* next command\.$/);
  });

  test('a deadline passes, a pause holds back', () => {
    const room = new Room();
    room.say(room.alice, 'BLPOP jobs 0.5');
    room.run(1000);
    expect(room.said).toMatch(/^alice gave up waiting\. /);
    room.say(room.alice, 'BLPOP jobs 0');
    room.say(room.bob, `CLIENT UNBLOCK ${room.alice}`);
    expect(room.said).toMatch(/^alice gave up waiting\. bob's CLIENT UNBLOCK ended it/);
    room.say(room.bob, 'CLIENT PAUSE 5000 ALL');
    expect(room.after(room.alice, 'PING')).toMatch(/^alice is held back\. CLIENT PAUSE /);
  });

  test('a key expires by itself', () => {
    const room = new Room();
    room.say(room.bob, 'SET t 1 PX 500');
    room.run(1000);
    expect(room.said).toMatch(/^t expired\. Its deadline passed and nobody had asked for it/);
  });
});

describe('transactions', () => {
  test('what was not isolated: a write between MULTI and EXEC', () => {
    const room = new Room();
    expect(room.after(room.alice, 'MULTI')).toMatch(/^alice starts collecting\./);
    expect(room.after(room.alice, 'INCR n')).toMatch(/^alice's INCR is queued\. The transaction now holds 1 command\./);
    room.say(room.bob, 'SET other 1');
    room.say(room.bob, 'INCR n');
    expect(room.after(room.alice, 'EXEC')).toBe(
      "alice's transaction ran whole. EXEC ran 1 queued command in one task, so nobody could come between them. But between MULTI and EXEC bob's INCR changed n, which this transaction writes too: MULTI is not a lock.");
  });

  test('what was isolated: nobody wrote, or one command failed and the rest stands', () => {
    const room = new Room();
    room.say(room.alice, 'SET k text');
    room.say(room.alice, 'MULTI');
    room.say(room.alice, 'INCR k');
    room.say(room.alice, 'INCR n');
    expect(room.after(room.alice, 'EXEC')).toMatch(/EXEC ran 2 queued commands in one task, .* 1 of them failed and the rest stands: there is no rollback\. Before EXEC, others could have written/);
  });

  test('WATCH names who spoiled it', () => {
    const room = new Room();
    expect(room.after(room.alice, 'WATCH k')).toMatch(/^alice watches k\. Nobody is kept from writing\./);
    room.say(room.alice, 'MULTI');
    room.say(room.alice, 'SET k mine');
    room.say(room.bob, 'SET k theirs');
    expect(room.after(room.alice, 'EXEC')).toMatch(/^alice's transaction did not run\. k was watched, and bob's SET wrote it before EXEC: so of its 1 command none ran/);
  });

  test('a refused command spoils the whole; DISCARD forgets; EXEC alone is an error', () => {
    const room = new Room();
    room.say(room.alice, 'MULTI');
    room.say(room.alice, 'INCR n');
    expect(room.after(room.alice, 'NOPE')).toMatch(/It also spoils the transaction/);
    expect(room.after(room.alice, 'EXEC')).toMatch(/^alice's transaction was thrown away\. .* none of the other 1\./);
    room.say(room.alice, 'MULTI');
    room.say(room.alice, 'INCR n');
    expect(room.after(room.alice, 'DISCARD')).toMatch(/^alice gives the transaction up\. 1 collected command will never run/);
    expect(room.after(room.alice, 'EXEC')).toMatch(/^alice's EXEC was refused\. There is no MULTI/);
    room.say(room.alice, 'MULTI');
    expect(room.after(room.alice, 'EXEC')).toMatch(/^alice's transaction was empty\./);
  });
});

test('the order of growth is cut out of its sentence', () => {
  expect(bigO('O(log(N)+M) with N the size')).toBe('O(log(N)+M)');
  expect(bigO('Depends.')).toBe('');
});
