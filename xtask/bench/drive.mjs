// Runs the workloads of the `drive` example where JavaScript runs: in Node and in a page.

/**
 * Nanoseconds a command of each workload, the best of several runs.
 *
 * @param {{ names(): string[], Drive: new (name: string) => { run(commands: number): void, free(): void } }} drive
 * @param {number} commands commands of one run
 * @param {number} runs runs of each workload
 */
export function measure(drive, commands, runs) {
  const results = {};
  for (const name of drive.names()) {
    let best = Infinity;
    for (let run = 0; run < runs; run += 1) {
      // A fresh engine each time: some workloads grow or use up their keys.
      const engine = new drive.Drive(name);
      const begun = performance.now();
      engine.run(commands);
      best = Math.min(best, performance.now() - begun);
      engine.free();
    }
    results[name] = (best * 1e6) / commands;
  }
  return results;
}
