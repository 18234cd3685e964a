// What the page shows besides clients and prompts: the top bar, the loop, its lanes, the keys, the panels at the side. A file of its
// own, fetched when the engine has arrived, so that on a slow line the first command does not wait for a drawing. What
// has to be asked for (tabs, dialogs) is fetched when it is.

export { keepOffline } from '../app/offline.ts';
import '../model/watched.ts';
import './banner.ts';
import './breakpoints.ts';
import './code.ts';
import './explain.ts';
import './header.ts';
import './keyboard.ts';
import './keys.ts';
import './language.ts';
import './lanes.ts';
import './loop.ts';
import './news.ts';
import './patience.ts';
import './scenes.ts';
import './stage.ts';
import './timeline.ts';
