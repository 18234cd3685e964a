// Keeps the session while one works, and shares it between tabs.
//
// Every session that something was typed in is kept, unless the user has switched that off. The tab that holds the
// session's lock writes; another that opens the same one follows it live. A follower who does something goes on alone,
// in a session of its own; when the writer is gone, a follower takes its place.
//
// Left out: what is said of it (`sharing.ts`, `ui/sharing.ts`). Without storage everything here does nothing.

import type { Position, Recorded, Recording } from '../../model/recording.ts';
import type { Session } from '../../model/session.ts';
import { admitted, commandCount, Refusal } from '../../model/share/admit.ts';
import type { Store } from '../store.ts';
import { Follower, lock, Writer, type News } from './channel.ts';
import { Vault, type Kept } from './vault.ts';

/** Typing goes to the database at most so often. */
const FLUSH_MS = 400;
/** A writer that says nothing for so long to a newcomer is asleep: what is kept will do. */
const HELLO_MS = 1500;
/** Characters of a session's name. */
export const NAME_MAX = 80;
const SWITCH = 'redloop-keep';

/** What this tab is to the session: `alone` when nothing is kept. */
export type Role = 'writer' | 'follower' | 'alone';
/** What can be kept: everything, nothing because the browser has no storage for the page, nothing more because it is full. */
export type StorageState = 'unknown' | 'ok' | 'none' | 'full';

interface Keeping {
  id: string;
  created: number;
  name: string;
  /** Inputs that are in the database, and their size. */
  saved: number;
  bytes: number;
  /** Where the session was then. */
  at: Position | null;
}

/** Dispatches `change`; `taken` when this tab became the writer because another was closed. */
export class Keeper extends EventTarget {
  role: Role = 'alone';
  storage: StorageState = 'unknown';
  /** When the writer's page was opened, while this tab follows; ms since the Unix epoch. */
  writerSince: number | null = null;
  readonly #store: Store;
  readonly #opened = Date.now();
  #vault: Vault | null = null;
  #enabled = readSwitch();
  #session: Session | null = null;
  #keeping: Keeping | null = null;
  readonly #known = new WeakMap<Session, Keeping>();
  #writer: Writer | null = null;
  #follower: Follower | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #flushing: Promise<void> = Promise.resolve();
  /** What followers have been told: so many inputs, and where the session was. */
  #told = { entries: 0, turns: 0 };
  /** Inputs of the writer that were passed on to the engine here. */
  #taken = 0;
  /** A session is being put on the page from here. */
  #loading = false;

  constructor(store: Store) {
    super();
    this.#store = store;
  }

