// @ts-check
// One diverging scale, orange - ground - blue, for everything signed. Safe for colour-blind eyes.

/**
 * @typedef {object} Palette a diverging scale of 255 colours
 * @property {boolean} dark
 * @property {Uint8ClampedArray} rgb three numbers a colour
 * @property {string[]} css
 * @property {string} negative
 * @property {string} positive
 * @property {string} ground
 */

const NEGATIVE = [232, 119, 10];
const POSITIVE = [8, 104, 172];
const NEGATIVE_DARK = [250, 150, 50];
const POSITIVE_DARK = [75, 165, 235];
const GROUND = [250, 250, 250];
const GROUND_DARK = [22, 25, 31];
const STEPS = 255;

/**
 * A lookup table of 2*127+1 colours; index with `at(value)` for values clamped to [-1, 1].
 *
 * @param {boolean} dark
 */
export function makePalette(dark) {
  const ground = dark ? GROUND_DARK : GROUND;
  const low = dark ? NEGATIVE_DARK : NEGATIVE;
  const high = dark ? POSITIVE_DARK : POSITIVE;
  const rgb = new Uint8ClampedArray(STEPS * 3);
  const css = [];
  for (let i = 0; i < STEPS; i++) {
    const t = (2 * i) / (STEPS - 1) - 1;
    const end = t < 0 ? low : high;
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = ground[c] + (end[c] - ground[c]) * Math.abs(t);
    css.push(`rgb(${rgb[3 * i]},${rgb[3 * i + 1]},${rgb[3 * i + 2]})`);
  }
  return { dark, rgb, css, negative: css[0], positive: css[STEPS - 1], ground: css[127] };
}

/**
 * Index of a value in [-1, 1] in the table; values outside are clamped, NaN is the ground.
 *
 * @param {number} value
 */
export function at(value) {
  if (!(value > -1)) return value <= -1 ? 0 : 127;
  return value < 1 ? Math.round((value + 1) * 127) : STEPS - 1;
}

/**
 * The numbers of a CSS colour such as "rgb(1, 2, 3)".
 *
 * @param {string} css
 */
export function channels(css) {
  return (css.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
}

/**
 * Whether a CSS background colour is dark (mean of its channels under half).
 *
 * @param {string} css
 */
export function isDark(css) {
  if (css.startsWith("#")) {
    const hex = css.length === 4 ? css.replace(/[0-9a-f]/gi, "$&$&") : css;
    const n = parseInt(hex.slice(1, 7), 16);
    return ((n >> 16) + ((n >> 8) & 255) + (n & 255)) / 3 < 128;
  }
  const [red, green, blue] = channels(css);
  return blue !== undefined && (red + green + blue) / 3 < 128;
}

/**
 * Paint a row-major grid of values in [-1, 1] (divided by `scale`) onto an ImageData.
 *
 * @param {ImageData} image
 * @param {ArrayLike<number>} values
 * @param {number} offset
 * @param {Palette} palette
 */
export function paint(image, values, offset, palette, scale = 1) {
  const { rgb } = palette;
  const pixels = image.data;
  for (let i = 0, j = 0; j < pixels.length; i++, j += 4) {
    const c = 3 * at(values[offset + i] / scale);
    pixels[j] = rgb[c];
    pixels[j + 1] = rgb[c + 1];
    pixels[j + 2] = rgb[c + 2];
    pixels[j + 3] = 255;
  }
  return image;
}
