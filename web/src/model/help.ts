// HELP at a prompt: what redis-cli's help tells of a command, and what the command has cost on the data at hand.

import type { ByteString, CommandInfo } from './engine.ts';
import { measured, type Costs } from './costs.ts';
import { find, type CommandTable } from './hints.ts';

const USAGE = `HELP <command>    about one command: its syntax, and what it has cost here
HELP @<family>    the commands of a family, such as @list
Tab completes, Ctrl-R searches the history, a number in front repeats a command.
A line that begins with @name goes to that client; pasted lines may do so too.`;

/** The names of the families, in alphabetical order. */
export function families(table: CommandTable): string[] {
  return [...new Set([...table.values()].map((info) => info.group))].sort();
}

/** Whether a line asks for help, and about what. */
export function asked(argv: readonly ByteString[]): readonly ByteString[] | null {
  return /^(help|\?)$/i.test(argv[0] ?? '') ? argv.slice(1) : null;
}

/** The answer, as lines. */
export function help(topic: readonly ByteString[], table: CommandTable, costs: Costs): string {
  const [first] = topic;
  if (first === undefined) return `${USAGE}\nFamilies: ${families(table).map((name) => `@${name}`).join(' ')}`;
  if (first.startsWith('@')) return family(first.slice(1).toLowerCase(), table);
  const info = find(table, topic)?.info;
  if (info === undefined) return `No command is called ${topic.join(' ').toUpperCase()}.`;
  const subcommands = [...table.values()].filter(({ name }) => name.startsWith(`${info.name} `));
  return [card(info, costs), ...listing(subcommands).map((line) => `  ${line}`)].join('\n');
}

function card(info: CommandInfo, costs: Costs): string {
  const rows: [string, string][] = [
    ['summary', info.summary],
    ['since', info.since],
    ['group', info.group],
    ['complexity', info.complexity],
    ['measured', measured(costs.of(info.name))],
  ];
  const lines = rows.filter(([, value]) => value !== '').map(([name, value]) => `  ${name.padEnd(11)}${value}`);
  return [`${info.name} ${info.syntax}`.trim(), ...lines].join('\n');
}

function family(name: string, table: CommandTable): string {
  const members = [...table.values()].filter((info) => info.group === name && !info.name.includes(' '));
  if (members.length === 0) return `No family is called @${name}. There are: ${families(table).map((each) => `@${each}`).join(' ')}`;
  return listing(members).join('\n');
}

function listing(commands: readonly CommandInfo[]): string[] {
  const width = Math.max(0, ...commands.map(({ name }) => name.length));
  return [...commands].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, summary }) => `${name.padEnd(width)}  ${summary}`);
}
