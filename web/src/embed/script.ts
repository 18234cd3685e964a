// What an author writes, read: the commands of an attribute or of the fallback transcript.
//
// The text between the tags is what readers without JavaScript see. It is a transcript, so the element can run it: a
// line with a prompt is a command, everything else is what was answered. `alice> …` is typed by alice.

/** A command, and who types it; `null`: the element's first client. */
export interface Line {
  client: string | null;
  line: string;
}

/** A prompt: `>`, `redis>`, `alice>`, `127.0.0.1:6379[2]>`, `alice(TX)>`, and `@alice >` as in transcripts of this project. */
const PROMPT = /^\s*(?:@([A-Za-z_]\w*)\s+|([A-Za-z_][\w-]*|[\d.:]+)?(?:\[\d+\])?(?:\([\w ]+\))?)> ?(.*)$/;
/** What people call a prompt that is nobody's name. */
const NOBODY = new Set(['redis', 'redis-cli', 'valkey', 'localhost']);

/** The commands of the attribute: one a line; a prompt in front is read as in a transcript. */
export function commandsOf(attribute: string): Line[] {
  return attribute.split('\n').flatMap((text) => (text.trim() === '' ? [] : [prompted(text) ?? { client: null, line: text.trim() }]));
}

/** The commands of a transcript. */
export function transcriptOf(text: string): Line[] {
  return text.split('\n').flatMap((each) => prompted(each) ?? []);
}

/** The names in a list such as `alice, bob`. Those that cannot be names are left out. */
export function namesOf(attribute: string): string[] {
  return [...new Set(attribute.split(/[\s,]+/).filter((name) => /^\w{1,24}$/.test(name)))];
}

function prompted(text: string): Line | null {
  const found = PROMPT.exec(text);
  const line = found?.[3]?.trim() ?? '';
  if (found === null || line === '') return null;
  const name = found[1] ?? found[2];
  const client = name === undefined || /^\d/.test(name) || NOBODY.has(name.toLowerCase()) ? null : name;
  return { client, line };
}
