// What the page says when things take long, break or change under it: a command that does not end, a full memory, a new
// version.

import { section } from './words.ts';

export const words = section({
  en: {
    newVersion: 'A new version is here',
    newWaits: 'It waits until you take it. Reloading starts this page anew.',
    newTaken: 'Another tab has taken it. This one still runs the old version; reload it when it suits you.',
    later: 'Later',
    reload: 'Reload',
    stillRunning: 'Still running',
    stillLoading: 'The recording is still being played',
    orAfter: (commands: number) => `or one of the ${commands} commands sent after it`,
    runningFor: (seconds: number) => `The engine has been at it for ${seconds} s. It runs one task to its end, so nobody else is answered meanwhile.`,
    stopMeans: 'You can wait, or stop it: the engine then starts again from the recording, without this command.',
    stopLoading: 'You can wait, or stop it and begin with an empty engine.',
    stop: 'Stop',
    stopped: (inputs: number) => `Stopped. The engine was started again: ${inputs} inputs were played again, and what had not ended was left out.`,
    stoppedEmpty: 'Stopped. The engine starts empty.',
    memoryFull: (megabytes: number) => `The engine ran out of memory: a page's engine may use ${megabytes} MB, keys, replies and checkpoints together.`,
  },
  de: {
    newVersion: 'Eine neue Version ist da',
    newWaits: 'Sie wartet, bis du sie nimmst. Beim Neuladen beginnt diese Seite von vorn.',
    newTaken: 'Ein anderer Tab hat sie übernommen. Dieser läuft noch mit der alten; lade ihn neu, wann es dir passt.',
    later: 'Später',
    reload: 'Neu laden',
    stillRunning: 'Läuft noch',
    stillLoading: 'Die Aufzeichnung wird noch abgespielt',
    orAfter: (commands) => `oder einer der ${commands} Befehle danach`,
    runningFor: (seconds) => `Die Engine ist seit ${seconds} s dabei. Sie führt eine Aufgabe ganz zu Ende, also bekommt so lange niemand sonst eine Antwort.`,
    stopMeans: 'Du kannst warten oder abbrechen: Die Engine beginnt dann wieder von der Aufzeichnung, ohne diesen Befehl.',
    stopLoading: 'Du kannst warten oder abbrechen und mit einer leeren Engine beginnen.',
    stop: 'Abbrechen',
    stopped: (inputs) => `Abgebrochen. Die Engine ist neu gestartet: ${inputs} Eingaben wurden wieder abgespielt, was nicht zu Ende war, fehlt.`,
    stoppedEmpty: 'Abgebrochen. Die Engine beginnt leer.',
    memoryFull: (megabytes) => `Der Engine ging der Speicher aus: In einer Seite darf sie ${megabytes} MB belegen, Schlüssel, Antworten und Haltepunkte der Zeitreise zusammen.`,
  },
});
