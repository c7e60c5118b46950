// Numbers and formulas as text. "_{...}" marks a subscript, "^{...}" a superscript.

import { short } from "../../shared/frontend/numbers.js";

const MOST_TERMS = 6;

/** Four significant digits, in the one format that all pages share. */
export function num(value, digits = 4) {
  return short(value, digits);
}

/** A factor: negative numbers in brackets. */
export function factor(value) {
  return value < 0 ? `(${num(value)})` : num(value);
}

/** "0.5 + 1.2·(−1) − 0.3·1" from products [[a, b], ...] or single numbers; long sums lose their middle. */
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

/** Split a formula into pieces {text, level}: level 0, "sub" or "sup". */
export function pieces(formula) {
  const found = [];
  let rest = formula;
  while (rest) {
    const match = rest.match(/([_^])\{([^}]*)\}/);
    if (!match) {
      found.push({ text: rest, level: "" });
      break;
    }
    if (match.index) found.push({ text: rest.slice(0, match.index), level: "" });
    found.push({ text: match[2], level: match[1] === "_" ? "sub" : "sup" });
    rest = rest.slice(match.index + match[0].length);
  }
  return found;
}

/** The formula as one line of plain text, for a screen reader. */
export function plain(formula) {
  return pieces(formula)
    .map(({ text, level }) => (level === "sub" ? ` ${text}` : text))
    .join("");
}

/** Value of a neuron as a formula of its net: "tanh(net)", "tanh(2·0.7) + 0.1·0.7". */
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

/** Its slope, in the same way. */
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

function wrapped(net) {
  return net.startsWith("−") ? `(${net})` : net;
}