  /** Opens the database and begins. */
  async start(): Promise<void> {
    try {
      this.#vault = await Vault.open();
      this.storage = 'ok';
    } catch {
      this.storage = 'none';
    }
    this.#store.addEventListener('change', () => this.#look());
    window.addEventListener('pagehide', () => void this.#flush());
    document.addEventListener('visibilitychange', () => void this.#flush());
    this.#look();
    this.#changed();
  }

  get enabled(): boolean {
    return this.#enabled;
  }

  /** Keep sessions from now on, or stop it. What is kept stays. */
  set enabled(enabled: boolean) {
    this.#enabled = enabled;
    try {
      localStorage.setItem(SWITCH, enabled ? 'yes' : 'no');
    } catch {
      // Then it is a choice for this visit.
    }
    void this.#flush();
    this.#changed();
  }

  /** The kept session that is on the page. */
  get current(): string | null {
    return this.#keeping?.id ?? null;
  }

  async list(): Promise<Kept[]> {
    await this.#flush();
    return (await this.#vault?.list()) ?? [];
  }

  async rename(id: string, name: string): Promise<void> {
    const given = name.trim().slice(0, NAME_MAX);
    await this.#vault?.rename(id, given);
    if (this.#keeping?.id === id) this.#keeping.name = given;
    this.#changed();
  }

  async remove(id: string): Promise<void> {
    await this.#vault?.remove(id);
    // The session on the page goes on, and is kept anew when something is typed.
    if (this.#keeping?.id === id) {
      this.#leave();
      this.#store.beforeActing = null;
      this.#adopt(fresh());
    }
    if (this.storage === 'full') this.storage = 'ok';
    this.#changed();
  }

  /** A kept session, to export it. Throws {@link Refusal}. */
  async recording(id: string): Promise<Recording> {
    if (this.#vault === null) throw new Refusal('nothing');
    return this.#vault.recording(id);
  }

  /** Whether another tab has the session open. */
  async elsewhere(id: string): Promise<boolean> {
    if (id === this.current) return false;
    const release = await lock(id);
    release?.();
    return release === null;
  }

  /** Opens a kept session: to go on with it, or to follow the tab that writes it. Throws {@link Refusal}. */
  async open(id: string): Promise<void> {
    if (id === this.current) return;
    const release = await lock(id);
    if (release === null) {
      this.#follow(id);
      return;
    }
    try {
      const [row, recording] = await Promise.all([this.#vault?.get(id), this.recording(id)]);
      if (row === undefined) throw new Refusal('nothing');
      this.#load(recording);
      this.#look(keepingOf(row), release);
    } catch (error) {
      release();
      throw error;
    }
    this.#store.play(true);
  }

  /** The page's session may be another, or may have gone on. */
  #look(keeping?: Keeping, release?: () => void): void {
    if (this.#loading) return;
    const { session } = this.#store;
    if (session !== this.#session) {
      void this.#flush();
      const before = this.#writer;
      this.#writer = null;
      this.#leave();
      this.#session = session;
      // Who follows here goes where this tab goes, but must not be there first.
      this.#adopt(keeping ?? this.#known.get(session) ?? fresh(), release, () => {
        before?.tell({ type: 'moved', to: this.#keeping?.id ?? '' });
        before?.close();
      });
    }
    if (this.#follower !== null) return;
    const { entries, turns } = session.recording;
    if (this.#writer?.followed === true && (entries.length > this.#told.entries || turns > this.#told.turns)) this.#tell();
    if (this.#due()) this.#timer ??= setTimeout(() => void this.#flush(), FLUSH_MS);
  }

  /** The session on the page is kept under this from now on. `settled` is called when this tab has its lock. */
  #adopt(keeping: Keeping, release?: () => void, settled?: () => void): void {
    this.#writer?.close();
    this.#keeping = keeping;
    if (this.#session !== null) this.#known.set(this.#session, keeping);
    this.role = this.#vault === null ? 'alone' : 'writer';
    const { id } = keeping;
    let free = release;
    let gone = false;
    if (free === undefined) {
      void lock(id).then((got) => {
        // A follower has taken it over meanwhile: this is another session then.
        if (got === null && !gone) {
          this.#adopt(fresh(), undefined, settled);
          return;
        }
        if (gone) got?.();
        else free = got ?? undefined;
        settled?.();
      });
    }
    this.#writer = new Writer(
      id,
      () => {
        gone = true;
        free?.();
      },
      () => this.#whole(),
    );
    if (release !== undefined) settled?.();
    this.#changed();
  }

  #whole(): News {
    const { recording } = this.#store.session;
    this.#told = { entries: recording.entries.length, turns: recording.turns };
    return { type: 'whole', recording, since: this.#opened };
  }

  #tell(): void {
    const { session } = this.#store;
    const { entries, turns, at } = session.recording;
    this.#writer?.tell({ type: 'more', from: this.#told.entries, entries: entries.slice(this.#told.entries), end: { turns, at }, names: namesOf(session) });
    this.#told = { entries: entries.length, turns };
  }

  #leave(): void {
    this.#writer?.close();
    this.#writer = null;
    this.#follower?.close();
    this.#follower = null;
    this.writerSince = null;
  }

  #due(): boolean {
    const recording = this.#session?.recording;
    const keeping = this.#keeping;
    if (recording === undefined || this.#vault === null || keeping === null || this.#follower !== null || !this.#enabled || this.storage !== 'ok') return false;
    if (recording.entries.length < keeping.saved) return false;
    if (recording.entries.length === keeping.saved && recording.turns === keeping.at?.turns) return false;
    return keeping.saved > 0 || commandCount(recording) > 0;
  }

  /** Writes what is new. One after the other, so that batches follow each other. */
  #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [session, keeping, vault] = [this.#session, this.#keeping, this.#vault];
    if (session === null || keeping === null || vault === null || !this.#due()) return this.#flushing;
    const { seed, epoch, pace, entries, turns, at } = session.recording;
    const from = keeping.saved;
    const batch = structuredClone(entries.slice(from));
    keeping.bytes += JSON.stringify(batch).length;
    keeping.saved = entries.length;
    keeping.at = { turns, at };
    const row: Kept = {
      id: keeping.id, name: keeping.name, created: keeping.created, changed: Date.now(), commands: commandCount(session.recording), bytes: keeping.bytes,
      entries: entries.length, seed, epoch, pace: { ...pace }, turns, at, names: namesOf(session),
    };
    this.#flushing = this.#flushing.then(() => this.#append(vault, keeping, row, batch));
    return this.#flushing;
  }

  async #append(vault: Vault, keeping: Keeping, row: Kept, batch: readonly Recorded[]): Promise<void> {
    const from = row.entries - batch.length;
    try {
      if (!(await vault.append(row, from, batch))) Object.assign(keeping, { saved: 0, bytes: 0, at: null });
      if (from === 0) {
        await vault.prune();
        this.#changed();
      }
    } catch (error) {
      this.storage = error instanceof DOMException && error.name === 'QuotaExceededError' ? 'full' : 'none';
      this.#changed();
    }
  }

  #follow(id: string): void {
    void this.#flush();
    this.#writer?.tell({ type: 'moved', to: id });
    this.#leave();
    let loaded: Session | null = null;
    const load = (recording: Recording): void => {
      this.#load(admitted(recording));
      loaded = this.#store.session;
      this.#session = loaded;
      this.#taken = recording.entries.length;
      this.role = 'follower';
      this.#keeping = { ...fresh(), id };
      this.#store.beforeActing = () => this.#part();
      this.#changed();
    };
    const follower = new Follower(
      id,
      (news) => {
        if (follower !== this.#follower) return;
        try {
          if (news.type === 'moved') this.#follow(news.to);
          else if (news.type === 'whole') {
            this.writerSince = news.since;
            if (loaded === null || news.recording.entries.length !== this.#taken) load(news.recording);
          } else if (loaded !== null) {
            if (news.from > this.#taken) follower.hello();
            else {
              const entries = news.entries.slice(this.#taken - news.from);
              this.#store.follow(entries, news.end);
              this.#taken += entries.length;
              for (const [client, name] of news.names) if (loaded.clients.get(client)?.name !== name) loaded.rename(client, name);
            }
          }
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          this.#leave();
          this.#changed();
        }
      },
      (release) => void this.#take(id, release, follower, load),
    );
    this.#follower = follower;
    setTimeout(() => {
      if (follower === this.#follower && loaded === null) this.recording(id).then(load, () => undefined);
    }, HELLO_MS);
  }

  /** The writer is gone: this tab writes now. */
  async #take(id: string, release: () => void, follower: Follower, load: (recording: Recording) => void): Promise<void> {
    const row = await this.#vault?.get(id).catch(() => undefined);
    if (follower !== this.#follower) {
      release();
      return;
    }
    if (this.#session !== this.#store.session || this.role !== 'follower') await this.recording(id).then(load, () => undefined);
    // What the writer kept and did not say any more.
    const kept = row !== undefined && row.entries > this.#taken ? await this.recording(id).catch(() => null) : null;
    if (kept !== null) this.#store.follow(kept.entries.slice(this.#taken), kept);
    this.#leave();
    this.#store.beforeActing = null;
    this.#adopt(row === undefined ? { ...fresh(), id } : keepingOf(row), release);
    this.#store.play(true);
    this.dispatchEvent(new Event('taken'));
  }

  /** Somebody does something here: it is a session of its own from now on. */
  #part(): void {
    this.#leave();
    this.#adopt(fresh());
    // In the past, what is done there decides.
    if (this.#store.past === null) this.#store.play(true);
  }

  #load(recording: Recording): void {
    this.#loading = true;
    this.#store.load(recording);
    this.#loading = false;
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

function fresh(): Keeping {
  const id = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { id, created: Date.now(), name: '', saved: 0, bytes: 0, at: null };
}

function keepingOf({ id, created, name, entries, bytes, turns, at }: Kept): Keeping {
  return { id, created, name, saved: entries, bytes, at: { turns, at } };
}

function namesOf(session: Session): [number, string][] {
  return [...session.clients.values()].map(({ id, name }) => [id, name]);
}

function readSwitch(): boolean {
  try {
    return localStorage.getItem(SWITCH) !== 'no';
  } catch {
    return true;
  }
}
