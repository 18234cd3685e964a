// Places in a sorted set: GEOADD keeps them as scores, 52 bits in which the halvings of longitude and latitude
// alternate. Whether scores are places nobody says, so it is guessed. And what a small map of them needs.

/** A place, in degrees. */
export interface Place {
  longitude: number;
  latitude: number;
}

/** The largest latitude of a score: where the square Mercator map ends. */
const LATITUDE_MAX = 85.05112878;
const LONGITUDE_MAX = 180;
/** Halvings of each coordinate. */
const STEPS = 26;
const SCORE_END = 2 ** (2 * STEPS);
/** Scores below belong to the far south-west, where nobody lives, and to ordinary numbers. */
const SCORE_LEAST = 2 ** 46;

/** Whether all of these scores may be places: whole numbers of the right size. */
export function arePlaces(scores: readonly string[]): boolean {
  return scores.length > 0 && scores.every((score) => /^\d{14,16}$/.test(score) && Number(score) >= SCORE_LEAST && Number(score) < SCORE_END);
}

/** The middle of the cell that a score stands for. */
export function placeOf(score: number): Place {
  let x = 0;
  let y = 0;
  // More than 32 bits: divided, not shifted.
  for (let step = STEPS - 1, rest = score; step >= 0; step--) {
    const unit = 4 ** step;
    const pair = Math.floor(rest / unit);
    rest -= pair * unit;
    x = 2 * x + (pair >> 1);
    y = 2 * y + (pair & 1);
  }
  const middle = (at: number, most: number): number => ((at + 0.5) / 2 ** STEPS) * 2 * most - most;
  return { longitude: middle(x, LONGITUDE_MAX), latitude: middle(y, LATITUDE_MAX) };
}

/** A map of places: a plain projection that is true to scale in its middle. */
export interface Chart {
  x(longitude: number): number;
  y(latitude: number): number;
  /** Lines of the grid, in degrees. */
  meridians: number[];
  parallels: number[];
  /** Decimals that tell two lines apart. */
  digits: number;
  /** A bar of a round length. */
  scale: { km: number; width: number };
}

const KM_A_DEGREE = 111.32;
/** The least that a map spans, degrees: about a kilometre. */
const SPAN_MIN = 0.01;
const STEPS_OF_GRID = [60, 30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];

/** A map of this size in which all places are, with some room around them. */
export function chart(places: readonly Place[], width: number, height: number): Chart {
  const [west, east] = bounds(places.map(({ longitude }) => longitude));
  const [south, north] = bounds(places.map(({ latitude }) => latitude));
  const middle = { longitude: (west + east) / 2, latitude: (south + north) / 2 };
  const narrowing = Math.max(0.05, Math.cos((middle.latitude * Math.PI) / 180));
  // Pixels for a degree of latitude: whichever direction needs the smaller ones.
  const perDegree = 0.76 * Math.min(width / (Math.max(SPAN_MIN, east - west) * narrowing), height / Math.max(SPAN_MIN, north - south));
  const spanX = width / (perDegree * narrowing);
  const spanY = height / perDegree;
  const step = STEPS_OF_GRID.findLast((each) => each >= Math.max(spanX, spanY) / 6) ?? (STEPS_OF_GRID[0] as number);
  const lines = (centre: number, span: number, most: number): number[] => {
    const first = Math.ceil(Math.max(-most, centre - span / 2) / step);
    const last = Math.floor(Math.min(most, centre + span / 2) / step);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
  };
  const km = roundBelow((width * 0.36 * KM_A_DEGREE) / perDegree);
  return {
    x: (longitude) => width / 2 + (longitude - middle.longitude) * narrowing * perDegree,
    y: (latitude) => height / 2 - (latitude - middle.latitude) * perDegree,
    meridians: lines(middle.longitude, spanX, LONGITUDE_MAX),
    parallels: lines(middle.latitude, spanY, 90),
    digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)),
    scale: { km, width: (km / KM_A_DEGREE) * perDegree },
  };
}

/** Which labels can be written beside their points without covering each other: the first that comes stays. */
export function labelled(points: readonly { x: number; y: number; width: number }[], height: number): boolean[] {
  const taken: { x: number; y: number; width: number }[] = [];
  return points.map((point) => {
    const free = taken.every((other) => Math.abs(other.y - point.y) >= height || other.x >= point.x + point.width || point.x >= other.x + other.width);
    if (free) taken.push(point);
    return free;
  });
}

function bounds(values: readonly number[]): [number, number] {
  return values.length === 0 ? [0, 0] : [Math.min(...values), Math.max(...values)];
}

/** The largest of 1, 2, 5, 10, … that is not more. */
function roundBelow(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * (value >= 5 * decade ? 5 : value >= 2 * decade ? 2 : 1);
}
