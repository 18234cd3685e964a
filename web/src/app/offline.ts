// The page's side of working offline: registers the service worker, hears of new versions, and takes one when asked.
//
// A new version is fetched in the background and then waits. Nothing is exchanged under a running session: the reader
// asks for it, in this tab or another, and this tab reloads only when it was this one.

/** What the page says to a waiting service worker. A type, because the two share no file. */
export type TakeOver = 'take over';

const TAKE_OVER: TakeOver = 'take over';

/** How often a page that stays open looks for a new version. */
const LOOK_MS = 60 * 60 * 1000;

/** What there is to know. Dispatches `change`. */
export class Offline extends EventTarget {
  /** All files are kept: the page opens without a network. */
  kept = false;
  /** `waiting`: a new version is here; `taken`: another tab has taken it. */
  news: 'waiting' | 'taken' | null = null;
  #waiting: ServiceWorker | null = null;
  #asked = false;

  /** Keeps the page's files from now on; where the browser cannot, the page works as long as the network does. */
  async start(container: ServiceWorkerContainer, script: string): Promise<void> {
    const first = container.controller === null;
    container.addEventListener('controllerchange', () => this.#exchanged(first));
    const registration = await container.register(script).catch(() => null);
    if (registration === null) return;
    this.#look(registration, container);
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', () => this.#look(registration, container));
    });
    setInterval(() => void registration.update().catch(() => undefined), LOOK_MS);
    await container.ready;
    this.kept = true;
    this.#changed();
  }

  /** Exchanges the page for the new version; what is on it now starts anew. */
  take(): void {
    this.#asked = true;
    if (this.news === 'taken') location.reload();
    else this.#waiting?.postMessage(TAKE_OVER);
  }

  /** Not now; the next visit has it. */
  later(): void {
    this.news = null;
    this.#changed();
  }

  #look(registration: ServiceWorkerRegistration, container: ServiceWorkerContainer): void {
    // The very first version waits for nobody.
    if (registration.waiting === null || container.controller === null) return;
    this.#waiting = registration.waiting;
    this.news = 'waiting';
    this.#changed();
  }

  #exchanged(first: boolean): void {
    if (this.#asked) location.reload();
    else if (!first || this.news !== null) {
      this.news = 'taken';
      this.#changed();
    }
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

/** The page's one. */
export const offline = new Offline();

/** Starts it, where the page was built to be kept and is not a part of another page. */
export function keepOffline(): void {
  if (!import.meta.env.PROD || window.parent !== window || !('serviceWorker' in navigator)) return;
  void offline.start(navigator.serviceWorker, new URL('sw.js', document.baseURI).href);
}
