// The worker's shell around the runner.

import type { Order } from './messages.ts';
import { Runner } from './runner.ts';

const scope = self as unknown as { onmessage: ((message: MessageEvent<Order>) => void) | null; postMessage(message: unknown): void };
const runner = new Runner((news) => scope.postMessage(news));
scope.onmessage = (message): void => runner.handle(message.data);
// Tells the page that the script is there, so that it need not wait for one that cannot be loaded.
scope.postMessage([]);
