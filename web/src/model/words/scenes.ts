// What the menu of scenes says, and the bar while one plays. Captions in English are the transcripts' own comments.

import type { SceneGroup, SceneId } from '../scenes.ts';
import { section } from './words.ts';

/** Of one scene: its name, what it is about, and what one knows afterwards. */
export interface SceneWords {
  title: string;
  about: string;
  takeaway: string;
}

export const words = section({
  en: {
    scenes: 'Scenes',
    playing: (title: string) => `Scene: ${title}`,
    progress: (at: number, of: number) => `step ${at} of ${of}`,
    next: 'Next',
    pause: 'Wait for me',
    go: 'Go on by itself',
    again: 'Play again',
    leave: 'Leave the scene',
    tryIt: 'Everything is still there: type something yourself.',
    groups: { loop: 'The loop', races: 'Races', waiting: 'Waiting', messages: 'Messages', time: 'Time and patterns', types: 'Kinds of values' } as Record<SceneGroup, string>,
    all: {
      'keys-stops-the-world': { title: 'KEYS * stops the world', about: 'One slow command, and everybody waits.', takeaway: 'One thread runs one command at a time. A command that visits everything holds up everybody.' },
      'keys-against-scan': { title: 'KEYS against SCAN', about: 'The same work, in one piece or in many.', takeaway: 'SCAN is not quicker in all. But it lets others in between.' },
      'sort-holds-the-loop': { title: 'SORT holds up the loop', about: 'Three elements wanted, ten thousand sorted.', takeaway: 'A short reply may be much work. What is often wanted in order is better kept in order.' },
      pipelining: { title: 'Pipelining', about: 'Five commands in one write, one round trip.', takeaway: 'A pipeline saves round trips. It isolates nothing.' },
      'lost-update': { title: 'The lost update', about: 'GET and SET by two clients, against INCR.', takeaway: 'INCR reads and writes within one command, so it needs no lock.' },
      'multi-is-not-a-lock': { title: 'MULTI is not a lock', about: 'Who may write while a transaction is put together?', takeaway: 'MULTI only collects. Isolation begins and ends with EXEC.' },
      'watch-and-retry': { title: 'WATCH and retry', about: 'A transaction that notices that it came too late.', takeaway: 'WATCH keeps nobody out. It makes EXEC give up instead of overwriting.' },
      'work-queue': { title: 'BLPOP as a work queue', about: 'Workers park and are served in the order they came.', takeaway: 'A parked client costs the loop nothing. The list decides who goes next.' },
      'consumer-groups': { title: 'Consumer groups', about: 'Two workers share a stream, and one dies.', takeaway: 'What was delivered and not acknowledged is not forgotten: somebody else can claim it.' },
      'client-pause': { title: 'CLIENT PAUSE', about: 'Writes are held back, reads go on.', takeaway: 'A paused command waits unread in its buffer, and runs as if it had come later.' },
      'slow-subscriber': { title: 'The slow subscriber', about: 'A publisher waits for nobody.', takeaway: 'Messages are copied to whoever listens now. Who comes late has missed them.' },
      'keyspace-notifications': { title: 'Keyspace notifications', about: 'Every change of a key as a message.', takeaway: 'Notifications tell what happened, also when it was a timer that did it.' },
      'expiry-lazy-and-active': { title: 'Expiry, lazy and active', about: 'Two ways in which a key with a deadline goes.', takeaway: 'Nobody ever sees a key past its deadline. When its memory comes free is another matter.' },
      'rate-limiter': { title: 'A rate limiter', about: 'Count requests, and forget them in time.', takeaway: 'INCR counts, EXPIRE NX starts the window once, MULTI makes them one.' },
      'lock-done-wrong': { title: 'A lock done wrong', about: 'SETNX and DEL, and three mistakes.', takeaway: 'A lock needs a deadline, and only its owner may give it back.' },
      'lock-done-right': { title: 'A lock done right', about: 'A secret, a deadline, and a look before deleting.', takeaway: 'SET NX PX takes it with a secret; WATCH makes sure that only the owner deletes it.' },
      leaderboard: { title: 'A leaderboard', about: 'Scores come in, and the order is always there.', takeaway: 'A sorted set finds the best, a place and a range without looking at the others.' },
      'unique-visitors': { title: 'Unique visitors', about: 'A set, a HyperLogLog and a bitmap count the same people.', takeaway: 'Exact names cost memory. Who can live with about 1 % of error needs 12 kB.' },
      'nearby-search': { title: 'What is near?', about: 'Places on a map, and who is around.', takeaway: 'Places are scores of a sorted set: neighbours on earth are neighbours there too.' },
    } as Record<SceneId, SceneWords>,
  },
  de: {
    scenes: 'Szenen',
    playing: (title) => `Szene: ${title}`,
    progress: (at, of) => `Schritt ${at} von ${of}`,
    next: 'Weiter',
    pause: 'Auf mich warten',
    go: 'Von selbst weiter',
    again: 'Noch einmal',
    leave: 'Szene verlassen',
    tryIt: 'Alles ist noch da: Tippe selbst etwas.',
    groups: { loop: 'Die Schleife', races: 'Wettläufe', waiting: 'Warten', messages: 'Nachrichten', time: 'Zeit und Muster', types: 'Arten von Werten' },
    all: {
      'keys-stops-the-world': { title: 'KEYS * hält die Welt an', about: 'Ein langsamer Befehl, und alle warten.', takeaway: 'Ein Thread führt einen Befehl nach dem anderen aus. Ein Befehl, der alles besucht, hält alle auf.' },
      'keys-against-scan': { title: 'KEYS gegen SCAN', about: 'Dieselbe Arbeit, an einem Stück oder in vielen.', takeaway: 'SCAN ist insgesamt nicht schneller. Aber es lässt andere dazwischen.' },
      'sort-holds-the-loop': { title: 'SORT hält die Schleife auf', about: 'Drei Elemente gefragt, zehntausend sortiert.', takeaway: 'Auch eine kurze Antwort kann viel Arbeit sein. Was oft in Ordnung gebraucht wird, hält man besser in Ordnung.' },
      pipelining: { title: 'Pipelining', about: 'Fünf Befehle auf einmal, eine Hin- und Rückreise.', takeaway: 'Eine Pipeline spart Wege. Abgeschirmt ist sie nicht.' },
      'lost-update': { title: 'Die verlorene Änderung', about: 'GET und SET von zweien, gegen INCR.', takeaway: 'INCR liest und schreibt in einem Befehl, deshalb braucht es keine Sperre.' },
      'multi-is-not-a-lock': { title: 'MULTI ist keine Sperre', about: 'Wer darf schreiben, während eine Transaktion entsteht?', takeaway: 'MULTI sammelt nur. Abgeschirmt ist allein EXEC.' },
      'watch-and-retry': { title: 'WATCH und noch einmal', about: 'Eine Transaktion, die merkt, dass sie zu spät kam.', takeaway: 'WATCH hält niemanden fern. Es lässt EXEC aufgeben, statt zu überschreiben.' },
      'work-queue': { title: 'BLPOP als Auftragsliste', about: 'Arbeiter parken und kommen der Reihe nach dran.', takeaway: 'Ein geparkter Client kostet die Schleife nichts. Die Liste bestimmt, wer der Nächste ist.' },
      'consumer-groups': { title: 'Verbrauchergruppen', about: 'Zwei Arbeiter teilen sich einen Stream, und einer stirbt.', takeaway: 'Was zugestellt und nicht bestätigt wurde, ist nicht vergessen: Jemand anders kann es übernehmen.' },
      'client-pause': { title: 'CLIENT PAUSE', about: 'Schreiben wird aufgehalten, Lesen geht weiter.', takeaway: 'Ein aufgehaltener Befehl wartet ungelesen in seinem Puffer und läuft, als wäre er später gekommen.' },
      'slow-subscriber': { title: 'Der langsame Abonnent', about: 'Wer veröffentlicht, wartet auf niemanden.', takeaway: 'Nachrichten werden allen kopiert, die jetzt zuhören. Wer später kommt, hat sie verpasst.' },
      'keyspace-notifications': { title: 'Schlüssel-Nachrichten', about: 'Jede Änderung eines Schlüssels als Nachricht.', takeaway: 'Die Nachrichten sagen, was geschah, auch wenn es ein Timer war.' },
      'expiry-lazy-and-active': { title: 'Ablauf, faul und fleißig', about: 'Zwei Wege, auf denen ein Schlüssel mit Frist verschwindet.', takeaway: 'Niemand sieht je einen abgelaufenen Schlüssel. Wann sein Speicher frei wird, ist eine andere Frage.' },
      'rate-limiter': { title: 'Ein Ratenbegrenzer', about: 'Anfragen zählen und rechtzeitig vergessen.', takeaway: 'INCR zählt, EXPIRE NX öffnet das Fenster einmal, MULTI macht daraus eins.' },
      'lock-done-wrong': { title: 'Eine Sperre, falsch gemacht', about: 'SETNX und DEL, und drei Fehler.', takeaway: 'Eine Sperre braucht eine Frist, und nur wer sie hält, darf sie zurückgeben.' },
      'lock-done-right': { title: 'Eine Sperre, richtig gemacht', about: 'Ein Geheimnis, eine Frist und ein Blick vor dem Löschen.', takeaway: 'SET NX PX nimmt sie mit einem Geheimnis; WATCH sorgt dafür, dass nur der Inhaber sie löscht.' },
      leaderboard: { title: 'Eine Bestenliste', about: 'Ergebnisse kommen herein, und die Ordnung ist immer da.', takeaway: 'Eine sortierte Menge findet die Besten, einen Platz und einen Bereich, ohne die anderen anzusehen.' },
      'unique-visitors': { title: 'Verschiedene Besucher', about: 'Menge, HyperLogLog und Bitmap zählen dieselben Leute.', takeaway: 'Genaue Namen kosten Speicher. Wem rund 1 % Fehler nichts ausmacht, dem genügen 12 kB.' },
      'nearby-search': { title: 'Was ist in der Nähe?', about: 'Orte auf einer Karte, und wer ringsum ist.', takeaway: 'Orte sind Punkte einer sortierten Menge: Nachbarn auf der Erde sind auch dort Nachbarn.' },
    },
  },
});
