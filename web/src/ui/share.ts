// The dialog behind "Share": a link to the session or to an instant of it, files in and out, and the kept sessions.

import { css, html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { NAME_MAX } from '../app/share/keeper.ts';
import { toLink } from '../app/share/link.ts';
import type { Sharing } from '../app/share/sharing.ts';
import type { Kept } from '../app/share/vault.ts';
import { pack } from '../model/bytes.ts';
import type { Recording } from '../model/recording.ts';
import { commandCount, Refusal } from '../model/share/admit.ts';
import { toFile } from '../model/share/files.ts';
import { bytes } from '../model/units.ts';
import { words } from '../model/words/share.ts';
import { shared, StoreElement } from './base.ts';
import * as icons from './icons.ts';
import { namesOf, when } from './sharing.ts';

/** Links that are longer are not carried everywhere. */
const LONG = 8000;
const COPIED_MS = 2500;

export class ShareElement extends StoreElement {
  static override properties = {
    ...StoreElement.properties,
    sharing: { attribute: false },
    link: { state: true }, atEnd: { state: true }, copied: { state: true }, kept: { state: true }, doomed: { state: true }, problem: { state: true },
  };

  static override styles = [
    shared,
    css`
      dialog {
        width: min(640px, calc(100vw - 24px)); max-height: calc(100dvh - 32px); padding: 0; border: 1px solid var(--line); border-radius: 14px;
        color: var(--text); background: var(--panel); box-shadow: 0 24px 80px #0007; overflow: auto;
      }
      dialog::backdrop { background: #0006; }
      .top { display: flex; align-items: center; justify-content: space-between; gap: 12px; padding: 16px 22px 12px; position: sticky; top: 0; z-index: 1; background: var(--panel); }
      #title { font-size: 17px; text-transform: none; letter-spacing: 0; color: var(--text); }
      section { padding: 14px 22px 18px; border-top: 1px solid var(--line-soft); }
      h3 { margin: 0 0 3px; font-size: 14px; font-weight: 650; }
      p { margin: 0; font-size: 13px; color: var(--muted); text-wrap: pretty; }
      fieldset { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 10px 0 0; padding: 0; border: 0; font-size: 13px; }
      legend { float: left; padding: 3px 0; margin-right: 14px; color: var(--muted); }
      label.choice { display: inline-flex; align-items: center; gap: 7px; min-height: 26px; }
      input[type='radio'], input[type='checkbox'] { width: 16px; height: 16px; margin: 0; accent-color: var(--accent); }
      .link { display: flex; gap: 8px; margin: 12px 0 7px; }
      .link input {
        flex: 1; min-width: 0; height: 32px; padding: 0 10px; font: 12.5px var(--mono); color: var(--text); background: var(--bg);
        border: 1px solid var(--line); border-radius: 8px; text-overflow: ellipsis;
      }
      .link .btn { min-width: 112px; }
      .warn { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-top: 10px; padding: 8px 12px; border-radius: 8px; background: var(--accent-soft); color: var(--text); }
      .warn svg { flex: none; color: var(--accent); }
      .warn span { flex: 1 1 200px; }
      .files { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px; margin: 12px 0; }
      .files button { display: flex; flex-direction: column; text-align: left; padding: 10px 12px; border: 1px solid var(--line); border-radius: 10px; transition: background var(--quick), border-color var(--quick); }
      .files button:hover:not(:disabled) { background: var(--raised); border-color: var(--faint); }
      .files button:disabled { opacity: 0.5; cursor: default; }
      .files b { display: flex; align-items: center; gap: 7px; font-size: 13px; font-weight: 600; }
      .files b svg { color: var(--faint); }
      .files small { display: block; margin-top: 3px; font-size: 12px; line-height: 1.4; color: var(--muted); }
      .open { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; }
      .open p { flex: 1 1 220px; }
      .keep { margin-top: 8px; font-size: 13px; }
      ul { list-style: none; margin: 10px 0 0; padding: 0; border: 1px solid var(--line-soft); border-radius: 10px; max-height: 300px; overflow: auto; }
      ul:empty { display: none; }
      li { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; gap: 2px 10px; padding: 7px 8px 7px 12px; }
      li + li { border-top: 1px solid var(--line-soft); }
      li.here { box-shadow: inset 3px 0 var(--accent); }
      li input { width: 100%; height: 26px; padding: 0 6px; margin-left: -7px; font: inherit; font-size: 13px; font-weight: 600; color: var(--text); background: none; border: 1px solid transparent; border-radius: 6px; text-overflow: ellipsis; }
      li input:hover { border-color: var(--line); }
      li input::placeholder { color: var(--text); opacity: 1; font-weight: 500; }
      li small { grid-column: 1; font-size: 12px; color: var(--muted); font-variant-numeric: tabular-nums; }
      .tools { grid-column: 2; grid-row: 1 / span 2; display: flex; gap: 5px; }
      .sure { color: var(--accent); border-color: var(--accent); }
      @media (max-width: 560px) {
        .top, section { padding-left: 16px; padding-right: 16px; }
        .files { grid-template-columns: 1fr; }
        .link { flex-wrap: wrap; }
        .link input { flex-basis: 100%; }
        .link .btn { flex: 1; height: 36px; }
        li { grid-template-columns: 1fr; }
        .tools { grid-column: 1; grid-row: auto; padding: 3px 0; }
      }
      @media (pointer: coarse) { .tools .btn { height: 32px; } .tools .btn.icon { width: 32px; } }
    `,
  ];

  declare sharing: Sharing;
  /** The whole address, or empty while it is being made. */
  declare link: string;
  declare atEnd: boolean;
  declare copied: 'yes' | 'failed' | '';
  declare kept: readonly Kept[];
  /** The session whose deletion waits for a second click. */
  declare doomed: string;
  declare problem: string;
  readonly #keeperChanged = (): void => void this.#list();

  constructor() {
    super();
    this.link = '';
    this.atEnd = false;
    this.copied = '';
    this.kept = [];
    this.doomed = '';
    this.problem = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.sharing.keeper.addEventListener('change', this.#keeperChanged);
  }

  override disconnectedCallback(): void {
    this.sharing.keeper.removeEventListener('change', this.#keeperChanged);
    super.disconnectedCallback();
  }

  /** Opens the dialog. */
  async show(): Promise<void> {
    this.copied = '';
    this.doomed = '';
    this.problem = '';
    this.atEnd = false;
    void this.#list();
    await this.#make();
    await this.updateComplete;
    const dialog = this.renderRoot.querySelector('dialog');
    if (dialog?.open === false) dialog.showModal();
  }

  protected override render(): TemplateResult {
    return html`<dialog aria-labelledby="title">
      <div class="top"><h2 id="title">${words().title}</h2><form method="dialog"><button class="btn small">${words().close}</button></form></div>
      ${this.#linkPart()} ${this.#filesPart()} ${this.#sessionsPart()}
    </dialog>`;
  }

  #linkPart(): TemplateResult {
    const { store, sharing, link } = this;
    const total = commandCount(store.recording());
    const { past } = store;
    return html`<section aria-labelledby="link">
      <h3 id="link">${words().link}</h3>
      <p>${words().linkAbout}</p>
      ${past === null ? nothing : html`<fieldset @change=${this.#instant}>
        <legend>${words().opensAt}</legend>
        <label class="choice"><input type="radio" name="at" value="instant" .checked=${live(!this.atEnd)} />${words().atInstant(sharing.commandsAt(past), total)}</label>
        <label class="choice"><input type="radio" name="at" value="end" .checked=${live(this.atEnd)} />${words().atEnd}</label>
      </fieldset>`}
      ${total === 0
        ? html`<p class="keep">${words().nothingYet}</p>`
        : html`<div class="link">
            <input readonly aria-label=${words().linkLabel} .value=${link} @focus=${(event: FocusEvent) => (event.target as HTMLInputElement).select()} />
            <button class="btn primary" @click=${this.#copy}>${icons.copy} ${this.copied === 'yes' ? words().copied : words().copy}</button>
          </div>
          <p>${words().length(link.length, total)}</p>
          <span class="sr" role="status">${this.copied === 'yes' ? words().copied : ''}</span>
          ${this.copied === 'failed' ? html`<div class="warn" role="status">${icons.warn}<span>${words().copyFailed}</span></div>` : nothing}
          ${link.length <= LONG ? nothing : html`<div class="warn" role="status">${icons.warn}<span>${words().longLink}</span><button class="btn small" @click=${this.#saveRecording}>${words().saveInstead}</button></div>`}`}
    </section>`;
  }

  #filesPart(): TemplateResult {
    const none = commandCount(this.store.recording()) === 0;
    const file = (name: string, about: string, save: () => void): TemplateResult =>
      html`<button ?disabled=${none} @click=${save}><b>${icons.save} ${name}</b><small>${about}</small></button>`;
    return html`<section aria-labelledby="files">
      <h3 id="files">${words().files}</h3>
      <div class="files">
        ${file(words().transcript, words().transcriptAbout, this.#saveTranscript)} ${file(words().recording, words().recordingAbout, this.#saveRecording)}
        ${file(words().requests, words().requestsAbout, this.#saveRequests)}
      </div>
      ${this.problem === '' ? nothing : html`<div class="warn" role="status">${icons.warn}<span>${this.problem}</span></div>`}
      <div class="open">
        <button class="btn" @click=${() => this.renderRoot.querySelector<HTMLInputElement>('#file')?.click()}>${words().open}</button>
        <p>${words().filesAbout}</p>
        <input id="file" type="file" hidden accept=".redis,.json,.resp,.txt,.aof" @change=${this.#chosen} />
      </div>
    </section>`;
  }

  #sessionsPart(): TemplateResult {
    const { keeper } = this.sharing;
    return html`<section aria-labelledby="sessions">
      <h3 id="sessions">${words().sessions}</h3>
      ${keeper.storage === 'none'
        ? html`<p>${words().noStorage}</p>`
        : html`<p>${words().sessionsAbout}</p>
          <label class="choice keep"><input type="checkbox" .checked=${live(keeper.enabled)} @change=${(event: Event) => (keeper.enabled = (event.target as HTMLInputElement).checked)} />${words().keep}</label>
          ${keeper.storage === 'full' ? html`<div class="warn" role="status">${icons.warn}<span>${words().fullStorage}</span></div>` : nothing}
          ${this.kept.length === 0 ? html`<p class="keep">${words().noSessions}</p>` : nothing}
          <ul>${this.kept.map((each) => this.#session(each, each.id === keeper.current))}</ul>`}
    </section>`;
  }

  #session(kept: Kept, here: boolean): TemplateResult {
    const unnamed = words().unnamed(namesOf(kept.names.map(([, name]) => name)));
    const called = kept.name === '' ? unnamed : kept.name;
    const doomed = this.doomed === kept.id;
    return html`<li class=${here ? 'here' : ''}>
      <input aria-label=${words().renameNamed(called)} .value=${live(kept.name)} placeholder=${unnamed} maxlength=${NAME_MAX}
        @change=${(event: Event) => this.sharing.keeper.rename(kept.id, (event.target as HTMLInputElement).value)} />
      <small>${when(kept.changed)} · ${words().commands(kept.commands)} · ${bytes(kept.bytes)}${here ? ` · ${words().here}` : ''}</small>
      <div class="tools">
        ${here ? nothing : html`<button class="btn small" aria-label=${words().openNamed(called)} @click=${() => this.#open(kept.id)}>${words().openIt}</button>`}
        <button class="btn small icon" aria-label=${words().exportNamed(called)} title=${words().exportNamed(called)} @click=${() => this.#export(kept.id)}>${icons.save}</button>
        <button class="btn small ${doomed ? 'sure' : 'icon'}" aria-label=${words().removeNamed(called)} title=${words().removeNamed(called)} @click=${() => this.#remove(kept.id)}>
          ${doomed ? words().really : icons.cross}
        </button>
      </div>
    </li>`;
  }

  async #make(): Promise<void> {
    const recording = this.store.recording();
    const position = this.atEnd || this.store.past === null ? { turns: recording.turns, at: recording.at } : this.store.past;
    const fragment = await toLink({ recording, position });
    this.link = `${location.origin}${location.pathname}${location.search}${fragment}`;
  }

  async #list(): Promise<void> {
    this.kept = await this.sharing.keeper.list().catch(() => []);
  }

  readonly #instant = (event: Event): void => {
    this.atEnd = (event.target as HTMLInputElement).value === 'end';
    this.copied = '';
    void this.#make();
  };

  readonly #copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(this.link);
      this.copied = 'yes';
      setTimeout(() => (this.copied = ''), COPIED_MS);
    } catch {
      this.copied = 'failed';
      this.renderRoot.querySelector<HTMLInputElement>('.link input')?.focus();
    }
  };

  readonly #saveTranscript = (): void => save('session.redis', this.store.session.scribe.recorder.toString());

  readonly #saveRecording = (): void => {
    const recording = this.store.recording();
    saveRecording(recording, this.atEnd || this.store.past === null ? recording : this.store.past);
  };

  readonly #saveRequests = async (): Promise<void> => {
    const requests = await this.store.writes();
    this.problem = requests === null ? words().tooManyWrites : requests === '' ? words().noWrites : '';
    if (requests !== null && requests !== '') save('session.resp', pack(requests));
  };

  readonly #chosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = '';
    if (file === undefined) return;
    this.renderRoot.querySelector('dialog')?.close();
    void this.sharing.openFile(file);
  };

  #open(id: string): void {
    this.renderRoot.querySelector('dialog')?.close();
    void this.sharing.openKept(id);
  }

  async #export(id: string): Promise<void> {
    try {
      const recording = await this.sharing.keeper.recording(id);
      saveRecording(recording, recording);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.problem = `${words().refusedSession} ${words().refused[error.reason](error.detail)}`;
    }
  }

  async #remove(id: string): Promise<void> {
    if (this.doomed !== id) {
      this.doomed = id;
      return;
    }
    this.doomed = '';
    await this.sharing.keeper.remove(id);
  }
}

function saveRecording(recording: Recording, { turns, at }: { turns: number; at: number }): void {
  save('session.redloop.json', toFile({ recording, position: { turns, at } }));
}

function save(name: string, content: BlobPart): void {
  const url = URL.createObjectURL(new Blob([content], { type: 'application/octet-stream' }));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

customElements.define('rl-share', ShareElement);

declare global {
  interface HTMLElementTagNameMap {
    'rl-share': ShareElement;
  }
}
