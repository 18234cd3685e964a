/**
 * Bytes as a string: every unit is one byte (0-255), so that keys and arguments that are not text stay exact.
 */
export type ByteString = string;

/** Microseconds since the Unix epoch, on the engine's own clock. */
export type Micros = number;

/** One entry of the loop's ready queue. */
export type TaskView =
  | { task: "readable"; client: number }
  | { task: "serve"; client: number }
  | { task: "timer"; timer: string }
  | { task: "before-sleep" };

/** What leaves the engine. `shutdown`: a client asked for it, and the engine is not to be used any more. */
export type Output =
  | { kind: "reply"; client: number; bytes: Uint8Array }
  | { kind: "close"; client: number }
  | { kind: "shutdown"; client: 0 };

/** One thing that happened inside the engine. `depth`: 0 for a client's own command, 1 within EXEC. */
export type LoopEvent = { seq: number; at: Micros; depth: number } & (
  | { kind: "connected"; client: number }
  | { kind: "disconnected"; client: number }
  | { kind: "arrived"; client: number; bytes: number }
  /** The client joined the ready queue, which now has `length` members. */
  | { kind: "queued"; client: number; length: number }
  /** An iteration of the loop begins. */
  | { kind: "turn"; n: number }
  | { kind: "task"; task: TaskView }
  | { kind: "command"; client: number; argv: ByteString[] }
  | { kind: "key"; db: number; key: ByteString; event: string }
  /** MULTI keeps the command for EXEC; the transaction now has `length` of them. */
  | { kind: "collected"; client: number; argv: ByteString[]; length: number }
  /** The command could not run: unknown, wrong arity, not allowed now. */
  | { kind: "refused"; client: number; name: ByteString }
  /** `until`: when the modelled cost of the command is paid and the loop is free again. */
  | { kind: "done"; client: number; units: number; bytes: number; error: boolean; until: Micros }
  | { kind: "blocked"; client: number; keys: ByteString[]; deadline: Micros | null }
  /** A parked client's command is going to run again because of `key`. */
  | { kind: "woken"; client: number; key: ByteString }
  /** A parked client was served or gave up. */
  | { kind: "unblocked"; client: number; timedOut: boolean }
  /** CLIENT PAUSE holds the client back. */
  | { kind: "postponed"; client: number }
  | { kind: "expired"; db: number; key: ByteString }
  | { kind: "published"; channel: ByteString; receivers: number }
  | { kind: "timer"; timer: string; handled: number }
  | { kind: "replied"; client: number; bytes: number }
  | { kind: "idle"; wake: Micros | null }
);

/** One connection, as the engine sees it now. */
export interface ClientView {
  id: number;
  /** CLIENT SETNAME's value, or empty. */
  name: ByteString;
  db: number;
  /** 2 or 3. */
  resp: number;
  /** Commands queued by MULTI, or `null` outside of a transaction. */
  multi: number | null;
  /** Keys under WATCH. */
  watching: number;
  /** Channels and patterns subscribed to. */
  subscriptions: number;
  /** What the client waits for, or `null`. `deadline` is `null` for "for ever". */
  blocked: { keys: ByteString[]; deadline: Micros | null } | null;
  /** Held back by CLIENT PAUSE. */
  paused: boolean;
  /** Request bytes that have arrived and were not executed yet. */
  pending: number;
  /** The first of those bytes. */
  input: ByteString;
}

/** The engine's visible state between two turns. */
export interface View {
  now: Micros;
  /** While later than `now`, the last command's modelled cost still holds the loop. */
  busyUntil: Micros;
  /** Loop turns so far. */
  turn: number;
  /** Ready tasks, next one first. */
  queue: TaskView[];
  clients: ClientView[];
  timers: { timer: string; at: Micros }[];
  /** Databases that hold keys. */
  databases: { db: number; keys: number; expires: number }[];
}

/** One row of the keys panel. */
export interface KeyRow {
  key: ByteString;
  type: string;
  encoding: string;
  /** When the key expires, or `null`. */
  expires: Micros | null;
  /** Bytes of a string, otherwise elements. */
  length: number;
  /** Memory the value takes, in bytes, by the engine's own count. */
  bytes: number;
}

/** Part of a keyspace: `cursor` is 0 when the walk is complete. */
export interface KeyPage {
  cursor: string;
  rows: KeyRow[];
}

