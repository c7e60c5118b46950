// @ts-check
// What is known of the experiment in the browser: data, network, and the trace received so far.

import { required } from "../../shared/frontend/required.js";
import { decodeFloats, forward, gridInputs, weightIndex } from "../../shared/frontend/network.js";
import { Predictions } from "./predictions.js";

/** @import { Base64, NetworkBlock } from "../../shared/frontend/payloads.d.ts" */
/** @import { Tile } from "../../shared/frontend/paintwork.js" */
/** @import { WeightIndex } from "../../shared/frontend/network.js" */
/** @import { Change, DataBlock, PatternsBlock, Run } from "./payloads.d.ts" */
/** @typedef {"train" | "validation" | "test"} Part of the patterns */
/** @typedef {Part | "tile" | "fine"} Points at which the network is computed */
/** @typedef {{P: number, inputs: Float64Array, targets: Float64Array}} Patterns */
/** @typedef {Patterns | null} Others */

/**
 * @typedef {Omit<DataBlock, Part> & {train: Patterns, validation: Others, test: Others}} Data
 */

/**
 * @typedef {object} ModelRun the trace received so far, one entry a row
 * @property {string} id
 * @property {"running" | "ended"} state
 * @property {string | null} stop
 * @property {string} sentence
 * @property {number} total
 * @property {number | null} best
 * @property {number[]} iterations
 * @property {(number | null)[]} sse
 * @property {(number | null)[]} mu
 * @property {(number | null)[]} seconds
 * @property {(number | null)[]} validation
 * @property {Map<number, Float64Array>} rows weights of the rows that were sent with them
 * @property {number} count number of rows
 * @property {Predictions | null} own of a rule that predicts in its own way
 * @property {Change[] | null} changes of the network; null if it stays as it is
 */

const TILE = 36; // side of a neuron's heat map in pixels, MAP_SIDE in own_predictions.py
const FINE = 96; // side of the output surface when nothing moves
const CURVE = 120; // points along a one-input curve, CURVE_PLACES in own_predictions.py
const MOST_CELLS = 1024; // patterns shown in a neuron's tile
const NEWS = 4; // rows for which a change of the network is marked
/** Reasons for an end after which training can go on. */
const GOES_ON = new Set(["MAX_ITERATIONS", "PLATEAU", "STEPS_DONE", "CANCELLED"]);
/** Columns of a run: one number a row. */
const COLUMNS = /** @type {const} */ (["iterations", "sse", "mu", "seconds", "validation"]);

export class Model {
  /** @type {Data} */
  data;
  /** @type {NetworkBlock} */
  network;
  /** @type {string[]} */
  ids;
  /** @type {WeightIndex} */
  index;
  /** @type {Float64Array} */
  start;
  /** @type {Float64Array} */
  tileInputs;
  /** @type {Float64Array} */
  fineInputs;
  /** @type {ModelRun | null} */
  run = null;
  /** Whether the rule predicts in its own way, so that weights do not give the outputs. */
  own = false;
  /** @type {Partial<Record<Points, {weights: Float64Array, values: Float64Array}>>} */
  cache = {};

  /** @param {DataBlock} data */
  setData(data) {
    this.data = {
      ...data,
      train: unpack(data.train),
      validation: data.validation ? unpack(data.validation) : null,
      test: data.test ? unpack(data.test) : null,
    };
    this.cache = {};
    const { domain } = data;
    if (domain && data.I === 2) {
      this.tileInputs = gridInputs(domain, TILE);
      this.fineInputs = gridInputs(domain, FINE);
    } else if (domain && data.I === 1) {
      const [low, high] = domain;
      this.tileInputs = Float64Array.from(
        { length: CURVE },
        (_, i) => low + ((high - low) * i) / (CURVE - 1),
      );
    }
  }

  /**
   * @param {NetworkBlock} network
   * @param {Base64} start
   */
  setNetwork(network, start) {
    this.network = network;
    this.ids = [...network.inputs, ...network.neurons.map((neuron) => neuron.id)];
    this.index = weightIndex(network, this.ids);
    this.start = decodeFloats(start);
    this.cache = {};
  }

