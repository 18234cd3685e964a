// A line that says by itself whose it is.

/** The client that a typed line is for, when it says so: `@bob GET x`. */
export function addressed(line: string): { client: string; line: string } | null {
  const found = /^\s*@(\w+)\s+(?:> ?)?(\S.*)$/.exec(line);
  return found === null ? null : { client: found[1] as string, line: found[2] as string };
}
