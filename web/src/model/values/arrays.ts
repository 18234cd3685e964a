// Arrays have 64-bit indexes: they are kept as decimal texts, and counted as big integers.

/**
 * How many places are empty before each index, after the one before it; empty where none is. `first`: the indexes begin
 * with the array's first, so that what is empty before that can be told too.
 */
export function gaps(indexes: readonly string[], first: boolean): string[] {
  return indexes.map((index, i) => {
    const before = i > 0 ? BigInt(indexes[i - 1] as string) : first ? -1n : BigInt(index) - 1n;
    const empty = BigInt(index) - before - 1n;
    return empty > 0n ? String(empty) : '';
  });
}
