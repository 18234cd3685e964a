// The service worker: keeps every file of the page, so that it opens without a network and asks nobody after its first
// visit. Workbox keeps the files (one whole version at a time, each checked by its revision); this file says when.
//
// A new version waits until the reader takes it (`app/offline.ts`): nothing changes under a running session.

import { cleanupOutdatedCaches, precacheAndRoute, type PrecacheEntry } from 'workbox-precaching';
import type { TakeOver } from '../app/offline.ts';

/** What this file uses of the worker's global; the page's types are those of a window. */
interface Scope {
  __WB_MANIFEST: PrecacheEntry[];
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'activate', listener: (event: { waitUntil(until: Promise<void>): void }) => void): void;
}

declare const self: Scope;

const TAKE_OVER: TakeOver = 'take over';

cleanupOutdatedCaches();
// The page reads its address itself; the file is the same for all of them.
precacheAndRoute(self.__WB_MANIFEST, { ignoreURLParametersMatching: [/.*/] });

self.addEventListener('message', ({ data }) => {
  if (data === TAKE_OVER) void self.skipWaiting();
});
// The first visit's later chunks come from here too.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
