// What the two elements share: attributes, when the engine starts, the fallback that is shown until then, and events.
//
// Until the engine runs, the element's own children are what one sees: a transcript, readable without JavaScript. The
// engine starts when the element becomes visible or is used, never before, so that a page with ten elements costs what
// is looked at.

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { typeSteps, until } from '../app/script.ts';
import type { Store } from '../app/store.ts';
import { CLIENTS_MAX } from '../model/session.ts';
import type { SceneId } from '../model/scenes.ts';
import { words } from '../model/words/embed.ts';
import { preferred, speak } from '../model/words/words.ts';
import { join, type Share } from './group.ts';
import { commandsOf, namesOf, transcriptOf, type Line } from './script.ts';

/** What `redloop-command` carries. */
export interface CommandDetail {
  client: string;
  /** As it was sent. */
  command: string;
  /** As redis-cli prints it. */
  reply: string;
  error: boolean;
}

/** Milliseconds between two lines that are typed. */
const GAP_MS = 40;

let observer: IntersectionObserver | undefined;

/** Starts elements when they are seen. One for all, since those of a group start in the order in which they stand on the page. */
function whenSeen(): IntersectionObserver {
  observer ??= new IntersectionObserver((entries) => {
    const seen = entries.filter(({ isIntersecting }) => isIntersecting).map(({ target }) => target as EmbedElement);
    seen.sort((one, other) => ((one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0 ? -1 : 1));
    for (const element of seen) void element.run();
  });
  return observer;
}

export abstract class EmbedElement extends LitElement {
  static override properties: Record<string, object> = {
    commands: {},
    scene: {},
    theme: {},
    height: {},
    group: {},
    clients: {},
    start: {},
    readonly: { type: Boolean },
    phase: { state: true },
  };

  /** Commands to run at the start, one a line; without it, those of the transcript between the tags. */
  declare commands: string | null;
  /** A prepared scene to play at the start, by its id. */
  declare scene: string | null;
  /** `light`, `dark`, or the reader's system. */
  declare theme: string | null;
  /** Height as CSS writes it. */
  declare height: string | null;
  /** Elements of one group share an engine. */
  declare group: string | null;
  /** Names of the clients. */
  declare clients: string | null;
  /** When the engine starts: `visible` (default), `interaction`, `load`. */
  declare start: string | null;
  declare readonly: boolean;
  protected declare phase: 'asleep' | 'starting' | 'running';
  protected store: Store | null = null;
  /** The clients of this element, by their numbers. */
  protected ids: number[] = [];
  #share: Share | null = null;
  #seen = new Map<number, number>();
  readonly #changed = (): void => {
    this.#tell();
    this.requestUpdate();
  };

  constructor() {
    super();
    this.commands = this.scene = this.theme = this.height = this.group = this.clients = this.start = null;
    this.readonly = false;
    this.phase = 'asleep';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const language = this.closest('[lang]')?.getAttribute('lang');
    if (language != null) speak(preferred([language]));
    if (this.start === 'load') void this.run();
    else if (this.start !== 'interaction') whenSeen().observe(this);
  }

  override disconnectedCallback(): void {
    whenSeen().unobserve(this);
    // Moved within the page it stays what it is; taken out, its engine ends.
    queueMicrotask(() => {
      if (!this.isConnected) this.#end();
    });
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('theme')) {
      if (this.theme === 'light' || this.theme === 'dark') this.dataset['theme'] = this.theme;
      else delete this.dataset['theme'];
    }
    if (changed.has('height')) {
      const known = this.height !== null && CSS.supports('height', this.height);
      if (known) this.style.setProperty('--redloop-height', this.height);
      else this.style.removeProperty('--redloop-height');
    }
  }

  /** Starts the engine and runs what the author gave, once. Resolves when that is done. */
  async run(): Promise<void> {
    if (this.phase !== 'asleep') return;
    this.phase = 'starting';
    whenSeen().unobserve(this);
    await this.prepare();
    const scene = await this.#scene();
    const share = join(this.group ?? '');
    this.#share = share;
    const { store } = share;
    this.store = store;
    store.addEventListener('change', this.#changed);
    const lines = this.#lines();
    const started = this.#started(share, lines, scene);
    // Of a group, those who came first type first.
    await share.inTurn(async () => {
      if ((await started) && this.scene === null) await this.#send(store, lines);
    });
    await until(store, () => this.#shown(store));
  }

  /** Types lines at a client of this element, and resolves when they are answered. */
  async enter(lines: string | readonly string[], client?: string): Promise<void> {
    await this.run();
    const { store } = this;
    if (store === null) return;
    await this.#type(store, (typeof lines === 'string' ? [lines] : lines).map((line) => ({ client: client ?? null, line })));
  }

  /** Begins again with an empty engine; a group begins again together. */
  async reset(): Promise<void> {
    this.#end();
    await this.run();
  }

  /** What has to be loaded before the element can be drawn. */
  protected async prepare(): Promise<void> {}

  /** The names of the clients of this element. */
  protected names(): string[] {
    return this.ids.flatMap((id) => this.store?.session.clients.get(id)?.name ?? []);
  }

  /** What is shown before the engine runs: the author's own words. */
  protected fallback(): TemplateResult {
    const button = this.phase === 'asleep'
      ? html`<button class="btn small start" part="button" title=${words().startAbout} @click=${() => this.#begin()}>▸ ${words().start}</button>`
      : html`<span class="loading" role="status">${words().loading}</span>`;
    return html`<div class="fallback"><slot></slot>${button}</div>`;
  }

  /** The banner of an engine that has crashed. */
  protected crashed(): TemplateResult | typeof nothing {
    const crash = this.store?.crash ?? null;
    if (crash === null) return nothing;
    return html`<div class="crash" role="alert"><b>${words().stopped}</b> <code>${crash.message}</code>
      <button class="btn small" @click=${() => void this.reset()}>${words().restart}</button></div>`;
  }

  async #begin(): Promise<void> {
    await this.run();
    await this.updateComplete;
    this.focus();
  }

  #lines(): Line[] {
    return this.commands === null ? transcriptOf(this.textContent ?? '') : commandsOf(this.commands);
  }

  /** Whether it is there; something may have come between. */
  async #started(share: Share, lines: readonly Line[], scene: SceneId | null): Promise<boolean> {
    await this.#open(share, lines, scene);
    if (this.#share !== share || share.store.crash !== null) return false;
    this.phase = 'running';
    await this.updateComplete;
    this.#fire('redloop-ready', { clients: this.names() });
    return true;
  }

  /** Opens the clients, in the group's engine where there is one already. */
  async #open({ store, first }: Share, lines: readonly Line[], scene: SceneId | null): Promise<void> {
    const wanted = namesOf(this.clients ?? '');
    const typed = lines.flatMap(({ client }) => client ?? []);
    const names = [...new Set(wanted.length > 0 ? [...wanted, ...typed] : typed)].slice(0, CLIENTS_MAX);
    if (first) {
      store.start([]);
      // What is embedded is to be used, not to be watched in slow motion, unless it is the visualizer.
      store.setSpeed(this.speed);
    }
    // A group that began with prompts alone has kept nothing to watch: its session is played again.
    else if (this.watches && store.session.watched === null) {
      await until(store, () => store.ready || store.crash !== null);
      store.load(store.recording());
      store.play(true);
      await until(store, () => store.ready || store.crash !== null);
    }
    if (scene !== null) {
      void (await import('../app/scenes.ts')).perform(store, scene);
      this.ids = [];
    } else if (names.length === 0) this.ids = [store.open()];
    else this.ids = names.map((name) => store.session.named(name)?.id ?? store.open(name));
    await until(store, () => store.ready || store.crash !== null);
  }

  async #scene(): Promise<SceneId | null> {
    if (this.scene === null) return null;
    const { isScene, SCENES } = await import('../model/scenes.ts');
    if (isScene(this.scene)) return this.scene;
    console.warn(`<${this.localName}>: ${words().noScene(this.scene)} ${SCENES.map(({ id }) => id).join(', ')}`);
    return null;
  }

  /** Whether the element shows more than logs. */
  protected abstract readonly watches: boolean;
  /** Position of the speed slider. */
  protected abstract readonly speed: number;

  async #type(store: Store, lines: readonly Line[]): Promise<void> {
    await (this.#share as Share).inTurn(() => this.#send(store, lines));
    await until(store, () => this.#shown(store));
  }

  async #send(store: Store, lines: readonly Line[]): Promise<void> {
    const own = store.session.clients.get(this.ids[0] ?? -1)?.name;
    if (own === undefined || lines.length === 0) return;
    const ids = new Map([...store.session.clients.values()].map((client) => [client.name, client.id]));
    const steps = lines.map(({ client, line }) => ({ kind: 'send' as const, client: client !== null && ids.has(client) ? client : own, line, answered: false }));
    await typeSteps(store, steps, ids, GAP_MS);
  }

  /** Whether all that is going to be answered now is: nobody waits, or only for others. */
  #shown(store: Store): boolean {
    return this.ids.every((id) => {
      const client = store.session.clients.get(id);
      return client === undefined || client.repl.pending.length === 0 || store.session.viewOf(id)?.blocked != null;
    });
  }

  /** Events for what was answered since the last time. */
  #tell(): void {
    const { session } = this.store as Store;
    for (const client of session.clients.values()) {
      const seen = this.#seen.get(client.id) ?? 0;
      const entries = client.repl.entries.filter((entry) => entry.id > seen);
      const last = entries.at(-1);
      if (last === undefined) continue;
      this.#seen.set(client.id, last.id);
      // A scene brings its own clients; otherwise those of others are theirs to tell.
      if (!this.ids.includes(client.id) && (this.ids.length > 0 || this.scene === null)) continue;
      for (const entry of entries) {
        if (entry.kind !== 'reply' || entry.wire === null) continue;
        const detail: CommandDetail = { client: client.name, command: entry.wire.argv.join(' '), reply: entry.text, error: entry.tone === 'error' };
        this.#fire('redloop-command', detail);
      }
    }
  }

  #fire(name: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  #end(): void {
    this.store?.removeEventListener('change', this.#changed);
    this.#share?.leave();
    this.#share = null;
    this.store = null;
    this.ids = [];
    this.#seen.clear();
    this.phase = 'asleep';
  }
}
