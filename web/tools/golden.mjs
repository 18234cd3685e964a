// Records what the real redis-cli does, for `src/model/*.test.ts` to compare with.
//
// A fake server plays canned RESP replies to `redis-cli` (on a pretended terminal: FAKETTY), and notes the
// arguments it sends for hand-written lines. Run `node tools/golden.mjs` after changing the cases below; the result
// is committed, so tests need no redis-cli.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import net from 'node:net';

const REPLIES = [
  '+OK\r\n',
  '+\r\n',
  '+with "quotes"\r\n',
  '-ERR unknown command\r\n',
  '-WRONGTYPE Operation against a key\r\n',
  ':0\r\n',
  ':-9223372036854775808\r\n',
  '$-1\r\n',
  '*-1\r\n',
  '$0\r\n\r\n',
  '$5\r\nhello\r\n',
  '$12\r\nsay "hi" \\o/\r\n',
  '$9\r\n\n\r\t\x07\x08\x00\x1b\x7f~\r\n',
  '$6\r\ncaf\u00c3\u00a9!\r\n',
  '$3\r\n\xff\x80\xfe\r\n',
  '*0\r\n',
  '*1\r\n$1\r\na\r\n',
  '*3\r\n$1\r\na\r\n:2\r\n$-1\r\n',
  '*10\r\n' + ':7\r\n'.repeat(10),
  '*100\r\n' + ':7\r\n'.repeat(100),
  '*2\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n*2\r\n*1\r\n:1\r\n*0\r\n',
  '*11\r\n' + ':1\r\n'.repeat(9) + '*2\r\n$1\r\nx\r\n*2\r\n$1\r\ny\r\n$1\r\nz\r\n+OK\r\n',
  '*2\r\n-ERR inner\r\n+QUEUED\r\n',
  '*1\r\n*1\r\n*1\r\n*1\r\n:5\r\n',
  '*2\r\n*-1\r\n$3\r\na\nb\r\n',
];
const REPLIES_3 = [
  '_\r\n',
  '#t\r\n',
  '#f\r\n',
  ',3.25\r\n',
  ',10\r\n',
  ',1e+20\r\n',
  ',inf\r\n',
  ',-inf\r\n',
  ',0.1\r\n',
  '>3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$2\r\nhi\r\n+OK\r\n',
  '>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n+OK\r\n',
  '=8\r\ntxt:a\nb!\r\n',
  '=7\r\nmkd:*a*\r\n',
  '%0\r\n',
  '~0\r\n',
  '%2\r\n$1\r\na\r\n:1\r\n$2\r\nbb\r\n*2\r\n:1\r\n:2\r\n',
  '%1\r\n$3\r\nkey\r\n%2\r\n$1\r\nx\r\n,1.5\r\n$1\r\ny\r\n#t\r\n',
  '%10\r\n' + Array.from({ length: 10 }, (_, i) => `:${i}\r\n$1\r\n${i}\r\n`).join(''),
  '%1\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nv\r\n',
  '~2\r\n$1\r\na\r\n~1\r\n:2\r\n',
  '~12\r\n' + ':3\r\n'.repeat(12),
  '*3\r\n_\r\n#t\r\n%1\r\n+a\r\n~2\r\n:1\r\n:2\r\n',
  '*2\r\n*2\r\n$1\r\nm\r\n,2\r\n*2\r\n$1\r\nn\r\n,3.5\r\n',
  '%1\r\n$1\r\nk\r\n*0\r\n',
  '*1\r\n=6\r\ntxt:hi\r\n',
];
const LINES = [
  'SET a b',
  '  SET   a\tb  ',
  'SET "a b" \'c d\'',
  'SET "a\\nb" "\\x00\\xff\\"\\\\"',
  "SET 'it\\'s' 'a\\nb'",
  'SET a""',
  'SET ""',
  "SET ''",
  'SET "unbalanced',
  "SET 'unbalanced",
  'SET "a"b',
  "SET 'a'b",
  'SET a"b c"',
  'SET a\\nb',
  'SET "\\a\\b\\t\\r\\q"',
  'SET "\\xg1"',
  'SET "\\x4"',
  'SET café "é"',
];

const latin = (text) => Buffer.from(text, 'latin1');
const seen = [];
let canned = [];

const server = net.createServer((socket) => {
  let buffer = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const request = parse(buffer);
      if (!request) return;
      buffer = buffer.subarray(request.length);
      const [name, index] = request.argv.map((a) => a.toString('latin1'));
      if (name === 'CASE') socket.write(latin(canned[Number(index)]));
      else if (name === 'HELLO') socket.write('%1\r\n+server\r\n+fake\r\n');
      else if (name === 'COMMAND') socket.write('-ERR no\r\n');
      else {
        seen.push(request.argv.map((a) => a.toString('latin1')));
        socket.write('+OK\r\n');
      }
    }
  });
});

function parse(buffer) {
  const text = buffer.toString('latin1');
  const head = /^\*(\d+)\r\n/.exec(text);
  if (!head) return null;
  let at = head[0].length;
  const argv = [];
  for (let i = 0; i < Number(head[1]); i++) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at));
    if (!size) return null;
    at += size[0].length;
    if (at + Number(size[1]) + 2 > buffer.length) return null;
    argv.push(buffer.subarray(at, at + Number(size[1])));
    at += Number(size[1]) + 2;
  }
  return { argv, length: at };
}

function cli(port, args, input, tty) {
  return new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C.UTF-8' };
    if (tty) env.FAKETTY = '1';
    const child = spawn('redis-cli', ['-p', String(port), ...args], { env });
    const out = [];
    child.stdout.on('data', (d) => out.push(d));
    child.on('close', () => resolve(Buffer.concat(out).toString('latin1')));
    if (input !== undefined) child.stdin.write(latin(input));
    child.stdin.end();
  });
}

await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address();
const formats = [];
for (const [resp, list] of [[2, REPLIES], [3, REPLIES_3]]) {
  canned = list;
  for (let i = 0; i < list.length; i++) {
    const flags = resp === 3 ? ['-3'] : [];
    const text = await cli(port, [...flags, 'CASE', String(i)], undefined, true);
    formats.push({ resp, bytes: list[i], text });
  }
}
const splits = [];
for (const line of LINES) {
  seen.length = 0;
  const bytes = Buffer.from(line, 'utf8').toString('latin1');
  const text = await cli(port, [], `${bytes}\n`, false);
  splits.push({ line: bytes, argv: seen[0] ?? null, text: seen[0] ? '' : text });
}
server.close();
writeFileSync(new URL('../src/model/golden/redis-cli.json', import.meta.url), JSON.stringify({ formats, splits }, null, 1) + '\n');
