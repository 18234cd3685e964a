// Owns the engines of one `Redloop` and its forks: orders in, news out. Runs in a worker, or where there is none in the
// page's own thread.

import { EngineError } from './machine.ts';
import type { News, Order } from './messages.ts';
import { RedloopSync, type SyncClient } from './sync.ts';

export class Runner {
  #engines = new Map<number, RedloopSync>();
  #watched = new Map<number, () => void>();
  #tell: (news: News[]) => void;
  #news: News[] = [];
  #posting = false;

  /** `tell` gets news in order, several at once where they came at once. */
  constructor(tell: (news: News[]) => void) {
    this.#tell = tell;
  }

  handle(order: Order): void {
    try {
      this.#do(order);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if ('id' in order) {
        const ids = order.type === 'calls' ? order.commands.map((_, i) => order.id + i) : [order.id];
        const kind = error instanceof Error ? error.name : '';
        for (const id of ids) this.#say({ type: 'failed', id, kind, message });
      } else this.#say({ type: 'died', engine: order.engine, message });
    }
  }

  #do(order: Order): void {
    if (order.type === 'start') {
      this.#adopt(0, new RedloopSync(order.module, order.options));
      this.#say({ type: 'done', id: order.id, value: null });
      return;
    }
    const engine = this.#engines.get(order.engine);
    if (engine === undefined) {
      if ('id' in order) throw new EngineError('The engine was closed.');
      return;
    }
    switch (order.type) {
      case 'connect':
        this.#listen(order.engine, engine.client(order.name, { protocol: order.protocol }));
        break;
      case 'calls':
        for (const [i, pending] of (engine.known(order.name) as SyncClient).pipeline(order.commands).entries()) {
          pending.whenDone(() => this.#say({ type: 'answer', id: order.id + i, reply: pending.reply ?? null }));
        }
        break;
      case 'hang-up':
        engine.known(order.name)?.close();
        break;
      case 'advance':
        engine.advance(order.ms);
        this.#say({ type: 'done', id: order.id, value: engine.now });
        break;
      case 'now':
        engine.machine.catchUp();
        this.#say({ type: 'done', id: order.id, value: engine.now });
        break;
      case 'view':
        this.#say({ type: 'done', id: order.id, value: engine.view() });
        break;
      case 'fork': {
        const copy = engine.fork();
        this.#adopt(order.copy, copy);
        for (const client of copy.clients()) this.#listen(order.copy, client);
        this.#say({ type: 'done', id: order.id, value: null });
        break;
      }
      case 'watch':
        this.#watched.get(order.engine)?.();
        this.#watched.delete(order.engine);
        if (order.on) this.#watched.set(order.engine, engine.watch((snapshot) => this.#say({ type: 'snapshot', engine: order.engine, snapshot })));
        break;
      case 'close':
        this.#engines.delete(order.engine);
        engine.close();
    }
  }

  #adopt(number: number, engine: RedloopSync): void {
    this.#engines.set(number, engine);
    engine.machine.onDeath = (message) => this.#say({ type: 'died', engine: number, message });
  }

  #listen(engine: number, client: SyncClient): void {
    const { name } = client;
    client.onPushReply((reply) => this.#say({ type: 'push', engine, name, reply }));
    client.onClose(() => this.#say({ type: 'closed', engine, name }));
  }

  /** News of one turn of the thread's own loop leave together. */
  #say(news: News): void {
    this.#news.push(news);
    if (this.#posting) return;
    this.#posting = true;
    queueMicrotask(() => {
      const all = this.#news;
      this.#news = [];
      this.#posting = false;
      this.#tell(all);
    });
  }
}
