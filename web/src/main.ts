// The page's entry: the engine starts loading first, then the remembered theme and language, so that nothing flashes, then
// the app. The app is a file of its own: while it is on its way, the browser has time to start the worker. What draws comes
// last, when the engine has arrived.
//
// No `await` at the top: the app imports what it shares with this file from it, and would wait for it to end.
import { alive } from './app/boot.ts';
import { idle } from './app/idle.ts';
import { engineSource } from './app/source.ts';
import { applyLanguage } from './ui/speech.ts';
import { applyTheme } from './ui/theme.ts';

/** How long what draws waits for the engine to be ready: by then a page may have to say why it is not. */
const DRAWING_MS_MAX = 300;

applyTheme();
void start();

async function start(): Promise<void> {
  await Promise.all([alive, applyLanguage()]);
  await import('./ui/app.ts');
  await engineSource().module().catch(() => undefined);
  const late = new Promise<void>((resolve) => setTimeout(resolve, DRAWING_MS_MAX));
  await Promise.race([document.querySelector('rl-app')?.store.settled(), late]);
  await idle();
  // Both at once: the one needs the other.
  const [{ keepOffline }] = await Promise.all([import('./ui/rest.ts'), import('./model/watched.ts')]);
  keepOffline();
  // Too much has happened to tell those who watch: they are shown it from the beginning.
  const store = document.querySelector('rl-app')?.store;
  if (store !== undefined && store.session.watched === null) store.load(store.recording());
}
