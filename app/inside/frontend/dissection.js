// One dissection as the server sent it, unpacked. Every number here comes from nbn_core; nothing is
// computed but places in arrays.

import { decodeFloats } from "../../shared/frontend/network.js";

export class Dissection {
  constructor(data) {
    Object.assign(this, data);
    const { network } = data;
    this.inputs = network.n_inputs;
    this.neurons = network.neurons;
    this.names = [...network.inputs, ...this.neurons.map((neuron) => neuron.id)];
    this.outputs = network.outputs;
    this.first = [];
    this.ends = []; // weight -> [source node or -1, neuron]
    this.neurons.forEach(({ sources }, k) => {
      this.first.push(this.ends.length);
      this.ends.push([-1, k], ...sources.map((source) => [source, k]));
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

  unpackPattern(pattern) {
    const arrays = ["targets", "errors", "values", "nets", "slopes", "deltas", "effects"];
    this.pattern = { ...pattern };
    for (const name of [...arrays, "backward", "rows", "backward_rows"])
      this.pattern[name] = decodeFloats(pattern[name]);
    this.deltaRow = new Map(pattern.delta_rows.map((k, place) => [k, place]));
  }

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

  get N() {
    return this.ends.length;
  }

  name(k) {
    return this.names[this.inputs + k];
  }

  /** Value of a node; the bias is a node that always says 1. */
  value(source) {
    return source < 0 ? 1 : this.pattern.values[source];
  }

  weightName(n) {
    const [source, k] = this.ends[n];
    return source < 0 ? `bias of ${this.name(k)}` : `${this.names[source]} → ${this.name(k)}`;
  }

  weightsOf(k) {
    const end = this.first[k + 1] ?? this.N;
    return Array.from({ length: end - this.first[k] }, (_, i) => this.first[k] + i);
  }

  knowsDeltas(k) {
    return this.deltaRow.has(k);
  }

  delta(k, j) {
    return this.pattern.deltas[this.deltaRow.get(k) * this.neurons.length + j];
  }

  effect(m, node) {
    return this.pattern.effects[m * this.names.length + node];
  }

  backward(m, j) {
    return this.pattern.backward[m * this.neurons.length + j];
  }

  /** Entry of the Jacobian row of output m by the chosen way. */
  entry(m, n, way) {
    return this.pattern[way === "backward" ? "backward_rows" : "rows"][m * this.N + n];
  }

  /** Whether a path leads from neuron j to neuron k. */
  reaches(j, k) {
    if (j === k) return true;
    return this.followers[j].some(([i]) => i <= k && this.reachesOnce(i, k));
  }

  reachesOnce(j, k) {
    this.paths ??= new Map();
    const key = j * this.neurons.length + k;
    if (!this.paths.has(key)) this.paths.set(key, this.reaches(j, k));
    return this.paths.get(key);
  }

  /** Output followed where only one is: of those sent the one with the largest error. */
  get leading() {
    let best = 0;
    for (let m = 1; m < this.pattern.outputs_sent; m++)
      if (Math.abs(this.pattern.errors[m]) > Math.abs(this.pattern.errors[best])) best = m;
    return best;
  }
}

/** Place of (row, column) in the upper triangle of an n x n matrix, row by row. */
export function trianglePlace(row, column, n) {
  const [a, b] = row <= column ? [row, column] : [column, row];
  return a * n - (a * (a - 1)) / 2 + (b - a);
}

function unpackAttempt(attempt) {
  if (!attempt.step) return attempt;
  return { ...attempt, step: decodeFloats(attempt.step), weights: decodeFloats(attempt.weights) };
}

function decodeSingles(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new Float32Array(bytes.buffer);
}
