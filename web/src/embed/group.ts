// Elements of one group on a page share an engine, and see each other's writes. The engine lives as long as one of them
// is on the page.

import { Store } from '../app/store.ts';

interface Group {
  store: Store;
  users: number;
  /** The last of the elements' scripts: they type one after the other. */
  typing: Promise<void>;
}

const groups = new Map<string, Group>();

/** A store that somebody uses. */
export interface Share {
  store: Store;
  /** Whether nobody used it before. */
  first: boolean;
  /** Types when the others of the group are done. */
  inTurn(typing: () => Promise<void>): Promise<void>;
  /** Uses it no longer. */
  leave(): void;
}

/** The store of a group, or one of its own without a name. */
export function join(name: string): Share {
  const known = name === '' ? undefined : groups.get(name);
  const group = known ?? { store: new Store(), users: 0, typing: Promise.resolve() };
  if (name !== '') groups.set(name, group);
  group.users++;
  let using = true;
  const leave = (): void => {
    if (!using) return;
    using = false;
    if (--group.users > 0) return;
    if (groups.get(name) === group) groups.delete(name);
    group.store.end();
  };
  const inTurn = (typing: () => Promise<void>): Promise<void> => (group.typing = group.typing.then(typing));
  return { store: group.store, inTurn, first: known === undefined, leave };
}
