// @ts-check
// Numbers and durations as text, for people. Python writes them in the same way
// (app/figures/number_format.py): the cases in tests/number_cases.json are checked in both
// languages.

export const MINUS = "\u2212";
const PLAIN_MIN = 0.001;
const PLAIN_MAX = 100_000;

/**
 * A number with a few significant digits: "0.0123", "12,346", "4.5e−8".
 *
 * Numbers whose rounded size is at least 0.001 and below 100,000 are written without an exponent
 * and with their whole part in full; the others with an exponent and one significant digit less.
 * Trailing zeros are left out. Missing values (null from JSON) are "not a number".
 *
 * @param {number | null | undefined} value
 * @param {number} digits significant digits, at least 2
 */
export function short(value, digits = 3) {
  if (value === null || value === undefined || Number.isNaN(value)) return "not a number";
  const sign = value < 0 ? MINUS : "";
  if (!Number.isFinite(value)) return `${sign}∞`;
  if (value === 0) return "0";
  const size = Math.abs(value);
  const exponent = Number(size.toExponential().split("e")[1]);
  if (size < PLAIN_MAX) {
    const plain = size.toFixed(Math.min(100, Math.max(0, digits - 1 - exponent)));
    if (Number(plain) >= PLAIN_MIN && Number(plain) < PLAIN_MAX)
      return sign + withoutZeros(grouped(plain));
  }
  const [mantissa, power] = size.toExponential(digits - 2).split("e");
  return `${sign}${withoutZeros(mantissa)}e${power.replace("+", "").replace("-", MINUS)}`;
}

/**
 * A whole number with commas between thousands: "12,346".
 *
 * @param {number} value
 */
export function whole(value) {
  return value.toLocaleString("en");
}

/**
 * A count with its noun: "1 pattern", "1,797 patterns".
 *
 * @param {number} count
 * @param {string} noun
 */
export function counted(count, noun) {
  return `${whole(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * A number as the text of a number field, which takes neither commas nor a true minus sign.
 *
 * @param {number} value
 * @param {number} digits significant digits
 */
export function fieldText(value, digits = 6) {
  return Number.isFinite(value) ? String(Number(value.toPrecision(digits))) : "";
}

/**
 * A duration in one or two units: "20 ms", "1.4 s", "2 min 5 s", "1 h 2 min".
 *
 * @param {number} seconds
 */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "unknown";
  if (seconds < 0.001) return "under 1 ms";
  const milliseconds = Math.floor(seconds * 1000 + 0.5);
  if (milliseconds < 1000) return `${milliseconds} ms`;
  const tenths = Math.floor(seconds * 10 + 0.5);
  if (tenths < 600) return `${Math.floor(tenths / 10)}.${tenths % 10} s`;
  const total = Math.floor(seconds + 0.5);
  if (total < 3600) return `${Math.floor(total / 60)} min ${total % 60} s`;
  const minutes = Math.floor(seconds / 60 + 0.5);
  return `${whole(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/**
 * Round whole numbers between 0 and an end, both left out: about so many.
 *
 * @param {number} end
 * @param {number} most
 */
export function roundTicks(end, most) {
  const raw = Math.max(1, end / Math.max(1, most));
  const unit = 10 ** Math.floor(Math.log10(raw) + 1e-9);
  const step = unit * ([1, 2, 5].find((m) => m * unit >= raw * 0.999) ?? 10);
  const ticks = [];
  for (let tick = step; tick < end; tick += step) ticks.push(tick);
  return ticks;
}

/** @param {string} text digits, perhaps with a decimal point */
function grouped(text) {
  const [integer, ...fraction] = text.split(".");
  return [integer.replace(/\B(?=(\d{3})+$)/g, ","), ...fraction].join(".");
}

/** @param {string} text */
function withoutZeros(text) {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
