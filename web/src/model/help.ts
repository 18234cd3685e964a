// HELP at a prompt: what redis-cli's help tells of a command, and what the command has cost on the data at hand.

import type { ByteString, CommandInfo } from './engine.ts';
import { measured, type Costs } from './costs.ts';
import { find, type CommandTable } from './commands.ts';
import { words } from './words/help.ts';

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
  if (first === undefined) return `${words().usage}\n${words().families(named(table))}`;
  if (first.startsWith('@')) return family(first.slice(1).toLowerCase(), table);
  const info = find(table, topic)?.info;
  if (info === undefined) return words().unknown(topic.join(' ').toUpperCase());
  const subcommands = [...table.values()].filter(({ name }) => name.startsWith(`${info.name} `));
  return [card(info, costs), ...listing(subcommands).map((line) => `  ${line}`)].join('\n');
}

/** `@hash @list …` */
function named(table: CommandTable): string {
  return families(table).map((name) => `@${name}`).join(' ');
}

function card(info: CommandInfo, costs: Costs): string {
  const { rows } = words();
  const facts: [string, string][] = [
    [rows.summary, info.summary],
    [rows.since, info.since],
    [rows.group, info.group],
    [rows.complexity, info.complexity],
    [rows.measured, measured(costs.of(info.name))],
  ];
  const lines = facts.filter(([, value]) => value !== '').map(([name, value]) => `  ${name.padEnd(11)}${value}`);
  return [`${info.name} ${info.syntax}`.trim(), ...lines].join('\n');
}

function family(name: string, table: CommandTable): string {
  const members = [...table.values()].filter((info) => info.group === name && !info.name.includes(' '));
  if (members.length === 0) return words().unknownFamily(`@${name}`, named(table));
  return listing(members).join('\n');
}

function listing(commands: readonly CommandInfo[]): string[] {
  const width = Math.max(0, ...commands.map(({ name }) => name.length));
  return [...commands].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, summary }) => `${name.padEnd(width)}  ${summary}`);
}
