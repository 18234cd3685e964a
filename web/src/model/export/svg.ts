// The lanes as a file: one SVG with its own styles, light and dark, that needs nothing else and is the same byte for
// byte wherever it is made.

import { duration } from '../units.ts';
import { words } from '../words/lanes.ts';
import { FOOT, picture, type Picture, type Row, type Scope, type Words } from '../picture.ts';

/** The page's colours (styles.css): light, dark. */
const COLOURS: readonly (readonly [string, string])[] = [
  ['#0a66c2', '#5cbcff'], ['#8a4d00', '#ffbd59'], ['#6a3ad1', '#bb9dff'], ['#056847', '#5adfa8'],
  ['#a81b62', '#ff92c8'], ['#4e6300', '#bddc56'], ['#00656d', '#55d6dd'], ['#7a4b1f', '#e0b78f'],
];

const HEAD = 40;
const KEY = 26;

/** Draws what `scope` says below a title and above a legend. */
export function toSvg(scope: Scope, title: string): string {
  const drawn = picture(scope);
  const { width } = drawn;
  const height = HEAD + drawn.foot + FOOT + KEY;
  const used = [...new Set(drawn.rows.map(({ colour }) => colour))].sort((a, b) => a - b);
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">`,
    `<title>${escape(title)}</title>`,
    `<style>${sheet(used)}</style>`,
    `<defs>${[...used, 'm'].map(patterns).join('')}</defs>`,
    `<rect class="page" width="${width}" height="${height}"/>`,
    `<text class="title" x="16" y="26">${escape(title)}</text>`,
    `<g transform="translate(16 ${HEAD})">`,
    ...drawn.folds.map(({ x }) => `<path class="fold" d="M${x} 0V${drawn.foot}"/>`),
    ...drawn.rows.flatMap((row, i) => lane(row, drawn, i)),
    ...rest(drawn),
    ...scale(drawn),
    '</g>',
    legend(height - KEY),
    '</svg>',
  ];
  return `${out.filter((line) => line !== '').join('\n')}\n`;
}

function lane(row: Row, drawn: Picture, i: number): string[] {
  const { paths } = row;
  const of = (kind: string, d: string, fill = ''): string => (d === '' ? '' : `<path class="${kind}"${fill === '' ? '' : ` fill="url(#${fill}${row.colour})"`} d="${d}"/>`);
  return [
    `<g class="k${row.colour}">`,
    `<text class="name" x="0" y="${row.y + drawn.bar / 2 + 4}">${escape(clip(row.name))}</text>`,
    of('tint', paths.queued), of('', paths.queued, 'q'), of('tint', paths.paused), of('', paths.paused, 'p'),
    of('tint', paths.writing), of('', paths.writing, 'w'), of('blocked', paths.blocked), of('run', paths.executing), of('error', row.errors), of('nested', row.nested),
    ...row.inside.map((each) => label('in', each)), ...row.beside.map((each) => label('beside', each)),
    '</g>',
    `<path class="rule" d="M0 ${Math.round((i + 1) * drawn.pitch)}H${drawn.width - 32}"/>`,
  ];
}

function rest(drawn: Picture): string[] {
  const { loop, crowd } = drawn;
  const out: string[] = [];
  if (crowd !== null) {
    out.push(`<text class="small" x="0" y="${crowd.y + drawn.bar / 2 + 4}">${escape(words().others(crowd.count))}</text>`);
    out.push(`<path class="crowd blocked" d="${crowd.blocked}"/><path class="crowd" d="${crowd.queued}"/><path class="crowd run" d="${crowd.executing}"/>`);
  }
  out.push(`<text class="label" x="0" y="${loop.y + drawn.bar / 2 + 4}">${escape(words().loop)}</text>`, `<path class="free" d="${loop.free}"/>`, `<path class="busy" d="${loop.busy}"/>`);
  out.push(...loop.inside.map((each) => label('in', each)));
  for (const { colour, line, head } of drawn.arrows) out.push(`<g class="k${colour}"><path class="halo" d="${line}"/><path class="arrow" d="${line}"/><path class="run" d="${head}"/></g>`);
  return out;
}

function scale(drawn: Picture): string[] {
  const out = drawn.folds.filter(({ label: said }) => said !== null).map(({ x, label: said }) => `<text class="small" text-anchor="middle" x="${x}" y="${drawn.foot + 13}">${escape(said ?? '')}</text>`);
  for (const { x, text } of drawn.times) out.push(`<path class="time" d="M${x} ${drawn.foot + 18}v4"/>`, `<text class="small" x="${x + 3}" y="${drawn.foot + 28}">${escape(text)}</text>`);
  if (drawn.nowX !== null) out.push(`<path class="now" d="M${drawn.nowX.toFixed(1)} 0V${drawn.foot}"/>`);
  return out;
}