/** A key's value, cut to a bounded number of elements. `items` are pairs for hashes, sorted sets, arrays (index, value) and vector sets (element, attributes). */
export type KeyDetail = KeyRow & {
  /** Seconds since a command used it. */
  idle: number;
  /**
   * The CONFIG parameter that keeps the value in its small form and how many elements (bytes, of a string) it allows, 0
   * where it counts bytes of memory; `value`: the longest element it allows, 0 for any. `null`: there is no smaller form.
   */
  limit: { parameter: string; most: number; value: number } | null;
  /** The first of `items`: its index, or the first byte of a string. */
  from: number;
  items: ByteString[];
  /** Elements left out behind `items`, or bytes left out of a string. */
  more: number;
  /** Of a hash in which fields have deadlines: those of the fields in `items`, `null` for fields without. */
  deadlines?: (Micros | null)[];
  /** Of a stream, whose entries stand here instead of in `items`. */
  stream?: StreamDetail;
  /** Of a string with the head of a HyperLogLog; `null`: its registers cannot be read. */
  sketch?: SketchDetail | null;
  /** Of an array. */
  array?: ArrayDetail;
  /** Of a vector set. */
  vectors?: VectorsDetail;
};

/** How an array is laid out. Indexes are decimal texts, since they have 64 bits. */
export interface ArrayDetail {
  /** Where ARINSERT goes on; `null`: behind the last index. */
  next: string | null;
  /** Slots of the ring that ARRING made of it; `0`: it is none. */
  ring: string;
  /** Slices that are stretches of places, and slices that are pairs of index and value. */
  stretches: number;
  pairs: number;
}

/** What a vector set keeps of vectors, and for each element in `items` those nearest to it among the ones it is linked to. */
export interface VectorsDetail {
  dimension: number;
  /** As VINFO names it. */
  quantization: string;
  /** Layers of the graph. */
  layers: number;
  /** By element; `similarity` from 0 to 10 000. */
  neighbours: { element: ByteString; similarity: number }[][];
}

/** A stream. IDs are texts, `milliseconds-number`. */
export interface StreamDetail {
  /** ID, then fields and values alternating; long entries are cut. */
  entries: ByteString[][];
  /** The last ID ever given, and the greatest that was deleted. */
  last: string;
  deleted: string;
  /** Entries ever added. */
  added: number;
  /** Packed nodes that the entries are in. */
  nodes: number;
  groups: GroupDetail[];
  /** Groups left out. */
  groupsMore: number;
}

/** A consumer group. */
export interface GroupDetail {
  name: ByteString;
  /** The last ID that was delivered. */
  last: string;
  /** Entries that the group has not read; `null`: nobody can tell. */
  lag: number | null;
  /** Entries that were delivered and not acknowledged. */
  waiting: number;
  /** The first of its consumers, by name. `active`: when it last got something. */
  consumers: { name: ByteString; seen: Micros; active: Micros | null; waiting: number }[];
  /** The entries that have waited longest. `at`: their last delivery; `gone`: the entry itself was deleted. */
  pending: { id: string; consumer: ByteString; at: Micros; count: number; gone: boolean }[];
}

/** The 16 384 registers of a HyperLogLog. */
export interface SketchDetail {
  estimate: number;
  dense: boolean;
  /** Whether the last answer still holds, so that PFCOUNT need not look at the registers. */
  kept: boolean;
  /** How many registers hold 0, 1, 2, … up to the largest value. */
  histogram: number[];
  /** The largest value of every 64 neighbours. */
  strip: number[];
}

/** Where a row stands in the tree: `level` from 1, `at` from 1 among `of` siblings. */
export interface TreePlace {
  level: number;
  at: number;
  of: number;
}

/** A row of the tree: a branch with its whole name, a key, or a key that is gone since the tree was walked. */
export type TreeRow = TreePlace &
  (({ branch: ByteString; open: boolean; keys: number; bytes: number }) | (KeyRow & { gone?: undefined; branch?: undefined }) | { key: ByteString; gone: true; branch?: undefined });

/** Some rows of the tree, from `offset` on of `total`. */
export interface TreePage {
  /** Whether all keys have been seen; `seen` have. */
  done: boolean;
  seen: number;
  /** Keys that match the filter. */
  matched: number;
  total: number;
  offset: number;
  rows: TreeRow[];
}

/** A key that two engines do not hold alike; `null`: one does not have it. */
export interface KeyChange {
  key: ByteString;
  before: KeyRow | null;
  after: KeyRow | null;
}

/** What the command table says about one command or subcommand. */
export interface CommandInfo {
  /** Upper case; a subcommand is named with its container: `CLIENT LIST`. */
  name: string;
  arity: number;
  /** The arguments after the name, in the manner of the Redis documentation. */
  syntax: string;
  summary: string;
  complexity: string;
  since: string;
  group: string;
  /** Whether the first argument after the name is a key, for completion. 0: the command takes no key there. */
  firstKey: number;
}
