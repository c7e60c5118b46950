// @ts-check
// A log axis that also has room for zero, where every race begins.

/** @typedef {{low: number, high: number}} Range in decades */

const ROOM = 0.22; // decades left of the least positive value, for zero

/**
 * The axis that holds all these values: {low, high} in decades; `low` is where zero stands.
 *
 * @param {Iterable<ArrayLike<number> & Iterable<number>>} columns
 */
export function logRange(columns) {
  let least = Infinity;
  let most = 0;
  for (const values of columns) {
    for (const value of values) {
      if (!(value > 0) || !Number.isFinite(value)) continue;
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  if (least === Infinity) return { low: -ROOM, high: 2 };
  const low = Math.log10(least);
  return { low: low - ROOM, high: Math.max(Math.log10(most), low + 0.5) };
}

/**
 * Share of the axis, 0 to 1, at a value; zero stands at 0.
 *
 * @param {Range} range
 * @param {number} value
 */
export function shareOf(range, value) {
  if (!(value > 0)) return 0;
  return Math.max(0, (Math.log10(value) - range.low) / (range.high - range.low));
}

/**
 * The value at a share of the axis; 0 at its left end.
 *
 * @param {Range} range
 * @param {number} share
 * @returns {number}
 */
export function valueAt(range, share) {
  if (share <= 0) return 0;
  if (share >= 1) return Infinity;
  return 10 ** (range.low + share * (range.high - range.low));
}

/**
 * Whole decades inside a range, thinned to at most `most`.
 *
 * @param {Range} range
 * @param {number} most
 */
export function decadeTicks({ low, high }, most) {
  const first = Math.ceil(low - 1e-9);
  const count = Math.floor(high + 1e-9) - first + 1;
  const every = Math.max(1, Math.ceil(count / most));
  const ticks = [];
  for (let i = 0; i < count; i += every) ticks.push(first + i);
  return ticks;
}

/** @type {Record<number, string>} */
const SECONDS = {
  "-6": "1 µs",
  "-5": "10 µs",
  "-4": "0.1 ms",
  "-3": "1 ms",
  "-2": "10 ms",
  "-1": "0.1 s",
  0: "1 s",
  1: "10 s",
  2: "100 s",
};

/**
 * What stands under a decade of an axis.
 *
 * @param {string} axis
 * @param {number} exponent
 */
export function tickLabel(axis, exponent) {
  if (axis === "seconds") return SECONDS[exponent] ?? `1e${exponent} s`;
  if (exponent >= 0 && exponent <= 6) return (10 ** exponent).toLocaleString("en");
  return exponent < 0 && exponent >= -3
    ? String(Number((10 ** exponent).toPrecision(1)))
    : `1e${exponent}`;
}
