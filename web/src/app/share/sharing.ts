// What the page does with sessions from elsewhere and from before: opens links and files, offers the last session, and
// says what it did in one banner at a time.
//
// Loaded once the page stands, or at once when it was opened with a link. Nothing that is opened runs by itself beyond
// what its recording holds: it stands still at its instant until somebody says otherwise.

import { bytes as sized, SPEEDS } from '../../model/units.ts';
import { unpack } from '../../model/bytes.ts';
import { happened, type Position } from '../../model/recording.ts';
import { commandCount, Refusal, type Reason } from '../../model/share/admit.ts';
import type { Shared } from '../../model/share/binary.ts';
import { FILE_MAX, fromFile, type Imported } from '../../model/share/files.ts';
import { typeSteps, until, type Typing } from '../script.ts';
import type { Store } from '../store.ts';
import { isLink } from './begin.ts';
import { Keeper } from './keeper.ts';
import type { Kept } from './vault.ts';

/** What the banner says. */
export type Banner =
  | { kind: 'refused'; what: 'link' | 'file' | 'session'; name: string; reason: Reason; detail: string }
  | { kind: 'opened'; shared: Shared; size: string }
  | { kind: 'imported'; name: string }
  | { kind: 'offer'; kept: Kept; elsewhere: boolean }
  | { kind: 'following' | 'taken' | 'noStorage' | 'fullStorage' };

/** The clients of an empty page. */
export const START_NAMES = ['alice', 'bob'];
/** Pause between two commands of a session that is watched. */
const WATCH_MS = 900;
/** Pauses between lines of a script that is typed: of a short one, to be read. */
const READ_GAP_MS = 250;
const READ_STEPS_MAX = 60;
/** Imported requests that are sent in one write. */
const PIPELINE = 1000;

/** Dispatches `change`. */
export class Sharing extends EventTarget {
  readonly keeper: Keeper;
  banner: Banner | null = null;
  readonly #store: Store;
  /** The opened link's session has not been changed, so the address still says what is on the page. */
  #pristine: { session: Store['session']; entries: number } | null = null;
  #watching: ReturnType<typeof setTimeout> | undefined;
  /** That there is no storage is said once. */
  #saidStorage = false;

