// How many exercises each lesson has, so that the list can tell what is done without loading them. Kept to the files by
// `worker/course.test.ts`.

const EXERCISES: Readonly<Record<string, number>> = {
  '01-first-key': 3,
  '02-counters': 3,
  '03-expiry': 3,
  '04-lists': 3,
  '05-hashes-sets-sorted-sets': 3,
  '06-the-loop': 2,
  '07-slow-commands': 2,
  '08-blocking': 3,
  '09-pipelining': 2,
  '10-transactions': 2,
  '11-watch': 2,
  '12-lost-updates': 3,
  '13-pub-sub': 2,
  '14-watching-the-server': 2,
  '15-loop-or-threads': 3,
  '16-streams': 3,
  '17-leaderboards': 3,
  '18-counting-visitors': 3,
  '19-nearby': 3,
};

/** The exercises of a lesson. */
export function exercisesOf(id: string): number {
  return Object.hasOwn(EXERCISES, id) ? (EXERCISES[id] ?? 0) : 0;
}