  /**
   * Add what the server sent of a training; rows already here are left alone. Returns whether
   * anything is new.
   *
   * @param {Run | null} run
   */
  addRun(run) {
    if (!run) {
      const had = this.run !== null;
      this.run = null;
      return had;
    }
    if (!this.run || this.run.id !== run.id) {
      if (run.first > 0) return false; // an earlier part is missing: the next poll asks for it
      const columns = { iterations: [], sse: [], mu: [], seconds: [], validation: [] };
      const { id, state, stop, sentence, total, best, changes } = run;
      const kept = { ...columns, rows: new Map(), own: run.own && new Predictions() };
      this.run = { id, state, stop, sentence, total, best, changes, ...kept, count: 0 };
    }
    const mine = this.run;
    const { state, stop, sentence, total, best, changes } = run;
    Object.assign(mine, { state, stop, sentence, total, best, changes });
    if (run.own) mine.own?.add(run.own);
    if (run.first > mine.count) return false;
    const skip = mine.count - run.first;
    for (const name of COLUMNS) {
      /** @type {(number | null)[]} */
      const column = mine[name];
      column.push(...run[name].slice(skip));
    }
    const weights = decodeFloats(run.weights);
    const width = this.index.count;
    run.kept.forEach((k, i) => mine.rows.set(k, weights.subarray(i * width, (i + 1) * width)));
    mine.count = Math.max(mine.count, run.first + run.sse.length);
    return true;
  }

  /** Whether the server has rows or predictions that are not here. */
  get behind() {
    const { run } = this;
    return Boolean(!run || run.count < run.total || run.own?.behind);
  }

  /** Whether the training ended by itself, so that it cannot go on: solved, or stuck. */
  get over() {
    const { stop, state } = this.run ?? {};
    return state === "ended" && Boolean(stop) && !GOES_ON.has(stop ?? "");
  }

  /**
   * The change of the network that row k shows: made at that row, or just before it.
   *
   * @param {number} k
   */
  changeAt(k) {
    const change = this.run?.changes?.filter((one) => one.row <= k).at(-1);
    return change && k - change.row < NEWS ? change : null;
  }

  get last() {
    return this.run ? Math.max(0, this.run.count - 1) : 0;
  }

  /**
   * The row a training ended at: the last, or the one that was best for the validation patterns.
   */
  get end() {
    return Math.min(this.last, this.run?.best ?? this.last);
  }

  /**
   * The number of the iteration in row k: rules that need very many keep only some of them.
   *
   * @param {number} k
   */
  iteration(k) {
    return this.run?.iterations[k] ?? k;
  }

  /**
   * Weights at iteration k; for very long traces the nearest kept iteration at or before it.
   *
   * @param {number} k
   * @returns {Float64Array}
   */
  weightsAt(k) {
    if (!this.run || !this.run.count) return this.start;
    for (let i = k; i >= 0; i--) {
      const row = this.run.rows.get(i);
      if (row) return row;
    }
    return this.start;
  }

  /** @param {number} k */
  sseAt(k) {
    return this.run?.sse[k] ?? NaN;
  }

  /**
   * Sum of squared errors of the starting weights over the training patterns; NaN where weights do
   * not give the outputs.
   */
  startSse() {
    const { train, M } = this.data;
    let sum = 0;
    for (let m = 0; m < M; m++) {
      const output = this.output(0, "train", m);
      if (!output) return NaN;
      for (let p = 0; p < train.P; p++) sum += (train.targets[m * train.P + p] - output[p]) ** 2;
    }
    return sum;
  }

  /**
   * Values of all nodes at iteration k, over "train", "test", "tile" or "fine" points; computed
   * once.
   *
   * @param {number} k
   * @param {Points} which
   */
  values(k, which) {
    const weights = this.weightsAt(k);
    const hit = this.cache[which];
    if (hit && hit.weights === weights) return hit.values;
    const [inputs, count] = this.points(which);
    const values = forward(this.network, weights, inputs, count);
    this.cache[which] = { weights, values };
    return values;
  }

  /**
   * @param {Points} which
   * @returns {[inputs: Float64Array, count: number]}
   */
  points(which) {
    if (which === "tile") return [this.tileInputs, this.data.I === 2 ? TILE * TILE : CURVE];
    if (which === "fine") return [this.fineInputs, FINE * FINE];
    const { inputs, P } = required(this.data[which]);
    return [inputs, P];
  }

