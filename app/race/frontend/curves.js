// A lane's numbers: what it had spent, and its error, at the rows the server sent.

export const AXES = [
  ["iterations", "Iterations"],
  ["seconds", "Computing time"],
  ["work", "Work in forward passes"],
  ["evaluations", "Evaluations"],
];
const COLUMNS = ["iterations", "seconds", "work", "evaluations", "sse"];

/** Base64 of float32 columns one after another -> {count, iterations, seconds, work, evaluations, sse}. */
export function decodeCurve(text) {
  const bytes = decodeBytes(text ?? "");
  const numbers = new Float32Array(bytes.buffer, 0, bytes.length >> 2);
  const count = numbers.length / COLUMNS.length;
  const curve = { count };
  COLUMNS.forEach((name, i) => (curve[name] = numbers.subarray(i * count, (i + 1) * count)));
  return curve;
}

export function decodeBytes(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** The last index whose value is at most `most`; 0 if there is none. Values ascend. */
export function lastAtMost(values, most, count = values.length) {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (values[middle] <= most) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The last picture taken at iteration k or before; the first one if all are later. */
export function lookAt(looks, k) {
  let found = looks[0] ?? null;
  for (const look of looks) if (look.k <= k) found = look;
  return found;
}
