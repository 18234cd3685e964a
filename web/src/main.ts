// The page's entry: the engine starts loading first, then the remembered theme and language, so that nothing flashes, then
// the app. The app is a file of its own: while it is on its way, the browser has time to start the worker. What draws comes
// last, when the engine has arrived.
import './app/boot.ts';
import { engineSource } from './app/source.ts';
import { applyLanguage } from './ui/speech.ts';
import { applyTheme } from './ui/theme.ts';

applyTheme();
applyLanguage();
await import('./ui/app.ts');
await engineSource().module().catch(() => undefined);
const { keepOffline } = await import('./ui/rest.ts');
keepOffline();
