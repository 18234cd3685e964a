// The few words that come with figures.

import { section } from './words.ts';

export const words = section({
  en: { decimal: '.', days: 'days', realTime: 'real time', shows: (time: string) => `1 s shows ${time}` },
  de: { decimal: ',', days: 'Tage', realTime: 'Echtzeit', shows: (time) => `1 s zeigt ${time}` },
});
