// @ts-check
// Rows of a trace and their iterations: the trace of some rules keeps only a part of them.

/**
 * The row whose iteration is nearest to this one; the earlier of two.
 *
 * @param {ArrayLike<number>} iterations of the rows, increasing
 * @param {number} iteration
 */
export function nearestRow(iterations, iteration) {
  let [low, high] = [0, iterations.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (iterations[middle] < iteration) low = middle + 1;
    else high = middle;
  }
  const before = Math.max(0, low - 1);
  const nearer = Math.abs(iterations[low] - iteration) < Math.abs(iterations[before] - iteration);
  return nearer ? Math.max(0, low) : before;
}

/**
 * The iteration at a place between two rows, such as 3.5.
 *
 * @param {ArrayLike<number>} iterations of the rows, increasing
 * @param {number} place
 */
export function iterationAt(iterations, place) {
  const row = Math.max(0, Math.min(iterations.length - 1, Math.floor(place)));
  const next = iterations[row + 1] ?? iterations[row];
  return iterations[row] + (next - iterations[row]) * (place - row);
}

/**
 * The place between two rows at an iteration; the inverse of `iterationAt`.
 *
 * @param {ArrayLike<number>} iterations of the rows, increasing
 * @param {number} iteration
 */
export function placeAt(iterations, iteration) {
  const near = nearestRow(iterations, iteration);
  const row = iterations[near] > iteration ? near - 1 : near;
  if (row < 0) return 0;
  const next = iterations[row + 1];
  if (next === undefined) return row;
  return row + (iteration - iterations[row]) / (next - iterations[row]);
}
