// Every type that has a viewer of its own.

import './array.ts';
import './hash.ts';
import './list.ts';
import './set.ts';
import './stream.ts';
import './string.ts';
import './vectorset.ts';
import './zset.ts';