  constructor(store: Store) {
    super();
    this.#store = store;
    this.keeper = new Keeper(store);
    this.keeper.addEventListener('change', () => this.#kept());
    this.keeper.addEventListener('taken', () => this.#say({ kind: 'taken' }));
    store.addEventListener('change', () => this.#address());
    window.addEventListener('hashchange', () => {
      if (isLink(location.hash)) void this.openLink(location.hash);
    });
  }

  /** Begins to keep; offers the last session unless something was opened. */
  async start(): Promise<void> {
    await this.keeper.start();
    if (this.banner !== null || this.keeper.storage !== 'ok' || commandCount(this.#store.recording()) > 0) return;
    const [last] = await this.keeper.list();
    if (last === undefined || last.id === this.keeper.current) return;
    const elsewhere = await this.keeper.elsewhere(last.id);
    if (this.banner === null) this.#say({ kind: 'offer', kept: last, elsewhere });
  }

  dismiss(): void {
    this.#say(null);
  }

  /** Opens a link's session, paused at its instant. A bad link leaves the page as it is, or begins an empty one. */
  async openLink(fragment: string): Promise<void> {
    try {
      const { fromLink } = await import('./link.ts');
      const shared = await fromLink(fragment);
      await this.#open(shared, sized(fragment.length));
      this.#pristine = { session: this.#store.session, entries: shared.recording.entries.length };
    } catch (error) {
      this.#refused('link', '', error);
    }
  }

  /** Opens a file that was chosen or dropped. */
  async openFile(file: File): Promise<void> {
    const name = file.name.slice(0, 80);
    try {
      if (file.size > FILE_MAX) throw new Refusal('tooLong', String(FILE_MAX));
      const imported = fromFile(unpack(new Uint8Array(await file.arrayBuffer())));
      if (imported.kind === 'recording') await this.#open(imported.shared, sized(file.size));
      else {
        this.#say({ kind: 'imported', name: harmless(name) });
        if (imported.kind === 'script') await this.#type(imported);
        else this.#send(imported.lines);
      }
    } catch (error) {
      this.#refused('file', name, error);
    }
  }

  /** Opens a kept session. */
  async openKept(id: string): Promise<void> {
    try {
      this.#say(null);
      await this.keeper.open(id);
      await this.#survived();
    } catch (error) {
      this.#refused('session', '', error);
    }
  }

  /** Shows the rest of the recording command by command; from the beginning when there is no rest. */
  watch(): void {
    const { session } = this.#store;
    const from = this.#store.past ?? session.instant(0);
    this.#store.travel(from);
    this.#watchOn(session, from);
  }

  /** Plays on from the instant that is looked at, or from the end. */
  async goOn(): Promise<void> {
    this.#stopWatching();
    if (this.#store.past !== null) await this.#store.branch();
    this.#store.play(true);
    this.#say(null);
  }

  /** How many commands had been typed by then. */
  commandsAt(position: Position): number {
    return commandCount({ entries: this.#store.recording().entries.filter((entry) => happened(entry, position)) });
  }

  async #open({ recording, position }: Shared, size: string): Promise<void> {
    this.#stopWatching();
    this.#store.load(recording);
    const { session } = this.#store;
    this.#say({ kind: 'opened', shared: { recording, position }, size });
    await this.#survived();
    if (this.#store.session !== session) return;
    if (position.turns < recording.turns || position.at < recording.at) this.#store.travel(position);
  }

  /** Waits for the engine to have played what was opened. Throws {@link Refusal} when it could not. */
  async #survived(): Promise<void> {
    const store = this.#store;
    const { session } = store;
    await until(store, () => store.ready || store.crash !== null || store.session !== session);
    if (store.session !== session || store.crash === null) return;
    const { message } = store.crash;
    store.start(START_NAMES);
    throw new Refusal('crashed', message.split('\n', 1)[0]?.slice(0, 120));
  }

  /** Types a script into a fresh session: short ones so that they can be read, long ones as fast as they go. */
  async #type({ script, names }: Extract<Imported, { kind: 'script' }>): Promise<void> {
    const store = this.#store;
    store.start(names);
    const { session } = store;
    const total = script.steps.filter(({ kind }) => kind === 'send').length;
    if (total > READ_STEPS_MAX) store.setSpeed(SPEEDS.length - 1);
    await until(store, () => store.ready || store.session !== session);
    if (store.session !== session) return;
    const ids = new Map([...session.clients.values()].map((client) => [client.name, client.id]));
    const typing: Typing = { client: ids.get(names[0] ?? '') ?? 1, at: 0, total, stopped: false };
    store.typing = typing;
    await typeSteps(store, script.steps, ids, total > READ_STEPS_MAX ? 0 : READ_GAP_MS, typing);
    if (store.typing === typing) store.stopTyping();
  }

  #send(lines: readonly string[]): void {
    const store = this.#store;
    store.start(['loader']);
    store.setSpeed(SPEEDS.length - 1);
    const [id] = [...store.session.clients.keys()];
    for (let at = 0; at < lines.length; at += PIPELINE) store.enterAll(id as number, lines.slice(at, at + PIPELINE));
  }

  #watchOn(session: Store['session'], here: Position): void {
    this.#stopWatching();
    this.#watching = setTimeout(() => {
      const { past } = this.#store;
      // Somebody has taken the slider, or another session.
      if (this.#store.session !== session || past?.turns !== here.turns) return;
      const next = session.stepOn(past, 'command');
      this.#store.travel(next);
      if (next === null) {
        this.#say(this.banner);
        return;
      }
      const arrived = (): boolean => this.#store.past?.turns === next.turns;
      void until(this.#store, () => arrived() || this.#store.past === null || this.#store.session !== session).then(() => {
        if (arrived()) this.#watchOn(session, next);
      });
    }, WATCH_MS);
  }

  #stopWatching(): void {
    clearTimeout(this.#watching);
  }

  #refused(what: 'link' | 'file' | 'session', name: string, error: unknown): void {
    if (!(error instanceof Refusal)) throw error;
    const { clients } = this.#store.session;
    if (clients.size === 0) this.#store.start(START_NAMES);
    this.#say({ kind: 'refused', what, name: harmless(name), reason: error.reason, detail: harmless(error.detail) });
  }

  /** The keeper has something to say. */
  #kept(): void {
    const { role, storage } = this.keeper;
    if (role === 'follower') this.#say({ kind: 'following' });
    else if (this.banner?.kind === 'following') this.#say(null);
    else if (this.banner === null && storage === 'none' && !this.#saidStorage) this.#say({ kind: 'noStorage' });
    else if (this.banner === null && storage === 'full' && !this.#saidStorage) this.#say({ kind: 'fullStorage' });
    else this.dispatchEvent(new Event('change'));
    if (storage === 'none' || storage === 'full') this.#saidStorage = true;
    if (storage === 'ok') this.#saidStorage = false;
  }

  /** The offer is over once somebody begins to work; a link is over once its session is no longer what it says. */
  #address(): void {
    const { session } = this.#store;
    if (this.banner?.kind === 'offer' && commandCount(session.recording) > 0) this.#say(null);
    const pristine = this.#pristine;
    if (pristine === null || (pristine.session === session && session.recording.entries.length <= pristine.entries)) return;
    this.#pristine = null;
    if (this.banner?.kind === 'opened') this.#say(null);
    if (isLink(location.hash)) history.replaceState(null, '', `${location.pathname}${location.search}`);
  }

  #say(banner: Banner | null): void {
    this.banner = banner;
    this.dispatchEvent(new Event('change'));
  }
}

/** Text from elsewhere in a sentence of the page: nothing invisible, nothing that turns the sentence around. */
function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '\ufffd');
}
