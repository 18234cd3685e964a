import { expect, test } from 'vitest';
import { LessonError } from './items.ts';
import { lesson } from './lesson.ts';
import { matches } from './match.ts';
import { asked, kept, NONE, solve, solvedOf, toKeep } from './progress.ts';
import { script } from './script.ts';

const SOURCE = `# Keys

A key **has** a \`value\`, see [the docs](https://example.org) and <b>no</b>
more.

\`\`\`redis
@alice > SET k v
OK
@bob   > GET k
       > GET l
"v"
(nil)
+ 1500ms
@alice < ~ "*"
\`\`\`

- one
- \`two\`

## Your turn

Take it away.

\`\`\`goal
# \`k\` is gone
@probe > EXISTS k
(integer) 0
@probe > TTL k
(integer) ~ -2..-1
\`\`\`

\`\`\`hint
\`DEL\`
\`\`\`

\`\`\`solution
@alice > DEL k
...
\`\`\`
`;

test('a lesson is read into parts', () => {
  const read = lesson(SOURCE);
  expect(read.title).toBe('Keys');
  expect(read.parts.map(({ kind }) => kind)).toEqual(['paragraph', 'example', 'list', 'exercise']);
  expect(read.parts[0]).toMatchObject({
    runs: [
      { mark: 'plain', text: 'A key ' },
      { mark: 'strong', text: 'has' },
      { mark: 'plain', text: ' a ' },
      { mark: 'code', text: 'value' },
      { mark: 'plain', text: ', see ' },
      { mark: 'link', text: 'the docs', href: 'https://example.org' },
      { mark: 'plain', text: ' and ' },
      { mark: 'plain', text: '<b>' },
      { mark: 'plain', text: 'no' },
      { mark: 'plain', text: '</b>' },
      { mark: 'plain', text: ' more.' },
    ],
  });
  const [exercise] = read.exercises;
  expect(exercise).toMatchObject({
    number: 0,
    given: null,
    goals: [
      {
        label: [{ mark: 'code', text: 'k' }, { mark: 'plain', text: ' is gone' }],
        probes: [
          { line: 'EXISTS k', expected: ['(integer) 0'] },
          { line: 'TTL k', expected: ['(integer) ~ -2..-1'] },
        ],
      },
    ],
    hints: [[{ mark: 'code', text: 'DEL' }]],
  });
});

test('a block is steps to play and lines to read', () => {
  const { steps, shown, clients } = script(SOURCE.split('```redis\n')[1]?.split('```')[0] ?? '', 7);
  expect(clients).toEqual(['alice', 'bob']);
  expect(steps).toEqual([
    { kind: 'send', client: 'alice', lines: ['SET k v'], answered: true },
    { kind: 'send', client: 'bob', lines: ['GET k', 'GET l'], answered: true },
    { kind: 'wait', ms: 1500 },
  ]);
  expect(shown.slice(-2)).toEqual([
    { kind: 'wait', ms: 1500, step: 2 },
    { kind: 'received', client: 'alice', text: '"…"', own: false, again: false },
  ]);
  const texts = script('@a > TTL k\n1) (integer) ~ 5..10\n...\n[redis7] odd\n% sorted\n@a > X\n\\# no comment', 1).shown;
  expect(texts.map((line) => ('text' in line ? line.text : ''))).toEqual(['TTL k', '1) (integer) 5 … 10', '…', 'X', '# no comment']);
});

test('slips are refused with their line', () => {
  const line = (from: string, to: string): number | undefined => {
    expect(SOURCE).toContain(from);
    try {
      lesson(SOURCE.replace(from, to));
    } catch (error) {
      if (error instanceof LessonError) return error.line;
    }
    return undefined;
  };
  expect(line('# Keys', 'Keys')).toBe(1);
  expect(line('@alice > SET k v', '@alice ? SET k v')).toBe(7);
  expect(line('@alice > SET k v', '@alice >> "x"')).toBe(7);
  expect(line('@alice > SET k v\n', '')).toBe(7);
  expect(line('```redis', '```reddis')).toBe(6);
  expect(line('```goal', '```redis')).toBe(20);
  expect(line('```solution', '```hint')).toBe(20);
  expect(line("# `k` is gone\n", '')).toBe(25);
  expect(line('(integer) 0\n', '')).toBe(26);
});

test('lines are compared with patterns as the checker does', () => {
  const one = (expected: string, actual: string): boolean => matches([expected], [actual]);
  expect(one('(integer) ~ 1..10', '(integer) 10')).toBe(true);
  expect(one('(integer) ~ 1..10', '(integer) 11')).toBe(false);
  expect(one('~ (integer) -5..', '(integer) 7')).toBe(true);
  expect(one('~ (integer) 1..', '(nil)')).toBe(false);
  expect(one('1) ~ "id=* name=x *"', '1) "id=3 name=x age=0"')).toBe(true);
  expect(one('1) ~ "id=*"', '2) "id=3"')).toBe(false);
  expect(one('~ "a" | "b"', '"b"')).toBe(true);
  expect(one('2# "id" => ~ (integer) 1..', '2# "id" => (integer) 3')).toBe(true);
  expect(one('~ "1..2"', '"1.5"')).toBe(true);
  expect(one('   10) 1) ~ *', '   10) 1) "x"')).toBe(true);
  expect(one('"*"', '"a"')).toBe(false);
  expect(one('"*"', '"*"')).toBe(true);
  expect(matches(['1) a', '...', '9) z'], ['1) a', '2) b', '9) z'])).toBe(true);
  expect(matches(['...'], [])).toBe(true);
  expect(matches(['...', '2) x', '...'], ['1) a', '2) b', '3) c'])).toBe(false);
  expect(matches(['OK'], ['OK', 'OK'])).toBe(false);
  expect(matches(['OK', 'OK'], ['OK'])).toBe(false);
});

test('progress is kept as text, and what is no progress is none', () => {
  const progress = solve(solve(solve(NONE, 'a', 2), 'a', 0), 'a', 2);
  expect(solvedOf(progress, 'a')).toEqual([0, 2]);
  expect(solvedOf(progress, 'constructor')).toEqual([]);
  expect(kept(toKeep({ ...progress, last: 'a' }))).toEqual({ solved: { a: [0, 2] }, last: 'a' });
  for (const text of [null, '', '{', '[]', '{"version":0,"solved":{"a":[0]}}', '{"version":1}', '{"version":1,"solved":{"a":["x"]},"last":3}']) {
    expect(kept(text)).toEqual(NONE);
  }
});

test('an address asks for a lesson by its name or number', () => {
  const ids = ['01-first-key', '08-blocking', '12-lost-updates'];
  expect(asked('#lesson=08-blocking', ids)).toBe('08-blocking');
  expect(asked('#lesson=12', ids)).toBe('12-lost-updates');
  expect(asked('#s=x&lesson=1', ids)).toBe('01-first-key');
  expect(asked('#lesson=99', ids)).toBeNull();
  expect(asked('#other', ids)).toBeNull();
});
