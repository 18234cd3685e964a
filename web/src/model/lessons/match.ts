// Reply lines against the lines that a goal wants, patterns among them: the rules of tests/transcripts/README.md, as
// the Rust twin in tests/src/transcript/matching.rs has them.

/** Whether what came is what should have come. */
export function matches(expected: readonly string[], actual: readonly string[]): boolean {
  const [line, ...rest] = expected;
  if (line === undefined) return actual.length === 0;
  if (line === '...') return actual.some((_, i) => matches(rest, actual.slice(i))) || matches(rest, []);
  const [first, ...others] = actual;
  return first !== undefined && lineMatches(line, first) && matches(rest, others);
}

/** ` 1) `, `2# "key" => `: what stands before a nested reply. */
const NUMBERING = /^(?:\s*\d+(?:[)~>] |[#|] (?:.*? => |.*$)))*/;

function lineMatches(expected: string, actual: string): boolean {
  if (expected === actual) return true;
  const [numbering = ''] = NUMBERING.exec(expected) ?? [];
  if (!actual.startsWith(numbering)) return false;
  const pattern = expected.slice(numbering.length).replace(/^\(integer\) ~ /, '~ (integer) ');
  if (!pattern.startsWith('~ ')) return false;
  const text = actual.slice(numbering.length);
  return pattern.slice(2).split(' | ').some((choice) => choiceMatches(choice, text));
}

function choiceMatches(choice: string, text: string): boolean {
  for (const kind of ['(integer) ', '(double) ']) {
    if (!choice.startsWith(kind) || !text.startsWith(kind)) continue;
    const range = /^(.*?)\.\.(.*)$/.exec(choice.slice(kind.length));
    if (range !== null) return within(range[1] as string, range[2] as string, text.slice(kind.length));
  }
  const range = /^"(.*?)\.\.(.*)"$/.exec(choice);
  const quoted = /^"(.*)"$/s.exec(text);
  if (range !== null && quoted !== null && (isNumber(range[1] as string) || isNumber(range[2] as string))) {
    return within(range[1] as string, range[2] as string, quoted[1] as string);
  }
  return glob(choice, text);
}

function isNumber(text: string): boolean {
  return text !== '' && !Number.isNaN(Number(text));
}

function within(low: string, high: string, text: string): boolean {
  if (!isNumber(text) || (low !== '' && !isNumber(low)) || (high !== '' && !isNumber(high))) return false;
  const value = Number(text);
  return (low === '' || Number(low) <= value) && (high === '' || value <= Number(high));
}

/** `*` stands for anything. One point to come back to is enough, so the time stays linear in practice. */
function glob(pattern: string, text: string): boolean {
  let [p, t] = [0, 0];
  let star = -1;
  let from = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      from = t;
    } else if (pattern[p] === text[t]) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++from;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(p));
}
