// @ts-check
// Steps of the forward pass: inputs, neuron by neuron, errors.

import { num, slopeFormula, sum, valueFormula } from "./notation.js";

/** @import { Dissection } from "./dissection.js" */
/**
 * @import { PartialStep, Step } from "./steps.d.ts"
 *
 * @param {Dissection} apart
 * @returns {PartialStep}
 */

export function inputStep(apart) {
  const { inputs, outputs, names, pattern } = apart;
  const shown = names
    .slice(0, Math.min(inputs, 8))
    .map((name, i) => `${name} = ${num(pattern.values[i])}`);
  const targets = outputs.slice(0, 8).map((k, m) => `${apart.name(k)}: ${num(pattern.targets[m])}`);
  const title = `Pattern ${apart.p + 1} of ${apart.patterns} enters`;
  return {
    id: "pattern",
    stage: "pattern",
    title,
    formula: ["inputs x and targets d"],
    numbers: [
      shown.join(",  ") + (inputs > 8 ? `, … ${inputs - 8} more` : ""),
      `targets  ${targets.join(",  ")}${outputs.length > 8 ? ", …" : ""}`,
    ],
    say: `${title}. ${shown.join(", ")}. Targets: ${targets.join(", ")}.`,
    lit: { nodes: Array.from({ length: inputs }, (_, i) => i) },
    known: 0,
    panel: { kind: "nodes", known: 0, at: -1 },
  };
}

/**
 * @param {Dissection} apart
 * @returns {PartialStep[]}
 */
export function forwardSteps(apart) {
  if (apart.small) return apart.neurons.map((_, k) => neuronStep(apart, k));
  return [neuronStep(apart, apart.neuron), restStep(apart)];
}

/**
 * @param {Dissection} apart
 * @param {number} k
 * @returns {PartialStep}
 */
function neuronStep(apart, k) {
  const { neurons, pattern, weights, inputs } = apart;
  const neuron = neurons[k];
  const name = apart.name(k);
  const own = apart.weightsOf(k);
  const net = num(pattern.nets[k]);
  const terms = own.map((n, i) => {
    /** @type {[number, number]} */
    const product = [weights[n], apart.value(apart.ends[n][0])];
    return i ? product : weights[n];
  });
  return {
    id: `forward:${name}`,
    stage: "forward",
    title: `Neuron ${name}: weighted sum, value and slope`,
    formula: [
      `net = w_{0} + Σ w_{i} y_{i}`,
      `y = ${valueFormula(neuron, "net")}`,
      `s = dy/dnet = ${slopeFormula(neuron, "net")}`,
    ],
    numbers: [
      `net_{${name}} = ${sum(terms)} = ${net}`,
      equation(`y_{${name}}`, valueFormula(neuron, net), num(pattern.values[inputs + k])),
      equation(`s_{${name}}`, slopeFormula(neuron, net), num(pattern.slopes[k])),
    ],
    say:
      `Neuron ${name}. Weighted sum ${net}, value ${num(pattern.values[inputs + k])}, ` +
      `slope ${num(pattern.slopes[k])}.`,
    lit: { nodes: [...neuron.sources, inputs + k], links: own },
    focus: inputs + k,
    known: k + 1,
    below: slopesBelow(apart, k + 1),
    panel: apart.small ? { kind: "nodes", known: k + 1, at: k } : { kind: "terms", k },
  };
}

/**
 * @param {string} left
 * @param {string} middle
 * @param {string} right
 */
function equation(left, middle, right) {
  return middle === right ? `${left} = ${right}` : `${left} = ${middle} = ${right}`;
}

/**
 * @param {Dissection} apart
 * @returns {PartialStep}
 */
function restStep(apart) {
  const { neurons, inputs } = apart;
  const title = `The other ${neurons.length - 1} neurons, in the same way`;
  return {
    id: "forward:rest",
    stage: "forward",
    title,
    formula: ["net = w_{0} + Σ w_{i} y_{i},   y = f(net),   s = f ′(net)"],
    numbers: [],
    say: `${title}.`,
    lit: { nodes: neurons.map((_, k) => inputs + k) },
    below: slopesBelow(apart, neurons.length),
    panel: { kind: "nodes", known: neurons.length, at: apart.neuron },
  };
}

/**
 * @param {Dissection} apart
 * @param {number} known
 * @returns {Step["below"]}
 */
function slopesBelow(apart, known) {
  return {
    label: "slope s",
    of: (node) =>
      node >= apart.inputs && node - apart.inputs < known
        ? apart.pattern.slopes[node - apart.inputs]
        : null,
  };
}

/**
 * @param {Dissection} apart
 * @returns {PartialStep[]}
 */
export function errorSteps(apart) {
  const { outputs, pattern, inputs } = apart;
  const picked = apart.small ? outputs.map((_, m) => m) : [apart.leading];
  return picked.map((m) => {
    const name = apart.name(outputs[m]);
    const value = num(pattern.values[inputs + outputs[m]]);
    return {
      id: `errors:${name}`,
      stage: "errors",
      title: `The error at ${name}`,
      formula: ["e = d − o"],
      numbers: [
        `e_{${name}} = ${sum([pattern.targets[m], -pattern.values[inputs + outputs[m]]])} = ` +
          num(pattern.errors[m]),
        ...(m === picked[picked.length - 1]
          ? [`this pattern’s share of the SSE: Σ e² = ${num(pattern.sse)}`]
          : []),
      ],
      say:
        `Error at ${name}: target ${num(pattern.targets[m])}, output ${value}, ` +
        `error ${num(pattern.errors[m])}.`,
      lit: { nodes: [inputs + outputs[m]] },
      below: {
        label: "error e",
        of: (node) => {
          const own = outputs.indexOf(node - inputs);
          return own >= 0 ? pattern.errors[own] : null;
        },
      },
      panel: { kind: "errors", at: m },
    };
  });
}
