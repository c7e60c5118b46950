// @ts-check
// Numbers and formulas as text. "_{...}" marks a subscript, "^{...}" a superscript.

import { short } from "../../shared/frontend/numbers.js";

/** @import { Pair } from "../../shared/frontend/geometry.js" */
/** @import { NeuronBlock } from "../../shared/frontend/payloads.d.ts" */
/** @typedef {Pick<NeuronBlock, "activation" | "gain" | "leak">} Neuron */
/** @typedef {{text: string, level: "" | "sub" | "sup"}} Piece */

const MOST_TERMS = 6;

/**
 * Four significant digits, in the one format that all pages share.
 *
 * @param {number | null | undefined} value
 */
export function num(value, digits = 4) {
  return short(value, digits);
}

/**
 * A factor: negative numbers in brackets.
 *
 * @param {number} value
 */
export function factor(value) {
  return value < 0 ? `(${num(value)})` : num(value);
}

/**
 * "0.5 + 1.2·(−1) − 0.3·1" from products [[a, b], ...] or single numbers; long sums lose their
 * middle.
 *
 * @param {(number | Pair)[]} terms
 */
export function sum(terms) {
  const shown =
    terms.length <= MOST_TERMS ? terms : [...terms.slice(0, 3), null, ...terms.slice(-2)];
  return shown
    .map((term, i) => {
      if (term === null) return ` + … ${terms.length - 5} more …`;
      const [a, b] = Array.isArray(term) ? term : [term];
      const size = num(Math.abs(a)) + (b === undefined ? "" : `·${factor(b)}`);
      const minus = a < 0;
      if (i === 0) return minus ? `−${size}` : size;
      return (minus ? " − " : " + ") + size;
    })
    .join("");
}

/**
 * Split a formula into pieces {text, level}: level 0, "sub" or "sup".
 *
 * @param {string} formula
 * @returns {Piece[]}
 */
export function pieces(formula) {
  /** @type {Piece[]} */
  const found = [];
  let rest = formula;
  while (rest) {
    const match = rest.match(/([_^])\{([^}]*)\}/);
    if (!match) {
      found.push({ text: rest, level: "" });
      break;
    }
    const index = match.index ?? 0;
    if (index) found.push({ text: rest.slice(0, index), level: "" });
    found.push({ text: match[2], level: match[1] === "_" ? "sub" : "sup" });
    rest = rest.slice(index + match[0].length);
  }
  return found;
}

/**
 * The formula as one line of plain text, for a screen reader.
 *
 * @param {string} formula
 */
export function plain(formula) {
  return pieces(formula)
    .map(({ text, level }) => (level === "sub" ? ` ${text}` : text))
    .join("");
}

/**
 * Value of a neuron as a formula of its net: "tanh(net)", "tanh(2·0.7) + 0.1·0.7".
 *
 * @param {Neuron} neuron
 * @param {string} net
 */
export function valueFormula({ activation, gain, leak }, net) {
  const z = gain === 1 ? net : `${num(gain)}·${wrapped(net)}`;
  const f = {
    linear: z,
    unipolar: `1 / (1 + e^{−${gain === 1 ? wrapped(net) : z}})`,
    bipolar: `tanh(${z})`,
    elliot_bipolar: `${z} / (1 + |${z}|)`,
    elliot_unipolar: `½ (1 + ${z} / (1 + |${z}|))`,
  }[activation];
  return leak ? `${f} + ${num(leak)}·${wrapped(net)}` : f;
}

/**
 * Its slope, in the same way.
 *
 * @param {Neuron} neuron
 * @param {string} net
 */
export function slopeFormula({ activation, gain, leak }, net) {
  const z = gain === 1 ? net : `${num(gain)}·${wrapped(net)}`;
  const times = gain === 1 ? "" : `${num(gain)}·`;
  const tanh = `1 − tanh²(${z})`;
  const f = {
    linear: num(gain),
    unipolar: `${times}u (1 − u), u = 1 / (1 + e^{−${gain === 1 ? wrapped(net) : z}})`,
    bipolar: times ? `${times}(${tanh})` : tanh,
    elliot_bipolar: `${num(gain)} / (1 + |${z}|)²`,
    elliot_unipolar: `½·${num(gain)} / (1 + |${z}|)²`,
  }[activation];
  return leak ? `${num(leak)} + ${f}` : f;
}

/** @param {string} net */
function wrapped(net) {
  return net.startsWith("−") ? `(${net})` : net;
}
