// How the page begins: with the session of its address, or with an empty one. The rest of sharing is loaded when it is
// needed or when the page stands, whichever comes first.

import { idle } from '../idle.ts';
import type { Store } from '../store.ts';
import type { Sharing } from './sharing.ts';

/** Whether a fragment is meant to be a shared session. */
export function isLink(fragment: string): boolean {
  return fragment.startsWith('#s=');
}

/** Begins; `empty` starts an empty session unless the address holds one. Resolves once sharing is there. */
export async function begin(store: Store, empty: () => void): Promise<Sharing> {
  const linked = isLink(location.hash);
  if (!linked) {
    empty();
    await store.settled();
    await idle();
  }
  // What is opened is watched from its beginning.
  const [{ Sharing: Loaded }] = await Promise.all([import('./sharing.ts'), import('../../ui/sharing.ts'), import('../../model/watched.ts')]);
  const sharing = new Loaded(store);
  if (linked) await sharing.openLink(location.hash);
  return sharing;
}
