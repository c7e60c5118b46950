// @ts-check
// A value that must be there.

/**
 * The value itself; an error where there is none, which only a fault of this program can cause.
 *
 * @template T
 * @param {T | null | undefined} value
 * @returns {T}
 */
export function required(value) {
  if (value === null || value === undefined) throw new Error("A value is missing.");
  return value;
}
