// @ts-check
// The forward pass, for heat maps and curves while replaying. tests/js/network.test.js
// compares it with nbn_core, to 1e-6.

/** @import { Activation, NeuronBlock } from "./payloads.d.ts" */
/** @typedef {{bias: number[], links: Map<string, number>, count: number}} WeightIndex */

/** @type {Record<Activation, (net: number, gain: number) => number>} */
const ACTIVATIONS = {
  linear: (net, gain) => gain * net,
  unipolar: (net, gain) => 1 / (1 + Math.exp(-gain * net)),
  bipolar: (net, gain) => Math.tanh(gain * net),
  elliot_unipolar: (net, gain) => (0.5 * gain * net) / (1 + gain * Math.abs(net)) + 0.5,
  elliot_bipolar: (net, gain) => (gain * net) / (1 + gain * Math.abs(net)),
};

/**
 * Little-endian float64 in base64 -> Float64Array.
 *
 * @param {string} base64
 */
export function decodeFloats(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new Float64Array(bytes.buffer);
}

/**
 * Outputs of every node over the patterns.
 *
 * network: {n_inputs, neurons: [{activation, gain, leak, sources}]}, sources before targets.
 * weights: neuron by neuron, bias first. inputs: node-major, input i of pattern p at i*P + p.
 * Returns node-major values, (inputs + neurons) x P.
 *
 * @param {{n_inputs: number, neurons: NeuronBlock[]}} network
 * @param {ArrayLike<number>} weights
 * @param {Float64Array} inputs
 * @param {number} patterns
 */
export function forward(network, weights, inputs, patterns) {
  const first = network.n_inputs;
  const values = new Float64Array((first + network.neurons.length) * patterns);
  values.set(inputs.subarray(0, first * patterns));
  let n = 0;
  network.neurons.forEach((neuron, k) => {
    const start = (first + k) * patterns;
    values.fill(weights[n++], start, start + patterns);
    for (const source of neuron.sources) {
      addScaled(values, start, source * patterns, weights[n++], patterns);
    }
    activate(values, start, patterns, neuron);
  });
  return values;
}

/**
 * @param {Float64Array} values
 * @param {number} to
 * @param {number} from
 * @param {number} weight
 * @param {number} patterns
 */
function addScaled(values, to, from, weight, patterns) {
  for (let p = 0; p < patterns; p++) values[to + p] += weight * values[from + p];
}

/**
 * @param {Float64Array} values
 * @param {number} start
 * @param {number} patterns
 * @param {{activation: Activation, gain: number, leak: number}} options
 */
function activate(values, start, patterns, { activation, gain, leak }) {
  const f = ACTIVATIONS[activation];
  for (let p = start; p < start + patterns; p++) {
    const net = values[p];
    values[p] = leak === 0 ? f(net, gain) : f(net, gain) + leak * net;
  }
}

/**
 * Position of each weight: {bias: [index per neuron], links: Map "source>target" -> index}.
 *
 * @param {{n_inputs: number, neurons: NeuronBlock[]}} network
 * @param {string[]} ids
 */
export function weightIndex(network, ids) {
  /** @type {number[]} */
  const bias = [];
  const links = new Map();
  let n = 0;
  network.neurons.forEach((neuron, k) => {
    bias.push(n++);
    for (const source of neuron.sources) {
      links.set(linkKey(ids[source], ids[network.n_inputs + k]), n++);
    }
  });
  return { bias, links, count: n };
}

/**
 * The key of a connection, for maps and selections. Names hold no control characters.
 *
 * @param {string | number} source
 * @param {string | number} target
 */
export function linkKey(source, target) {
  return `${source}\u0001${target}`;
}

/**
 * Inputs of a square grid over [xmin, xmax] x [ymin, ymax], top row first, node-major.
 *
 * @param {number[]} domain
 * @param {number} size
 */
export function gridInputs(domain, size) {
  const [xmin, xmax, ymin, ymax] = domain;
  const inputs = new Float64Array(2 * size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const p = row * size + column;
      inputs[p] = xmin + ((xmax - xmin) * (column + 0.5)) / size;
      inputs[size * size + p] = ymax - ((ymax - ymin) * (row + 0.5)) / size;
    }
  }
  return inputs;
}
