// Files that a session is kept in or comes from: the recording itself as JSON, a transcript, or requests as a server reads
// them. What a file is, its first character says. None of them is trusted.

import { join, REPEAT_MAX } from '../args.ts';
import { decoded, type ByteString } from '../bytes.ts';
import type { Micros } from '../engine.ts';
import type { Position, Recorded, Recording } from '../recording.ts';
import { Decoder, ProtocolError } from '../resp.ts';
import { CLIENTS_MAX } from '../session.ts';
import { parse, TranscriptError, type Script } from '../transcript.ts';
import { admitted, INPUTS_MAX, LINE_MAX, PIPELINE_MAX, Refusal, requestBytes, REQUESTS_MAX } from './admit.ts';
import type { Shared } from './binary.ts';

/** Bytes of a file that is read. */
export const FILE_MAX = 32_000_000;
/** Commands that are typed from a transcript. */
export const STEPS_MAX = 20_000;
/** Waiting that a transcript may ask for in one place: a day. */
const WAIT_MS_MAX = 86_400_000;
const VERSION = 1;

/** What a file turned out to be. */
export type Imported =
  | { kind: 'recording'; shared: Shared }
  | { kind: 'script'; script: Script; names: string[] }
  /** Commands for one client. */
  | { kind: 'requests'; lines: string[] };

/** The recording file. */
export function toFile({ recording, position }: Shared): string {
  return `${JSON.stringify({ redloop: VERSION, recording, position })}\n`;
}

/** Reads a file. Throws {@link Refusal}, and nothing else. */
export function fromFile(bytes: ByteString): Imported {
  if (bytes.length > FILE_MAX) throw new Refusal('tooLong', String(FILE_MAX));
  const first = /\S/.exec(bytes)?.[0];
  if (first === undefined) throw new Refusal('nothing');
  if (first === '{') return { kind: 'recording', shared: recordingOf(decoded(bytes)) };
  if (first === '*') return { kind: 'requests', lines: requestsOf(bytes) };
  return scriptOf(bytes);
}

function recordingOf(json: string): Shared {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new Refusal(/\}\s*$/.test(json) ? 'damaged' : 'truncated');
  }
  if (!isRecord(value) || !('redloop' in value)) throw new Refusal('unknownFile');
  if (value['redloop'] !== VERSION) throw new Refusal('version', String(value['redloop']).slice(0, 20));
  const file = fields(value, ['redloop', 'recording', 'position']);
  const whole = fields(file['recording'], ['seed', 'epoch', 'pace', 'entries', 'turns', 'at']);
  const pace = fields(whole['pace'], ['commandNs', 'unitNs']);
  const position = instant(fields(file['position'], ['turns', 'at']));
  if (!Array.isArray(whole['entries'])) throw new Refusal('damaged', 'entries');
  if (whole['entries'].length > INPUTS_MAX) throw new Refusal('tooMany', String(INPUTS_MAX));
  const recording: Recording = {
    seed: number(whole['seed']),
    epoch: number(whole['epoch']),
    pace: { commandNs: number(pace['commandNs']), unitNs: number(pace['unitNs']) },
    entries: whole['entries'].map(entryOf),
    ...instant(whole),
  };
  admitted(recording, position);
  return { recording, position };
}

function entryOf(value: unknown): Recorded {
  if (!isRecord(value)) throw new Refusal('damaged', 'entries');
  const common = { ...instant(value), client: number(value['client']) };
  switch (value['input']) {
    case 'connect': {
      const { name } = fields(value, ['at', 'turns', 'client', 'input', 'name']);
      if (typeof name !== 'string') throw new Refusal('damaged', 'name');
      return { ...common, input: 'connect', name };
    }
    case 'lines': {
      const { lines } = fields(value, ['at', 'turns', 'client', 'input', 'lines']);
      if (!Array.isArray(lines) || !lines.every((line) => typeof line === 'string')) throw new Refusal('damaged', 'lines');
      return { ...common, input: 'lines', lines };
    }
    case 'disconnect':
      fields(value, ['at', 'turns', 'client', 'input']);
      return { ...common, input: 'disconnect' };
    default:
      throw new Refusal('damaged', 'input');
  }
}

function scriptOf(bytes: ByteString): Imported {
  if (/\0/.test(bytes.slice(0, 4096))) throw new Refusal('unknownFile');
  let script: Script;
  try {
    script = parse(decoded(bytes));
  } catch (error) {
    if (error instanceof TranscriptError) throw new Refusal('script', error.message.slice(0, 300));
    throw error;
  }
  const sends = script.steps.filter((step) => step.kind === 'send');
  if (sends.length === 0) throw new Refusal('nothing');
  if (sends.length > STEPS_MAX) throw new Refusal('tooMany', String(STEPS_MAX));
  requestBytes(sends.map(({ line }) => line));
  if (script.steps.some((step) => step.kind === 'wait' && step.ms > WAIT_MS_MAX)) throw new Refusal('time');
  const names = [...new Set(sends.map(({ client }) => client))];
  if (names.length > CLIENTS_MAX || names.some((name) => name.length > 24)) throw new Refusal('clients');
  return { kind: 'script', script, names };
}

function requestsOf(bytes: ByteString): string[] {
  if (bytes.length > REQUESTS_MAX) throw new Refusal('tooLong', String(REQUESTS_MAX));
  const lines: string[] = [];
  let read = 0;
  try {
    for (const { reply, bytes: whole } of new Decoder().push(bytes)) {
      read += whole.length;
      if (reply.type !== 'array' || !reply.items.every((item) => item.type === 'bulk') || reply.items.length === 0) throw new Refusal('damaged');
      const line = join(reply.items.map((item) => (item.type === 'bulk' ? item.value : '')));
      if (line.length > LINE_MAX) throw new Refusal('heavy');
      if (lines.push(line) > PIPELINE_MAX * 10) throw new Refusal('tooMany', String(PIPELINE_MAX * 10));
    }
  } catch (error) {
    if (error instanceof ProtocolError) throw new Refusal('damaged');
    throw error;
  }
  if (bytes.slice(read).trim() !== '') throw new Refusal('truncated');
  // A request's first word could look like redis-cli's repeat prefix, which would multiply it.
  if (lines.some((line) => /^\d+ /.test(line) && Number(line.split(' ', 1)[0]) <= REPEAT_MAX)) throw new Refusal('damaged');
  return lines;
}

function instant(value: Record<string, unknown>): Position {
  return { turns: number(value['turns']), at: number(value['at']) as Micros };
}

function number(value: unknown): number {
  if (typeof value !== 'number') throw new Refusal('damaged');
  return value;
}

/** An object with just these fields. */
function fields(value: unknown, names: readonly string[]): Record<string, unknown> {
  if (!isRecord(value)) throw new Refusal('damaged');
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Refusal('damaged', unknown.slice(0, 40));
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
