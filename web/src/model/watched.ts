// Importing it has new sessions keep their lanes, their comic strip, their transcript and what happened to keys.

import { KeyHistory } from './keyhistory.ts';
import { Lanes } from './lanes.ts';
import { Scribe } from './scribe.ts';
import { Strip } from './strip.ts';
import { watchWith } from './watch.ts';

watchWith((nameOf) => ({ lanes: new Lanes(), strip: new Strip(), scribe: new Scribe(nameOf), keyHistory: new KeyHistory() }));
