// The loop itself: its five phases with the token that goes round, the ready queue, the one executor, the parked
// clients, the timers and the replies that leave. Every box is a field of the engine's view.

import { css, html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { join } from '../model/args.ts';
import { text } from '../model/bytes.ts';
import type { ClientView, TaskView } from '../model/engine.ts';
import { find } from '../model/commands.ts';
import { count, duration } from '../model/units.ts';
import { words } from '../model/words/loop.ts';
import { colours, shared, StoreElement, vars } from './base.ts';
import { mark } from './mark.ts';

const PHASES = ['poll', 'read', 'execute', 'timers', 'reply'] as const;
type Phase = (typeof PHASES)[number];

/** Cards shown before the rest is only counted. */
const CARDS_MAX = 5;

/** Where there is little room side by side, the queue is below the executor. */
const stacked = css`
  .work { grid-template-columns: minmax(0, 1fr); }
  .work .arrow { display: none; }
  .cpu { order: -1; }
  .queue { height: 62px; flex-direction: row; }
  .shelf { grid-template-columns: 1fr 1fr; }
  .shelf .bin:first-child { grid-column: 1 / -1; }
`;

export class LoopElement extends StoreElement {
  static override styles = [
    shared,
    colours,
    css`
      :host { display: block; padding: 14px 20px 6px; container: loop / inline-size; }
      .head { display: flex; justify-content: space-between; align-items: baseline; margin-bottom: 12px; }
      .turn { font-size: 12px; color: var(--muted); font-variant-numeric: tabular-nums; }

      .track { position: relative; display: grid; grid-template-columns: repeat(5, 1fr); height: 74px; margin: 0; padding: 0; list-style: none; overflow-x: clip; }
      .track::before, .track::after { content: ''; position: absolute; pointer-events: none; }
      .track::before { left: 10%; right: 10%; top: 29px; height: 2px; background: var(--line); }
      .track::after {
        left: calc(10% - 22px); right: calc(10% - 22px); top: 29px; height: 34px;
        border: 2px dashed var(--line); border-radius: 17px; clip-path: inset(2px 0 0 0);
      }
      .track li { text-align: center; font-size: 12.5px; line-height: 18px; }
      .track li::before {
        content: ''; position: absolute; z-index: 1; top: 24px; width: 12px; height: 12px; margin-left: -6px; left: var(--at);
        border-radius: 50%; background: var(--bg); border: 2px solid var(--faint); transition: border-color var(--calm);
      }
      .track li:nth-child(1) { --at: 10%; }
      .track li:nth-child(2) { --at: 30%; }
      .track li:nth-child(3) { --at: 50%; }
      .track li:nth-child(4) { --at: 70%; }
      .track li:nth-child(5) { --at: 90%; }
      .track b { font-weight: 550; color: var(--muted); transition: color var(--quick); }
      .track li[aria-current] b { color: var(--accent); font-weight: 650; }
      .track li[aria-current]::before { border-color: var(--accent); }
      .track .caption {
        position: absolute; z-index: 1; left: 50%; top: 52px; transform: translateX(-50%); padding: 0 12px; background: var(--bg);
        font-size: 12px; line-height: 20px; color: var(--muted); white-space: nowrap;
      }
      .track .caption::before, .track .token::after { content: none; }
      .track .token { position: absolute; z-index: 2; inset: 0; pointer-events: none; transform: translateX(calc(10% + var(--phase) * 20%)); transition: transform var(--calm); }
      .track .token::before {
        top: 20px; left: 0; width: 20px; height: 20px; margin-left: -10px; border: 0; background: var(--accent);
        box-shadow: 0 0 0 5px color-mix(in srgb, var(--accent) 20%, transparent); transition: scale var(--calm), opacity var(--calm);
      }
      .track .token.poll::before { scale: 0.3; opacity: 0; }

      .work { display: grid; grid-template-columns: minmax(0, 1fr) 18px minmax(250px, 44%); align-items: stretch; gap: 8px; margin-top: 14px; }
      .arrow { align-self: center; color: var(--faint); text-align: center; }
      .queue { display: flex; flex-direction: row-reverse; align-items: stretch; gap: 8px; min-width: 0; margin: 0; padding: 0; list-style: none; overflow: hidden; }
      .queue.empty { border: 1.5px dashed var(--line); border-radius: 10px; }
      .queue .none { margin: auto; padding: 0 12px; font-size: 12.5px; color: var(--faint); text-align: center; }
      .card {
        flex: 0 1 auto; min-width: 64px; max-width: 170px; padding: 9px 11px; border-radius: 9px; background: var(--panel);
        border: 1px solid color-mix(in srgb, var(--k, var(--faint)) 55%, transparent); border-bottom: 3px solid var(--k, var(--faint));
        box-shadow: var(--shadow); font: 12.5px/1.4 var(--mono); overflow: hidden; animation: arrive var(--calm) both;
      }
      .card span, .card small { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      .card small { font: 11px/1.5 var(--sans); color: var(--muted); }
      .card.loop { border-style: dashed; border-bottom-width: 1px; color: var(--muted); }
      .more { align-self: center; flex: none; font-size: 12px; color: var(--muted); }
      @keyframes arrive { from { opacity: 0; transform: translateX(-14px); } }

      .cpu {
        position: relative; height: 98px; padding: 12px 14px; border-radius: 12px; border: 2px solid var(--line);
        background: var(--panel); font: 13.5px/1.4 var(--mono); overflow: hidden;
        transition: border-color var(--calm), background var(--calm);
      }
      .cpu.on { border-color: var(--accent); background: var(--accent-soft); }
      .cpu .what { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 600; }
      .cpu .who { color: var(--k); }
      .cpu small { display: block; font: 12px/1.5 var(--sans); color: var(--muted); font-variant-numeric: tabular-nums; }
      .cpu.rest { display: flex; flex-direction: column; justify-content: center; }
      .cpu.rest .what { color: var(--faint); font-weight: 400; font-family: var(--sans); }
      .bar { position: absolute; left: 14px; right: 14px; bottom: 13px; height: 5px; border-radius: 3px; background: color-mix(in srgb, var(--accent) 18%, transparent); overflow: hidden; }
      .bar i { display: block; height: 100%; width: 100%; background: var(--accent); transform-origin: left; transform: scaleX(var(--part)); }

      .shelf { display: grid; grid-template-columns: minmax(0, 1.5fr) minmax(0, 1fr) minmax(0, 1fr); gap: 8px; margin-top: 10px; }
      .bin { height: 66px; overflow: hidden; padding: 8px 11px; border-radius: 10px; border: 1px solid var(--line); min-width: 0; }
      .bin h3 { display: flex; justify-content: space-between; margin: 0 0 5px; font-size: 11.5px; font-weight: 600; color: var(--muted); }
      .bin ul { display: flex; flex-wrap: wrap; gap: 5px; margin: 0; padding: 0; list-style: none; max-height: 24px; overflow: hidden; }
      .chip {
        position: relative; padding: 2px 8px; border-radius: 6px; font-size: 12px; max-width: 100%; overflow: hidden; text-overflow: ellipsis;
        white-space: nowrap; color: var(--k, var(--muted)); background: color-mix(in srgb, var(--k, var(--faint)) 9%, transparent);
        font-variant-numeric: tabular-nums; animation: pop var(--calm) both;
      }
      .chip.leaving { animation: leave 900ms both; }
      @keyframes pop { from { opacity: 0; transform: scale(0.92); } }
      @keyframes leave { from { opacity: 0; transform: translateX(-16px); } 25%, 70% { opacity: 1; transform: none; } to { opacity: 1; } }
      .bin p { margin: 0; font-size: 12px; color: var(--faint); }
      .card .mark, .chip .mark, .who .mark { color: var(--k); margin-right: 5px; }
      @media (forced-colors: active) {
        .track li::before, .track::before { background: CanvasText; }
        .track li::before { border-color: CanvasText; background: Canvas; }
        .track .token::before { background: Highlight; forced-color-adjust: none; }
        .track li[aria-current] b { text-decoration: underline; }
        .cpu.on { border-color: Highlight; }
        .bar { border: 1px solid CanvasText; height: 7px; }
        .bar i { background: Highlight; forced-color-adjust: none; }
        .chip { border: 1px solid CanvasText; }
      }
      @media (prefers-reduced-motion: reduce) { .card, .chip, .chip.leaving { animation: none; } }
      @container page (max-width: 700px) {
        :host { padding: 12px 14px 10px; }
        ${stacked}
      }
      @container loop (max-width: 430px) { ${stacked} }
    `,
  ];

  constructor() {
    super();
    this.half = 0;
    this.live = true;
  }

  protected override render(): TemplateResult {
    const { view } = this.store.session;
    const phase = this.#phase();
    return html`
      <div class="head">
        <h2>${words().title}</h2>
        <span class="turn">${words().turn(view?.turn ?? 0)}</span>
      </div>
      <ol class="track">
        ${PHASES.map((name) => html`<li aria-current=${name === phase ? 'step' : nothing}><b>${words().phases[name][0]}</b></li>`)}
        <li class="caption">${words().phases[phase][1]}</li>
        <li class="token ${phase}" aria-hidden="true" ${vars({ phase: PHASES.indexOf(phase) })}></li>
      </ol>
      <div class="work">${this.#queue(view?.queue ?? [])}<span class="arrow" aria-hidden="true">→</span>${this.#executor()}</div>
      <div class="shelf">${this.#parked()}${this.#timers()}${this.#replies()}</div>
    `;
  }

  #phase(): Phase {
    const { hold } = this.store;
    switch (hold?.task.task) {
      case undefined:
        return 'poll';
      case 'timer':
        return 'timers';
      case 'before-sleep':
        return 'reply';
      case 'readable':
        return hold !== null && hold.to - hold.from < 200 && (this.store.progress() ?? 1) < 0.3 ? 'read' : 'execute';
      default:
        return 'execute';
    }
  }

  #queue(tasks: readonly TaskView[]): TemplateResult {
    if (tasks.length === 0) return html`<div class="queue empty"><span class="none">${words().queueEmpty}</span></div>`;
    const more = tasks.length - CARDS_MAX;
    return html`<ol class="queue" aria-label=${words().queue}>
      ${repeat(tasks.slice(0, CARDS_MAX), key, (task) => this.#card(task))}
      ${more > 0 ? html`<li class="more">+${count(more)}</li>` : nothing}
    </ol>`;
  }

  #card(task: TaskView): TemplateResult {
    const { session } = this.store;
    if (task.task === 'serve') {
      const { blocked } = session.viewOf(task.client) ?? {};
      return html`<li class="card k${session.clients.get(task.client)?.colour ?? 0}">
        <span>${words().serve(blocked?.keys.map(text).join(', ') ?? '')}</span><small>${mark(session.clients.get(task.client)?.colour ?? 0)}${session.nameOf(task.client)}</small><small>${words().woken}</small>
      </li>`;
    }
    if (task.task !== 'readable') return html`<li class="card loop"><span>${title(task)}</span><small>${words().ownTask}</small></li>`;
    const client = session.clients.get(task.client);
    const waiting = session.waiting(task.client).length;
    const since = session.lanes.since(task.client);
    const waited = since === null ? 0 : this.store.now() - since;
    return html`<li class="card k${client?.colour ?? 0}">
      <span>${text(join(session.label(task))) || words().input}</span>
      <small>${mark(client?.colour ?? 0)}${session.nameOf(task.client)}${waiting > 1 ? ` · ${words().more(waiting - 1)}` : ''}</small>
      <small>${waited > 0 ? words().waits(waited) : words().ready}</small>
    </li>`;
  }

  #executor(): TemplateResult {
    const { hold, session } = this.store;
    const part = this.store.progress() ?? 0;
    if (hold === null) {
      const { running } = session;
      const last = running.client === null ? words().nothingYet : words().last(text(join(running.argv)));
      return html`<div class="cpu rest" role="group" aria-label=${words().executor}><span class="what">${this.#stalled() ? words().busy : words().idle}</span><small>${last}</small></div>`;
    }
    if (hold.task.task !== 'readable' && hold.task.task !== 'serve') {
      return html`<div class="cpu on" role="group" aria-label=${words().executor}><span class="what">${title(hold.task)}</span><small>${words().ownWork}</small><div class="bar"><i ${vars({ part })}></i></div></div>`;
    }
    const { running } = session;
    const client = running.client === null ? undefined : session.clients.get(running.client);
    const units = running.units ?? 0;
    const cost = hold.to - hold.from;
    const big = find(this.store.commands, running.argv)?.info.complexity.match(/^O\([^)]*\)+/)?.[0] ?? '';
    return html`<div class="cpu on k${client?.colour ?? 0}" role="group" aria-label=${words().executor}>
      <span class="what">${text(join(running.argv))}</span>
      <small><b class="who">${mark(client?.colour ?? 0)}${session.nameOf(running.client ?? 0)}</b>${units > 1 ? html` · ${big} · N = ${count(units)}` : html` · ${big}`}</small>
      <small>${cost > 0 ? words().partOf(cost * part, cost) : words().noCost}</small>
      <div class="bar"><i ${vars({ part })}></i></div>
    </div>`;
  }

  #stalled(): boolean {
    const { view } = this.store.session;
    return view !== null && view.busyUntil > view.now;
  }

  #parked(): TemplateResult {
    const blocked = (this.store.session.view?.clients ?? []).filter((client) => client.blocked !== null);
    return html`<section class="bin" aria-label=${words().parkedRegion}>
      <h3><span>${words().parked}</span>${blocked.length > 0 ? html`<span>${blocked.length}</span>` : nothing}</h3>
      ${blocked.length === 0
        ? html`<p>${words().parkedNone}</p>`
        : html`<ul>${repeat(blocked, (client) => client.id, (client) => this.#parkedChip(client))}</ul>`}
    </section>`;
  }

  #parkedChip(client: ClientView): TemplateResult {
    const { keys, deadline } = client.blocked as NonNullable<ClientView['blocked']>;
    const left = deadline === null ? words().noDeadline : duration(tenths(deadline - this.store.now()));
    const colour = this.store.session.clients.get(client.id)?.colour ?? 0;
    return html`<li class="chip k${colour}">${mark(colour)}${this.store.session.nameOf(client.id)} · ${keys.map(text).join(', ')} · ${left}</li>`;
  }

  #timers(): TemplateResult {
    const timers = this.store.session.view?.timers ?? [];
    return html`<section class="bin" aria-label=${words().timers}>
      <h3><span>${words().timers}</span></h3>
      ${timers.length === 0
        ? html`<p>${words().timersNone}</p>`
        : html`<ul>${timers.slice(0, 4).map(({ timer, at }) => html`<li class="chip">${words().timerIn(words().timer[timer] ?? timer, tenths(at - this.store.now()))}</li>`)}</ul>`}
    </section>`;
  }

  #replies(): TemplateResult {
    const { left } = this.store.session;
    return html`<section class="bin" aria-label=${words().repliesRegion}>
      <h3><span>${words().replies}</span></h3>
      ${left.length === 0
        ? html`<p>${words().repliesNone}</p>`
        : html`<ul>${repeat([...left].reverse(), (reply) => reply.seq, (reply) => html`<li class="chip leaving k${this.store.session.clients.get(reply.client)?.colour ?? 0}">${this.store.session.nameOf(reply.client)} · ${count(reply.bytes)} B</li>`)}</ul>`}
    </section>`;
  }
}

/** Time left, in steps of a tenth of a second: it is shown while it runs. */
function tenths(us: number): number {
  return Math.max(0, Math.ceil(us / 1e5) * 1e5);
}

function key(task: TaskView): string {
  return 'client' in task ? `${task.task}${task.client}` : task.task === 'timer' ? `t${task.timer}` : task.task;
}

function title(task: TaskView): string {
  switch (task.task) {
    case 'serve':
      return words().tasks.serve;
    case 'timer':
      return words().timer[task.timer] ?? task.timer;
    case 'before-sleep':
      return words().tasks['before-sleep'];
    case 'readable':
      return words().tasks.readable;
  }
}

customElements.define('rl-loop', LoopElement);
