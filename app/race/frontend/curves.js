// @ts-check
// A lane's numbers: what it had spent, and its error, at the rows the server sent.

import { required } from "../../shared/frontend/required.js";

/** @import { Base64 } from "../../shared/frontend/payloads.d.ts" */
/** @typedef {"iterations" | "seconds" | "work" | "evaluations"} Axis */
/** @typedef {Record<Axis | "sse", Float64Array> & {count: number}} Curve its columns */
/** @typedef {{k: number, score: number, bytes: Uint8Array}} Snapshot picture at iteration k */

/**
 * @typedef {object} Position where a lane is at the limit of the axis
 * @property {number} row
 * @property {boolean} last whether this is its last row
 * @property {number} iterations
 * @property {number} seconds
 * @property {number} work
 * @property {number} sse
 */

/** @type {[name: Axis, title: string][]} */
export const AXES = [
  ["iterations", "Iterations"],
  ["seconds", "Computing time"],
  ["work", "Work in forward passes"],
  ["evaluations", "Evaluations"],
];
const COLUMNS = /** @type {const} */ (["iterations", "seconds", "work", "evaluations", "sse"]);

/** @param {Axis} axis */
export function axisTitle(axis) {
  return required(AXES.find(([name]) => name === axis))[1];
}

/**
 * Base64 of float64 columns one after another -> {count, iterations, seconds, work, evaluations,
 * sse}.
 *
 * @param {Base64 | undefined} text
 * @returns {Curve}
 */
export function decodeCurve(text) {
  const bytes = decodeBytes(text ?? "");
  const numbers = new Float64Array(bytes.buffer, 0, bytes.length >> 3);
  const count = numbers.length / COLUMNS.length;
  const columns = COLUMNS.map((name, i) => [name, numbers.subarray(i * count, (i + 1) * count)]);
  return { count, ...Object.fromEntries(columns) };
}

/** @param {Base64} text */
export function decodeBytes(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/**
 * The last index whose value is at most `most`; 0 if there is none. Values ascend.
 *
 * @param {ArrayLike<number>} values
 * @param {number} most
 */
export function lastAtMost(values, most, count = values.length) {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (values[middle] <= most) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * The last picture taken at iteration k or before; the first one if all are later.
 *
 * @param {Snapshot[]} looks
 * @param {number} k
 * @returns {Snapshot | null}
 */
export function lookAt(looks, k) {
  let found = looks[0] ?? null;
  for (const look of looks) if (look.k <= k) found = look;
  return found;
}

/**
 * Where a lane is at the limit of the axis; null before it has run.
 *
 * @param {Curve} curve
 * @param {Axis} axis
 * @param {number} limit
 * @returns {Position | null}
 */
export function rowOf(curve, axis, limit) {
  if (!curve.count) return null;
  const row = limit === Infinity ? curve.count - 1 : lastAtMost(curve[axis], limit, curve.count);
  return {
    row,
    last: row === curve.count - 1,
    iterations: curve.iterations[row],
    seconds: curve.seconds[row],
    work: curve.work[row],
    sse: curve.sse[row],
  };
}
