// That the language has changed. By itself, because every component listens, and not every page lets one choose.

/** Dispatches `change` after another language was chosen. */
export const speech = new EventTarget();
