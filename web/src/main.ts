// The page's entry: the remembered theme first, so that nothing flashes, then the app.
import { applyTheme } from './ui/header.ts';
import './ui/app.ts';

applyTheme();
