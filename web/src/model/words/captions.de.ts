// The captions of the scenes in German, in the order of the comments in their transcripts (`tests/transcripts/scenes`).

import type { SceneId } from '../scenes.ts';

export const GERMAN: Record<SceneId, readonly string[]> = {
  'keys-stops-the-world': [
    'Für sich allein ist ein GET in einer Mikrosekunde fertig.',
    'alice sucht Schlüssel nach einem Muster: Alle 100 001 werden verglichen, in einem einzigen Zug. Sieh auf bob und carol.',
  ],
  'keys-against-scan': [
    'KEYS besucht 20 000 Schlüssel in einem einzigen Zug. bobs INCR steht so lange in der Warteschlange.',
    'SCAN besucht ein paar Hundert und kommt mit einem Cursor zurück. Zwischen zwei Aufrufen sind alle anderen dran.',
  ],
  pipelining: [
    'Eins nach dem anderen: Jeder Befehl wartet auf die Antwort des vorigen.',
    'Jetzt fünf auf einmal. Sie kommen zusammen an, die Schleife führt sie der Reihe nach aus, und die Antworten gehen zusammen hinaus.',
    'Eine Pipeline ist keine Transaktion: Zwischen zwei ihrer Befehle kann ein fremder laufen.',
  ],
  'lost-update': [
    'Beide haben 10 gelesen. Beide werden 11 schreiben.',
    'Zwei Likes wurden vergeben, einer wurde gezählt.',
    'INCR liest, zählt und schreibt in einem einzigen Befehl, und ein Thread führt immer nur einen Befehl aus: Es braucht keine Sperre.',
  ],
  'multi-is-not-a-lock': [
    'Von hier an werden die Befehle von alice aufgehoben, nicht ausgeführt.',
    'bob schreibt denselben Schlüssel mitten in ihrer Transaktion. Nichts hält ihn auf.',
    'EXEC führt beide Befehle in einem Zug der Schleife aus. Jetzt kommt niemand mehr dazwischen.',
  ],
  'watch-and-retry': [
    'alice liest und will schreiben, was sie daraus berechnet. Niemand wird ferngehalten: WATCH ist keine Sperre.',
    'bob war seit dem WATCH da: EXEC antwortet nil und führt nichts aus. Seine 50 gehen nicht verloren.',
    'Beim zweiten Mal kam niemand dazwischen.',
  ],
  'work-queue': [
    'Die Liste ist leer: Beide Arbeiter sind geparkt. Sie stehen in keiner Schlange, und die Schleife schläft.',
    'Ein Auftrag kommt. worker1 war zuerst da, also bekommt ihn worker1.',
    'Zwei Aufträge auf einmal: worker2 wird bedient, der andere bleibt in der Liste, bis jemand fragt.',
    'Mit einer Frist wartet ein Arbeiter nicht ewig: Ein Timer der Schleife antwortet ihm mit nil.',
  ],
  'client-pause': [
    'bob liest nur: Er wird nicht aufgehalten.',
    'alice schreibt: Ihr Befehl bleibt in ihrem Puffer. Sie ist nicht geparkt wie bei BLPOP, sie ist verschoben.',
    'Die Pause endet von selbst oder mit UNPAUSE. Dann läuft der Befehl von alice.',
  ],
  'slow-subscriber': [
    'Jede Nachricht wird beiden kopiert, ob sie schnell sind oder nicht.',
    'Wer nicht da ist, wenn eine Nachricht kommt, hat sie verpasst: Nichts wird aufgehoben.',
    'Ein Abonnent, der nicht liest, füllt seinen Puffer, bis eine Grenze die Verbindung schließt. Die Grenzen sind eine Einstellung.',
  ],
  'keyspace-notifications': [
    'Ein Befehl kann von mehreren Dingen erzählen.',
    'Die letzte kommt von gar keinem Client: Ein Timer der Schleife hat den Schlüssel gelöscht.',
  ],
  'expiry-lazy-and-active': [
    'Fleißig: Niemand fragt. Ein Timer weckt die Schleife, wenn die Frist da ist, und löscht den Schlüssel.',
    'Faul: Ist der Timer aus, bleibt ein abgelaufener Schlüssel im Speicher, bis ihn jemand anfasst.',
    'Er zählt noch mit. Aber wer nach ihm fragt, bekommt nil, und dabei verschwindet er.',
  ],
  'rate-limiter': [
    'Beide laufen in einem Zug: Ein Absturz dazwischen kann keinen Zähler hinterlassen, der nie endet.',
    'Die vierte Anfrage im selben Fenster: 4 ist mehr als 3, also lehnt die Anwendung sie ab.',
    'Ist das Fenster vorbei, ist der Zähler weg, und ein neues beginnt.',
  ],
  'lock-done-wrong': [
    'bob wird abgewiesen, wie es sein soll.',
    'Fehler eins: keine Frist. Stirbt alice jetzt, bleibt die Sperre für immer.',
    'Also bekommt sie eine Frist. Fehler zwei: alice arbeitet länger als die.',
    'Jetzt hält bob die Sperre. alice wird fertig und löscht sie, ohne zu fragen, wem sie gehört.',
    'Fehler drei ist geschehen: carol kommt hinein, während bob noch arbeitet.',
  ],
  'lock-done-right': [
    'alice ist wieder langsam, und ihre Frist läuft ab. bob bekommt die Sperre.',
    'Bevor alice sie zurückgibt, sieht sie nach, wem sie gehört; WATCH sorgt dafür, dass sich das inzwischen nicht ändert.',
    'Ihr gehört sie nicht: Sie lässt sie in Ruhe. carol bleibt draußen.',
    'Das Geheimnis von bob steht da, und niemand hat den Schlüssel geändert: EXEC löscht ihn.',
  ],
  'sort-holds-the-loop': [
    'SORT kann das Ergebnis in eine Liste schreiben. Hier schreibt es jedes Element zehnmal: 100, 1000, dann 10 000.',
    'alice will die drei kleinsten. LIMIT kürzt die Antwort, nicht die Arbeit: Alle 10 000 werden sortiert. Sieh auf bob und carol.',
    'Eine sortierte Menge zahlt bei jedem ZADD ein wenig. Dafür sind ihre ersten drei einfach die ersten drei.',
  ],
  'consumer-groups': [
    'Beide Arbeiter fragen nach Neuem: Das bedeutet >. Es gibt nichts, also sind sie geparkt wie bei BLPOP.',
    'Jeder Eintrag geht an einen der beiden: ada wartet am längsten.',
    'bob hat die Tassen gepackt und sagt es. Von ada kommt nichts mehr: Sie ist mit dem Tee in der Hand gestorben.',
    'Die Gruppe weiß, wer was hatte, und wie lange schon. Dauert das zu lange, übernimmt bob.',
    'Nichts ist mehr offen. Die Einträge stehen noch im Stream: Eine andere Gruppe kann sie von vorn lesen.',
  ],
  leaderboard: [
    'Die drei Besten, der Beste zuerst.',
    'kim fragt nach einem einzigen Platz. Den zu finden braucht wenige Schritte, auch unter einer Million Spielern.',
    'Mit GT zählt nur ein besseres Ergebnis: Die 290 von lin ändert nichts, die 500 schon.',
    'Wer nicht zu den besten drei gehört, fliegt hinaus: Ränge zählen vom kleinsten Punktestand an.',
  ],
  'unique-visitors': [
    'Wer noch einmal kommt, ändert nichts, hier wie dort.',
    'Am Dienstag kommen einige wieder, einige sind neu. Zwei Tage sind nicht die Summe aus beiden.',
    'Eine Million Namen wären in der Menge viele Megabyte. Vom HyperLogLog bleiben immer 16 384 Register zu 6 Bits.',
    'Haben die Besucher Nummern, ist eine Bitmap genau und klein: ein Bit für jeden.',
  ],
  'nearby-search': [
    'Länge und Breite, Bit für Bit ineinander geflochten, sind eine Zahl. Sieh dir den Schlüssel als Karte und als Tabelle an.',
    'ada sieht sich um: im Umkreis von zwei Kilometern, das Nächste zuerst.',
    'Ein Kasten, 12 Kilometer breit und 4 hoch, um eines der Mitglieder.',
    'Was sich bewegt, bekommt mit demselben Befehl einen neuen Ort.',
  ],
};
