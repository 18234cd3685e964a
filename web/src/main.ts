// The page's entry: the engine starts loading first, then the remembered theme, so that nothing flashes, then the app.
import './app/boot.ts';
import { applyTheme } from './ui/theme.ts';
import './ui/app.ts';

applyTheme();