  /**
   * Output m over a set of points; null if the rule predicts in its own way and has not done so.
   *
   * @param {number} k
   * @param {Points} which
   * @param {number} m
   * @returns {Float64Array | null}
   */
  output(k, which, m) {
    if (this.own) return this.predicted(k, which, m);
    const [, count] = this.points(which);
    const node = this.network.n_inputs + this.network.outputs[m];
    return this.values(k, which).subarray(node * count, (node + 1) * count);
  }

  /**
   * @param {number} k
   * @param {Points} which
   * @param {number} m
   */
  predicted(k, which, m) {
    const { data } = this;
    const places = data.I > 2 ? 0 : this.points("tile")[1];
    const aside = data.validation?.P ?? 0;
    const parts = {
      tile: { first: 0, count: places },
      fine: { first: 0, count: places },
      train: { first: places, count: data.train.P },
      validation: { first: places + data.train.P, count: aside },
      test: { first: places + data.train.P + aside, count: data.test?.P ?? 0 },
    };
    const own = this.run?.own;
    const i = own?.index(this.iteration(k)) ?? -1;
    return own && i >= 0 ? own.output(i, parts[which], m, data.M) : null;
  }

  /**
   * Iteration of the outputs shown for row k: of very many predictions only some are made, and of
   * very long traces only the weights of some rows are sent.
   *
   * @param {number} k
   */
  outputIteration(k) {
    const own = this.own ? this.run?.own : null;
    return own?.iterations[own.index(this.iteration(k))] ?? this.iteration(this.keptRow(k));
  }

  /**
   * The row whose weights are shown for row k: k itself, or the last before it that was sent.
   *
   * @param {number} k
   */
  keptRow(k) {
    for (let i = k; i > 0; i--) if (this.run?.rows.has(i)) return i;
    return 0;
  }

  /**
   * What a node's tile shows at iteration k: a map over two inputs, a curve over one, else a cell a
   * pattern. Nothing for a hidden neuron of a rule that predicts in its own way.
   *
   * @param {number} k
   * @param {string} id
   * @returns {Tile | null}
   */
  tile(k, id) {
    const node = this.ids.indexOf(id);
    if (node < 0) return null;
    const which = this.data.I <= 2 ? "tile" : "train";
    const shown = this.nodeValues(k, which, node);
    if (!shown) return null;
    const values = this.scaled(node, shown);
    if (this.data.I === 2) return { kind: "map", columns: TILE, rows: TILE, smooth: true, values };
    if (this.data.I === 1) return { kind: "curve", values };
    return cells(values);
  }

  /**
   * Values of a node over a set of points; null for those that the drawn weights do not give.
   *
   * @param {number} k
   * @param {Points} which
   * @param {number} node
   */
  nodeValues(k, which, node) {
    const { n_inputs, outputs } = this.network;
    if (this.own && node >= n_inputs) {
      const m = outputs.indexOf(node - n_inputs);
      return m < 0 ? null : this.output(k, which, m);
    }
    const [, count] = this.points(which);
    return this.values(k, which).subarray(node * count, (node + 1) * count);
  }

  /**
   * Inputs and outputs fill the palette with their own range; hidden neurons show their value as it
   * is.
   *
   * @param {number} node
   * @param {Float64Array} values
   */
  scaled(node, values) {
    const m = this.network.outputs.indexOf(node - this.network.n_inputs);
    const range =
      node < this.network.n_inputs
        ? this.data.input_ranges[node]
        : m >= 0
          ? this.data.target_ranges[m]
          : null;
    if (!range) return values;
    const [middle, half] = [(range[0] + range[1]) / 2, (range[1] - range[0]) / 2 || 1];
    return Float64Array.from(values, (value) => (value - middle) / half);
  }
}

/**
 * @param {ArrayLike<number>} values
 * @returns {Tile}
 */
function cells(values) {
  const shown = Math.min(values.length, MOST_CELLS);
  const columns = Math.ceil(Math.sqrt(shown));
  const rows = Math.ceil(shown / columns);
  const picked = new Float64Array(columns * rows);
  for (let i = 0; i < shown; i++) picked[i] = values[Math.floor((i * values.length) / shown)];
  return { kind: "cells", columns, rows, smooth: false, values: picked };
}

/** @param {PatternsBlock} set */
function unpack(set) {
  return { P: set.P, inputs: decodeFloats(set.inputs), targets: decodeFloats(set.targets) };
}
