// What nobody has asked for waits until there is nothing better to do: a first command is not to wait for it.

/** How long it waits at most, in milliseconds. */
const IDLE_MS_MAX = 300;

/** Resolves when there is nothing better to do; Safari does not tell. */
export function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: IDLE_MS_MAX });
    else setTimeout(resolve);
  });
}
