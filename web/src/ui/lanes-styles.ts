// The look of the lanes' picture. A state has a pattern and a shape beside the client's colour.

import { css } from 'lit';

export const plotStyles = css`
  :host { display: block; position: relative; min-height: 150px; }
  .plot { position: absolute; inset: 0; overflow: hidden; touch-action: pan-y; border-radius: 8px; cursor: default; user-select: none; }
  .plot.dragging { cursor: grabbing; }
  .plot:focus-visible { outline-offset: 2px; }
  svg { position: absolute; inset: 0; display: block; }
  text { font: 12px var(--sans); fill: var(--muted); pointer-events: none; }
  text.name { fill: var(--k); font-weight: 600; }
  text.small { font-size: 10.5px; fill: var(--faint); font-variant-numeric: tabular-nums; }
  text.in { font: 600 11px var(--mono); fill: var(--panel); }
  text.beside { font-size: 10.5px; fill: var(--text); paint-order: stroke; stroke: var(--bg); stroke-width: 3; stroke-linejoin: round; font-variant-numeric: tabular-nums; }
  .rule { stroke: var(--line-soft); }
  .run { fill: var(--k); }
  .error { fill: none; stroke: var(--error); stroke-width: 2; }
  .nested { fill: none; stroke: var(--panel); stroke-width: 1.5; }
  .tint { fill: var(--k); fill-opacity: 0.16; }
  .hatch { stroke: var(--k); stroke-opacity: 0.5; stroke-width: 2; }
  .dot { fill: var(--k); }
  .blocked { fill: var(--k); opacity: 0.6; }
  .busy { fill: var(--accent); }
  .free { fill: var(--accent); fill-opacity: 0.09; }
  .now { stroke: var(--accent); stroke-width: 1.5; }
  .fold { stroke: var(--faint); stroke-dasharray: 1 4; }
  .time { stroke: var(--faint); }
  .arrow, .link, .halo, .frame { fill: none; }
  .arrow { stroke: var(--k); stroke-width: 1.75; }
  .halo { stroke: var(--bg); stroke-width: 4.5; }
  .link { stroke: var(--text); stroke-width: 1.5; stroke-dasharray: 4 3; }
  .frame { stroke: var(--text); stroke-width: 1.5; }
  .crowd { fill: var(--muted); fill-opacity: 0.5; }
  .crowd.parked { fill-opacity: 0.2; }
  .crowd.ran { fill: var(--accent); fill-opacity: 0.9; }
  .others { position: absolute; left: 0; top: var(--top); height: max(24px, var(--tall)); font-size: 11px; color: var(--muted); text-decoration: underline; text-decoration-color: var(--line); text-underline-offset: 3px; white-space: nowrap; }
  .others:hover { color: var(--text); }
  .empty { position: absolute; inset: 0; display: grid; place-items: center; color: var(--faint); font-size: 13px; text-align: center; padding: 0 20px; }
  .card {
    position: absolute; z-index: 3; left: var(--left); top: var(--top); width: 240px; padding: 9px 12px 10px;
    border: 1px solid var(--line); border-left: 3px solid var(--k); border-radius: 9px; background: var(--panel);
    box-shadow: 0 8px 28px light-dark(#1a233326, #0009); font-size: 12px; line-height: 1.45;
  }
  .card.above { transform: translateY(-100%); }
  .card.light { pointer-events: none; }
  .card b { display: block; font-size: 12.5px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .card small { color: var(--muted); font-size: 11.5px; }
  .card i { font-style: normal; font-weight: 600; color: var(--k); }
  .card dl { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 5px 0 0; font-variant-numeric: tabular-nums; }
  .card dl div { display: flex; gap: 5px; }
  .card dt { color: var(--muted); }
  .card dd { margin: 0; font-weight: 600; }
  .card p { margin: 4px 0 0; color: var(--muted); text-wrap: pretty; }
  .card .btn { margin-top: 8px; }
`;
