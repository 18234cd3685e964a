// The sentences that explain what just happened, as functions of their parts, so that each language has its own grammar.
//
// The tone is that of a colleague at the next chair: what happened, then why. `explain/tell.ts` chooses what is said.
// Durations come in microseconds, names and keys as they are shown.

import { count, duration } from '../units.ts';
import { numbered, section } from './words.ts';

/** Of more names than this only the first are listed. */
const LISTED_MAX = 3;

/** `a, b and c`; of many the first ones. */
function list(names: readonly string[], and: string, more: (n: string) => string): string {
  if (names.length > LISTED_MAX + 1) return `${names.slice(0, LISTED_MAX).join(', ')} ${and} ${more(count(names.length - LISTED_MAX))}`;
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${and} ${names.at(-1)}`;
}

const en = (names: readonly string[]): string => list(names, 'and', (n) => `${n} more`);
const de = (names: readonly string[]): string => list(names, 'und', (n) => `${n} weitere`);
const many = (n: number, one: string, more: string): string => `${count(n)} ${numbered(n, one, more)}`;

/** Who wrote a watched key. */
interface Culprit {
  key: string;
  by: string;
  command: string;
}

export const words = section({
  en: {
    ran: (name: string, line: string) => `${name} ran ${line}.`,
    refused: (name: string, command: string) => `${name}'s ${command} was refused.`,
    refusedWhy: 'The check before a command runs said no: nothing ran, and nothing changed.',
    failedWhy: 'An error is a reply like any other: it took its turn on the loop and changed nothing.',
    spoils: 'It also spoils the transaction that is being collected: EXEC will run none of it.',

    changed: (keys: readonly string[]) => `It changed ${en(keys)}.`,
    deleted: (keys: readonly string[]) => `It deleted ${en(keys)}.`,
    dated: (keys: readonly string[]) => `It gave ${en(keys)} a deadline.`,
    undated: (keys: readonly string[]) => `It took the deadline from ${en(keys)}.`,
    changedNothing: 'It changed no key.',
    emptied: (all: boolean): string => (all ? 'Every key of every database is gone.' : 'Every key of this database is gone.'),
    lapsed: (keys: readonly string[]) => `${en(keys)} had expired: whoever looks first deletes it.`,
    constant: (command: string, us: number) => `${command} is O(1): ${duration(us)} on the loop, however much there is.`,
    visited: (units: number, us: number) => `It visited ${many(units, 'element', 'elements')}, ${duration(us)} on the loop.`,
    order: (command: string, n: string, units: number, us: number) => `${command} is ${n}: here it visited ${many(units, 'element', 'elements')}, ${duration(us)} on the loop.`,
    stood: (us: number) => `It had stood in the queue for ${duration(us)}.`,
    stoodBehind: (us: number, name: string | null, command: string) => `It had stood in the queue for ${duration(us)}, behind ${name === null ? 'its own' : `${name}'s`} ${command}.`,
    heldUp: (names: readonly string[]) => `${en(names)} had to wait for it.`,
    noLock: 'It read and wrote in one step on the one thread: nobody could come between, so it needs no lock.',
    notified: (n: number) => `${many(n, 'keyspace notification', 'keyspace notifications')} went out in the same task.`,

    nilNothing: 'There was nothing there, so the answer is nil.',
    nilBefore: 'There was nothing there before, so the answer is nil.',
    nilCondition: 'Its condition did not hold, so nothing was written, and the answer is nil.',
    zero: 'There was nothing to do, so the answer is 0.',
    scanPiece: 'This was one piece: the answer holds a cursor to go on from, and others get their turn in between.',
    scanEnd: 'The cursor in the answer is 0: that was all.',

    holds: (command: string, us: number) => `${command} holds the loop for ${duration(us)}.`,
    waitFor: (names: readonly string[], name: string) => `${en(names)} ${numbered(names.length, 'waits', 'wait')} for ${name}.`,
    holdsWhy: (command: string, units: number, n: string, us: number) =>
      `${command} visits ${many(units, 'element', 'elements')}${n === '' ? '' : ` (it is ${n})`} before it answers, ${duration(us)} in all, and there is one thread.`,
    whoeverComes: 'Whoever asks for something now has to wait.',
    useScan: 'SCAN does the same work in small turns.',

    parked: (name: string, keys: readonly string[]) => `${name} is parked on ${en(keys)}.`,
    parkedWhy: (name: string, command: string, us: number | null) =>
      `There is nothing to take, so ${command} waits ${us === null ? 'for as long as it takes' : `for at most ${duration(us)}`}. Waiting costs nothing: the loop goes on without ${name}.`,
    served: (name: string) => `${name} is served.`,
    arrived: (key: string) => `Something arrived in ${key}.`,
    put: (name: string, command: string, key: string) => `${name}'s ${command} put something into ${key}.`,
    servedWhy: (name: string, command: string, us: number) =>
      `${name} had waited longest, so its saved ${command} runs again${us > 0 ? `, after ${duration(us)},` : ''} before anybody's next command.`,
    waitOn: (names: readonly string[]) => `${en(names)} ${numbered(names.length, 'waits', 'wait')} on.`,
    late: (name: string) => `${name} gave up waiting.`,
    lateWhy: 'The deadline it was parked with has come. A timer of the loop answered it with nil; nobody else noticed.',
    freedWhy: (name: string, command: string) => `${name}'s ${command} ended it before its time. Nothing was taken.`,
    postponed: (name: string) => `${name} is held back.`,
    postponedWhy: 'CLIENT PAUSE is on: the command stays in its buffer and will run when the pause ends.',
    paused: (name: string) => `${name} pauses the clients.`,
    pausedWhy: 'Their commands are read and then held back until the pause ends. The loop itself goes on: deadlines pass and timers run.',
    expired: (key: string) => `${key} expired.`,
    expiredWhy: 'Its deadline passed and nobody had asked for it: a timer of the loop deleted it. Deadlines are kept in exact order, so there is no search.',

    selects: (name: string, db: string) => `${name} goes to database ${db}.`,
    selectsWhy: 'Each database has keys of its own. The loop and its one thread are the same for all of them.',

    multi: (name: string) => `${name} starts collecting.`,
    multiWhy: 'From here its commands are queued, not run, and nobody else is held up: MULTI is not a lock.',
    collected: (name: string, command: string) => `${name}'s ${command} is queued.`,
    collectedWhy: (n: number) => `The transaction now holds ${many(n, 'command', 'commands')}. Nothing was run yet; other clients still read and write freely.`,
    discard: (name: string) => `${name} gives the transaction up.`,
    discardWhy: (n: number) => `${many(n, 'collected command', 'collected commands')} will never run, and nothing is watched any more. There is nothing to undo.`,
    watch: (name: string, keys: readonly string[]) => `${name} watches ${en(keys)}.`,
    watchWhy: 'Nobody is kept from writing. But if somebody does before EXEC, that EXEC runs nothing and answers nil.',
    unwatch: (name: string) => `${name} watches nothing any more.`,
    unwatchWhy: 'Whatever others wrote meanwhile will not stop the next EXEC.',
    noMulti: 'There is no MULTI that it would end.',
    thrownAway: (name: string) => `${name}'s transaction was thrown away.`,
    thrownAwayWhy: (n: number) => `A command had been refused while it was collected, so EXEC ran ${n === 0 ? 'nothing' : `none of the other ${count(n)}`}.`,
    notRun: (name: string) => `${name}'s transaction did not run.`,
    notRunWhy: (culprit: Culprit | null, n: number) =>
      `${culprit === null ? 'A watched key changed before EXEC' : `${culprit.key} was watched, and ${culprit.by}'s ${culprit.command} wrote it before EXEC`}: so of its ${many(n, 'command', 'commands')} none ran, and the answer is nil. Read again, decide again, try again.`,
    empty: (name: string) => `${name}'s transaction was empty.`,
    emptyWhy: 'EXEC had nothing to run.',
    whole: (name: string) => `${name}'s transaction ran whole.`,
    wholeWhy: (n: number) => `EXEC ran ${many(n, 'queued command', 'queued commands')} in one task, so nobody could come between them.`,
    someFailed: (n: number) => `${count(n)} of them failed and the rest stands: there is no rollback.`,
    othersCould: 'Before EXEC, others could have written: MULTI is not a lock.',
    otherDid: (name: string, command: string, key: string, both: boolean) =>
      `But between MULTI and EXEC ${name}'s ${command} changed ${key}${both ? ', which this transaction writes too' : ''}: MULTI is not a lock.`,

    listens: (name: string, channels: readonly string[]) => `${name} listens to ${en(channels)}.`,
    listensWhy: (_name: string): string => "What is published from now on is copied to it within the publisher's own turn. What was published before is gone.",
    leaves: (name: string, channels: readonly string[]) => (channels.length === 0 ? `${name} listens no longer.` : `${name} no longer listens to ${en(channels)}.`),
    leavesWhy: 'What is published meanwhile will never arrive: messages are not kept.',
    publishes: (name: string, channel: string) => `${name} publishes to ${channel}.`,
    publishWhy: 'The message is copied to every subscriber within this one task. It is not stored anywhere.',
    reached: (channel: string, n: number) => `${channel} reached ${many(n, 'subscriber', 'subscribers')}.`,
    nobodyListens: 'Nobody listens, and messages are not kept: this one is gone.',

    wrongType: (command: string) => `The key holds another type than ${command} works on.`,
    unknown: (command: string) => `No command is called ${command}.`,
    arity: (command: string) => `${command} takes another number of arguments.`,
    notInteger: (command: string) => `${command} needs a whole number of 64 bits, and got or found something else.`,
    replySays: (error: string) => `The reply says: ${error}`,
  },
  de: {
    ran: (name, line) => `${name} hat ${line} ausgeführt.`,
    refused: (name, command) => `Das ${command} von ${name} wurde abgelehnt.`,
    refusedWhy: 'Die Prüfung vor dem Befehl sagte nein: Nichts lief, und nichts hat sich geändert.',
    failedWhy: 'Ein Fehler ist eine Antwort wie jede andere: Er war in der Schleife an der Reihe und hat nichts geändert.',
    spoils: 'Damit ist auch die Transaktion verdorben, die gerade gesammelt wird: EXEC wird nichts davon ausführen.',

    changed: (keys) => `Geändert: ${de(keys)}.`,
    deleted: (keys) => `Gelöscht: ${de(keys)}.`,
    dated: (keys) => `Mit einer Frist versehen: ${de(keys)}.`,
    undated: (keys) => `Von der Frist befreit: ${de(keys)}.`,
    changedNothing: 'Kein Schlüssel hat sich geändert.',
    emptied: (all) => (all ? 'Alle Schlüssel aller Datenbanken sind weg.' : 'Alle Schlüssel dieser Datenbank sind weg.'),
    lapsed: (keys) => `Abgelaufen war schon ${de(keys)}: Wer zuerst nachsieht, löscht.`,
    constant: (command, us) => `${command} ist O(1): ${duration(us)} in der Schleife, egal wie viel da ist.`,
    visited: (units, us) => `Besucht: ${many(units, 'Element', 'Elemente')}, ${duration(us)} in der Schleife.`,
    order: (command, n, units, us) => `${command} ist ${n}: Hier hat es ${many(units, 'Element', 'Elemente')} besucht, ${duration(us)} in der Schleife.`,
    stood: (us) => `Vorher stand der Befehl ${duration(us)} in der Warteschlange.`,
    stoodBehind: (us, name, command) => `Vorher stand der Befehl ${duration(us)} in der Warteschlange, hinter ${name === null ? `dem eigenen ${command}` : `dem ${command} von ${name}`}.`,
    heldUp: (names) => `${de(names)} ${numbered(names.length, 'musste', 'mussten')} darauf warten.`,
    noLock: 'Gelesen und geschrieben wurde in einem Schritt auf dem einen Thread: Niemand konnte dazwischenkommen, also braucht es keine Sperre.',
    notified: (n) => `${many(n, 'Keyspace-Benachrichtigung ging', 'Keyspace-Benachrichtigungen gingen')} im selben Schritt hinaus.`,

    nilNothing: 'Da war nichts, darum ist die Antwort nil.',
    nilBefore: 'Vorher war da nichts, darum ist die Antwort nil.',
    nilCondition: 'Die Bedingung war nicht erfüllt: Nichts wurde geschrieben, und die Antwort ist nil.',
    zero: 'Es gab nichts zu tun, darum ist die Antwort 0.',
    scanPiece: 'Das war ein Stück: Die Antwort enthält einen Cursor zum Weitermachen, und dazwischen kommen andere an die Reihe.',
    scanEnd: 'Der Cursor in der Antwort ist 0: Das war alles.',

    holds: (command, us) => `${command} hält die Schleife ${duration(us)} lang auf.`,
    waitFor: (names, name) => `${de(names)} ${numbered(names.length, 'wartet', 'warten')} auf ${name}.`,
    holdsWhy: (command, units, n, us) =>
      `${command} besucht ${many(units, 'Element', 'Elemente')}${n === '' ? '' : ` (es ist ${n})`}, bevor es antwortet, zusammen ${duration(us)}, und es gibt nur einen Thread.`,
    whoeverComes: 'Wer jetzt etwas will, muss warten.',
    useScan: 'SCAN macht dieselbe Arbeit in kleinen Stücken.',

    parked: (name, keys) => `${name} ist geparkt und wartet auf ${de(keys)}.`,
    parkedWhy: (name, command, us) =>
      `Es gibt nichts zu holen, also wartet ${command} ${us === null ? 'so lange, wie es eben dauert' : `höchstens ${duration(us)}`}. Warten kostet nichts: Die Schleife macht ohne ${name} weiter.`,
    served: (name) => `${name} wird bedient.`,
    arrived: (key) => `In ${key} ist etwas angekommen.`,
    put: (name, command, key) => `Das ${command} von ${name} hat etwas in ${key} gelegt.`,
    servedWhy: (name, command, us) =>
      `${name} hat am längsten gewartet, darum läuft das gemerkte ${command} noch einmal${us > 0 ? `, nach ${duration(us)}` : ''}, bevor irgendein anderer Befehl an die Reihe kommt.`,
    waitOn: (names) => `${de(names)} ${numbered(names.length, 'wartet', 'warten')} weiter.`,
    late: (name) => `${name} hat das Warten aufgegeben.`,
    lateWhy: 'Die Frist zum Warten ist um. Ein Timer der Schleife hat mit nil geantwortet; sonst hat es niemand gemerkt.',
    freedWhy: (name, command) => `Das ${command} von ${name} hat es vorzeitig beendet. Genommen wurde nichts.`,
    postponed: (name) => `${name} wird zurückgehalten.`,
    postponedWhy: 'CLIENT PAUSE ist an: Der Befehl bleibt im Puffer und läuft, wenn die Pause endet.',
    paused: (name) => `${name} lässt die Clients pausieren.`,
    pausedWhy: 'Ihre Befehle werden gelesen und dann bis zum Ende der Pause zurückgehalten. Die Schleife selbst läuft weiter: Fristen verstreichen, Timer laufen.',
    expired: (key) => `${key} ist abgelaufen.`,
    expiredWhy: 'Die Frist war um, und niemand hatte nachgefragt: Ein Timer der Schleife hat den Schlüssel gelöscht. Fristen sind genau nach der Zeit geordnet, gesucht wird also nichts.',

    selects: (name, db) => `${name} wechselt in die Datenbank ${db}.`,
    selectsWhy: 'Jede Datenbank hat eigene Schlüssel. Die Schleife und der eine Thread sind für alle dieselben.',

    multi: (name) => `${name} fängt an zu sammeln.`,
    multiWhy: 'Ab hier werden die Befehle vorgemerkt statt ausgeführt, und niemand wird aufgehalten: MULTI ist keine Sperre.',
    collected: (name, command) => `Das ${command} von ${name} ist vorgemerkt.`,
    collectedWhy: (n) => `Die Transaktion enthält jetzt ${many(n, 'Befehl', 'Befehle')}. Gelaufen ist noch nichts; die anderen lesen und schreiben, wie sie wollen.`,
    discard: (name) => `${name} gibt die Transaktion auf.`,
    discardWhy: (n) => `${many(n, 'gesammelter Befehl wird', 'gesammelte Befehle werden')} nie laufen, und beobachtet wird auch nichts mehr. Rückgängig zu machen ist nichts.`,
    watch: (name, keys) => `${name} beobachtet ${de(keys)}.`,
    watchWhy: 'Schreiben darf weiterhin jeder. Tut es aber jemand vor dem EXEC, führt dieses EXEC nichts aus und antwortet nil.',
    unwatch: (name) => `${name} beobachtet nichts mehr.`,
    unwatchWhy: 'Was andere inzwischen geschrieben haben, hält das nächste EXEC nicht auf.',
    noMulti: 'Es gibt kein MULTI, das es beenden könnte.',
    thrownAway: (name) => `Die Transaktion von ${name} wurde verworfen.`,
    thrownAwayWhy: (n) => `Beim Sammeln war ein Befehl abgelehnt worden, darum hat EXEC ${n === 0 ? 'nichts' : n === 1 ? 'auch den anderen nicht' : `auch die anderen ${count(n)} nicht`} ausgeführt.`,
    notRun: (name) => `Die Transaktion von ${name} ist nicht gelaufen.`,
    notRunWhy: (culprit, n) =>
      `${culprit === null ? 'Ein beobachteter Schlüssel hat sich vor dem EXEC geändert' : `${culprit.key} wurde beobachtet, und das ${culprit.command} von ${culprit.by} hat vor dem EXEC hineingeschrieben`}: Darum lief ${n === 1 ? 'der eine Befehl nicht' : `keiner der ${count(n)} Befehle`}, und die Antwort ist nil. Neu lesen, neu entscheiden, noch einmal versuchen.`,
    empty: (name) => `Die Transaktion von ${name} war leer.`,
    emptyWhy: 'EXEC hatte nichts auszuführen.',
    whole: (name) => `Die Transaktion von ${name} lief ganz durch.`,
    wholeWhy: (n) => `EXEC hat ${many(n, 'vorgemerkten Befehl', 'vorgemerkte Befehle')} in einem Schritt ausgeführt, also konnte niemand dazwischenkommen.`,
    someFailed: (n) => `${n === 1 ? 'Einer davon ist' : `${count(n)} davon sind`} fehlgeschlagen, der Rest gilt: Ein Zurückrollen gibt es nicht.`,
    othersCould: 'Vor dem EXEC hätten andere schreiben können: MULTI ist keine Sperre.',
    otherDid: (name, command, key, both) =>
      `Aber zwischen MULTI und EXEC hat das ${command} von ${name} ${key} geändert${both ? ', wohin auch diese Transaktion schreibt' : ''}: MULTI ist keine Sperre.`,

    listens: (name, channels) => `${name} hört auf ${de(channels)}.`,
    listensWhy: (name) => `Was ab jetzt veröffentlicht wird, geht noch im selben Schritt als Kopie an ${name}. Was vorher veröffentlicht wurde, ist weg.`,
    leaves: (name, channels) => (channels.length === 0 ? `${name} hört nicht mehr zu.` : `${name} hört nicht mehr auf ${de(channels)}.`),
    leavesWhy: 'Was inzwischen veröffentlicht wird, kommt nie mehr an: Nachrichten werden nicht aufgehoben.',
    publishes: (name, channel) => `${name} veröffentlicht in ${channel}.`,
    publishWhy: 'Die Nachricht wird in diesem einen Schritt für alle kopiert, die zuhören. Gespeichert wird sie nirgends.',
    reached: (channel, n) => `${channel} hat ${many(n, 'Zuhörer', 'Zuhörer')} erreicht.`,
    nobodyListens: 'Niemand hört zu, und Nachrichten werden nicht aufgehoben: Diese ist weg.',

    wrongType: (command) => `Der Schlüssel hat einen anderen Typ, als ${command} braucht.`,
    unknown: (command) => `Einen Befehl namens ${command} gibt es nicht.`,
    arity: (command) => `${command} nimmt eine andere Zahl von Argumenten.`,
    notInteger: (command) => `${command} braucht eine ganze Zahl mit 64 Bit und hat etwas anderes bekommen oder vorgefunden.`,
    replySays: (error) => `Die Antwort lautet: ${error}`,
  },
});
