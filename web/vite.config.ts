// Builds the page into `dist/`: one small entry, the worker and the engine as separate hashed files.
// What an `import()` brings is one file (`tools/delivery.ts`), so nothing is left to preload, nor a helper needed for it.
// Nothing is inlined as `data:` or `blob:`, so that the content security policy can stay at 'self'.
import { defineConfig } from 'vite';
import { delivery } from './tools/delivery.ts';
import { languages } from './tools/languages.ts';

export default defineConfig({
  base: './',
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: false },
  plugins: [languages(), delivery()],
  worker: { format: 'es' },
});
