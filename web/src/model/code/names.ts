// The page's client names as names of variables.

/** A name for each client, none of them reserved and none twice. */
export function names(clients: readonly string[], reserved: ReadonlySet<string>): (client: string) => string {
  const given = new Map<string, string>();
  const taken = new Set(reserved);
  for (const client of clients) {
    let name = client.replace(/\W/g, '_').replace(/^(?=\d|$)/, 'client');
    while (taken.has(name) || /^(reply|waiting)\d+$/.test(name)) name += '_';
    taken.add(name);
    given.set(client, name);
  }
  return (client) => given.get(client) as string;
}
