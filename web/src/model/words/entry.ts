// The way into sharing: what is said of it before the rest (`share.ts`) is loaded.

import { section } from './words.ts';

export const words = section({
  en: { share: 'Share' },
  de: { share: 'Teilen' },
});
