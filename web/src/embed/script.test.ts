import { expect, test } from 'vitest';
import { commandsOf, namesOf, transcriptOf } from './script.ts';

test('commands are lines, with or without a prompt', () => {
  expect(commandsOf('SET a "x > y"\n\n  alice> GET a\nredis> DEL a')).toEqual([
    { client: null, line: 'SET a "x > y"' },
    { client: 'alice', line: 'GET a' },
    { client: null, line: 'DEL a' },
  ]);
});

test('of a transcript, only what was typed is a command', () => {
  const text = `
    > SET k v
    OK
    127.0.0.1:6379[2]> GET k
    "v"
    bob(TX)> INCR n
    QUEUED
    1) "a > b"
    redis>
    @carol > LPOP l
    @carol < (nil)
  `;
  expect(transcriptOf(text)).toEqual([
    { client: null, line: 'SET k v' },
    { client: null, line: 'GET k' },
    { client: 'bob', line: 'INCR n' },
    { client: 'carol', line: 'LPOP l' },
  ]);
});

test('names are words, each once', () => {
  expect(namesOf(' alice,bob  alice, no-name <b>')).toEqual(['alice', 'bob']);
});
