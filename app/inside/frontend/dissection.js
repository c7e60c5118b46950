// @ts-check
// One dissection as the server sent it, unpacked. Every number here comes from nbn_core; nothing is
// computed but places in arrays.

import { required } from "../../shared/frontend/required.js";
import { decodeFloats } from "../../shared/frontend/network.js";

/** @import { NeuronBlock, SentGraph } from "../../shared/frontend/payloads.d.ts" */
/**
 * @import { AttemptBlock, DampingBlock, DissectionPayload, PatternBlock, SumsBlock }
 *   from "./payloads.d.ts"
 */
/** @import { Way } from "./steps.d.ts" */
/** @typedef {Omit<PatternBlock, Packed> & Record<Packed, Float64Array>} Pattern */

/**
 * @typedef {Omit<SumsBlock, "share" | "gradient_share" | "g" | "diagonal"> & {
 *   share: Float32Array, gradient_share: Float64Array, g: Float64Array, diagonal: Float64Array,
 *   frames: Float32Array[], gradients: Float64Array[]}} Sums
 */

/**
 * @typedef {Omit<AttemptBlock, "step" | "weights"> &
 *   {step?: Float64Array, weights?: Float64Array}} Attempt
 */
/** @typedef {Omit<DampingBlock, "added"> & {added: Float64Array}} Damping */

const PACKED = /** @type {const} */ ([
  "targets",
  "errors",
  "values",
  "nets",
  "slopes",
  "deltas",
  "effects",
  "backward",
  "rows",
  "backward_rows",
]);
/** @typedef {typeof PACKED[number]} Packed arrays of a pattern */

export class Dissection {
  /** First weight of each neuron. @type {number[]} */
  first = [];
  /** Ends of each weight; source -1 is the bias. @type {[source: number, neuron: number][]} */
  ends = [];
  /** Of each neuron those that it feeds. @type {[neuron: number, weight: number][][]} */
  followers;
  /** @type {Pattern} */
  pattern;
  /** @type {Sums} */
  sums;
  /** @type {Map<number, number>} */
  deltaRow;
  /** @type {Map<number, boolean>} */
  paths = new Map();

  /** @param {DissectionPayload} data */
  constructor(data) {
    const { network } = data;
    /** @type {SentGraph} */
    this.graph = data.graph;
    this.small = data.small;
    this.neuron = data.neuron;
    this.k = data.k;
    this.last = data.last;
    this.iterations = data.iterations;
    this.p = data.p;
    this.patterns = data.patterns;
    this.sse = data.sse;
    this.stop = data.stop;
    this.gradient_norm = data.gradient_norm;
    this.attempts_made = data.attempts_made;
    this.inputs = network.n_inputs;
    /** @type {NeuronBlock[]} */
    this.neurons = network.neurons;
    this.names = [...network.inputs, ...this.neurons.map((neuron) => neuron.id)];
    this.outputs = network.outputs;
    this.neurons.forEach(({ sources }, k) => {
      this.first.push(this.ends.length);
      this.ends.push([-1, k]);
      for (const source of sources) this.ends.push([source, k]);
    });
    this.followers = this.neurons.map(() => []); // neuron -> [[later neuron, weight]]
    this.ends.forEach(([source, k], n) => {
      if (source >= this.inputs) this.followers[source - this.inputs].push([k, n]);
    });
    this.weights = decodeFloats(data.weights);
    this.unpackPattern(data.pattern);
    this.unpackSums(data.sums);
    this.attempts = data.attempts.map(unpackAttempt);
    this.damping = { ...data.damping, added: decodeFloats(data.damping.added) };
  }

  /** @param {PatternBlock} pattern */
  unpackPattern(pattern) {
    const unpacked = Object.fromEntries(PACKED.map((name) => [name, decodeFloats(pattern[name])]));
    this.pattern = { ...pattern, .../** @type {Record<Packed, Float64Array>} */ (unpacked) };
    this.deltaRow = new Map(pattern.delta_rows.map((k, place) => [k, place]));
  }