function legend(y: number): string {
  const { states } = words();
  let x = 16;
  return (['executing', 'queued', 'blocked', 'writing', 'paused'] as const).map((state) => {
    const d = state === 'blocked' ? `M${x} ${y + 4}h18v4h-18z` : `M${x} ${y}h18v11h-18z`;
    const fill = { executing: ' class="muted"', blocked: ' class="muted"', queued: ' fill="url(#qm)"', writing: ' fill="url(#wm)"', paused: ' fill="url(#pm)"' }[state];
    const at = x + 24;
    x = at + states[state].length * 6.2 + 22;
    const tint = state === 'executing' || state === 'blocked' ? '' : `<path class="muted tint" d="${d}"/>`;
    return `${tint}<path${fill} d="${d}"/><text class="small" x="${at}" y="${y + 9.5}">${escape(states[state])}</text>`;
  }).join('');
}

function patterns(colour: number | string): string {
  const ink = typeof colour === 'number' ? `k${colour}` : 'ink';
  return `<pattern id="q${colour}" class="${ink}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(35)"><path class="hatch" d="M1 0V7"/></pattern>`
    + `<pattern id="w${colour}" class="${ink}" width="5" height="5" patternUnits="userSpaceOnUse"><circle class="dot" cx="2" cy="2" r="1"/></pattern>`
    + `<pattern id="p${colour}" class="${ink}" width="9" height="9" patternUnits="userSpaceOnUse"><path class="hatch" d="M2 0V9M5 0V9"/></pattern>`;
}

function sheet(used: readonly number[]): string {
  const theme = (dark: number): string => {
    const [page, line, text, muted, faint, accent, error] = dark === 0
      ? ['#f4f6f9', '#e8ecf2', '#141a26', '#4f5b71', '#626e84', '#c9321f', '#b3261e']
      : ['#0b0e14', '#1a212d', '#e8edf5', '#9aa6ba', '#7f8ba0', '#ff6b5e', '#ff938a'];
    return `.page{fill:${page}}.title{fill:${text}}.label,.muted,.ink .dot{fill:${muted}}.small{fill:${faint}}.rule,.time{stroke:${line}}.time{stroke:${faint}}.fold{stroke:${faint}}`
      + `.busy,.free{fill:${accent}}.now{stroke:${accent}}.error{stroke:${error}}.in{fill:${page}}.nested{stroke:${page}}.halo{stroke:${page}}.beside{fill:${text};stroke:${page}}.ink .hatch{stroke:${muted}}.crowd{fill:${muted}}`
      + used.map((k) => {
        const colour = (COLOURS[k] as readonly [string, string])[dark as 0 | 1];
        return `.k${k} .run,.k${k} .name,.k${k} .tint,.k${k} .blocked,.k${k} .dot{fill:${colour}}.k${k} .hatch,.k${k} .arrow{stroke:${colour}}`;
      }).join('');
  };
  return `text{font:12px system-ui,sans-serif}.title{font-weight:600;font-size:14px}.name{font-weight:600}.small{font-size:10.5px}.in{font:600 11px ui-monospace,monospace}.beside{font-size:10.5px;paint-order:stroke;stroke-width:3;stroke-linejoin:round}`
    + `.tint{opacity:.16}.blocked{opacity:.6}.free{opacity:.09}.hatch{stroke-opacity:.5;stroke-width:2}.error,.arrow,.halo,.nested,.fold,.time{fill:none}.error{stroke-width:2}.nested{stroke-width:1.5}`
    + `.fold{stroke-dasharray:1 4}.arrow{stroke-width:1.5}.halo{stroke-width:4}.now{stroke-width:1.5}.crowd{opacity:.5}.crowd.blocked{opacity:.2}${theme(0)}@media(prefers-color-scheme:dark){${theme(1)}}`;
}

function label(kind: string, { x, y, text }: Words): string {
  return `<text class="${kind}" x="${x}" y="${y}">${escape(text)}</text>`;
}

function clip(name: string): string {
  return name.length > 9 ? `${name.slice(0, 8)}…` : name;
}

/** A name for the picture: how much time and how many commands it shows. */
export function svgTitle(scope: Scope, session: string): string {
  const first = scope.lanes.runs[0]?.from ?? scope.now;
  return `${session}, ${duration(scope.now - first)}`;
}

/** Text that can do nothing but be read, with what XML cannot hold replaced. */
function escape(plain: string): string {
  return plain
    .replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] as string)
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')
    .toWellFormed();
}