  /** @param {SumsBlock} sums */
  unpackSums(sums) {
    const quasi = decodeSingles(sums.quasi);
    const n = sums.weights.length;
    const size = (n * (n + 1)) / 2;
    this.sums = {
      ...sums,
      share: decodeSingles(sums.share),
      gradient_share: decodeFloats(sums.gradient_share),
      g: decodeFloats(sums.g),
      diagonal: decodeFloats(sums.diagonal),
      frames: sums.after.map((_, f) => quasi.subarray(f * size, (f + 1) * size)),
      gradients: sums.after.map((_, f) => decodeFloats(sums.gradient).subarray(f * n, (f + 1) * n)),
    };
  }

  /** The iteration shown; the trace of some rules keeps only a part of them. */
  get iteration() {
    return this.iterations?.[this.k] ?? this.k;
  }

  get N() {
    return this.ends.length;
  }

  /** @param {number} k */
  name(k) {
    return this.names[this.inputs + k];
  }

  /**
   * Value of a node; the bias is a node that always says 1.
   *
   * @param {number} source
   */
  value(source) {
    return source < 0 ? 1 : this.pattern.values[source];
  }

  /** @param {number} n */
  weightName(n) {
    const [source, k] = this.ends[n];
    return source < 0 ? `bias of ${this.name(k)}` : `${this.names[source]} → ${this.name(k)}`;
  }

  /** @param {number} k */
  weightsOf(k) {
    const end = this.first[k + 1] ?? this.N;
    return Array.from({ length: end - this.first[k] }, (_, i) => this.first[k] + i);
  }

  /** @param {number} k */
  knowsDeltas(k) {
    return this.deltaRow.has(k);
  }

  /**
   * @param {number} k
   * @param {number} j
   */
  delta(k, j) {
    return this.pattern.deltas[required(this.deltaRow.get(k)) * this.neurons.length + j];
  }

  /**
   * @param {number} m
   * @param {number} node
   */
  effect(m, node) {
    return this.pattern.effects[m * this.names.length + node];
  }

  /**
   * @param {number} m
   * @param {number} j
   */
  backward(m, j) {
    return this.pattern.backward[m * this.neurons.length + j];
  }

  /**
   * Entry of the Jacobian row of output m by the chosen way.
   *
   * @param {number} m
   * @param {number} n
   * @param {Way} way
   */
  entry(m, n, way) {
    return this.pattern[way === "backward" ? "backward_rows" : "rows"][m * this.N + n];
  }

  /**
   * Whether a path leads from neuron j to neuron k.
   *
   * @param {number} j
   * @param {number} k
   * @returns {boolean}
   */
  reaches(j, k) {
    if (j === k) return true;
    return this.followers[j].some(([i]) => i <= k && this.reachesOnce(i, k));
  }

  /**
   * @param {number} j
   * @param {number} k
   * @returns {boolean}
   */
  reachesOnce(j, k) {
    const key = j * this.neurons.length + k;
    const known = this.paths.get(key);
    if (known !== undefined) return known;
    const found = this.reaches(j, k);
    this.paths.set(key, found);
    return found;
  }

  /** Output followed where only one is: of those sent the one with the largest error. */
  get leading() {
    let best = 0;
    for (let m = 1; m < this.pattern.outputs_sent; m++)
      if (Math.abs(this.pattern.errors[m]) > Math.abs(this.pattern.errors[best])) best = m;
    return best;
  }
}

/**
 * Place of (row, column) in the upper triangle of an n x n matrix, row by row.
 *
 * @param {number} row
 * @param {number} column
 * @param {number} n
 */
export function trianglePlace(row, column, n) {
  const [a, b] = row <= column ? [row, column] : [column, row];
  return a * n - (a * (a - 1)) / 2 + (b - a);
}

/**
 * @param {AttemptBlock} attempt
 * @returns {Attempt}
 */
function unpackAttempt(attempt) {
  const { step, weights, ...rest } = attempt;
  if (step === undefined || weights === undefined) return rest;
  return { ...rest, step: decodeFloats(step), weights: decodeFloats(weights) };
}

/** @param {string} base64 */
function decodeSingles(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new Float32Array(bytes.buffer);
}
