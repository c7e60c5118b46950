// @ts-check
// Predictions of a rule that predicts in its own way: computed by the server while it trains, as
// the drawn weights do not give them.

import { decodeFloats } from "../../shared/frontend/network.js";

/** @import { OwnPredictions } from "./payloads.d.ts" */
/** @typedef {{first: number, count: number}} Part of the samples of a prediction */

export class Predictions {
  /** Iterations of the predictions received. @type {number[]} */
  iterations = [];
  /** Predictions, output by output. @type {Float64Array[]} */
  outputs = [];
  /** Number of predictions that the server has. @type {number} */
  total = 0;

  /**
   * Add what the server sent; predictions already here are left alone.
   *
   * @param {OwnPredictions} sent
   */
  add({ first, total, iterations, outputs }) {
    this.total = total;
    const known = this.iterations.length;
    if (first > known || !iterations.length) return;
    const values = decodeFloats(outputs);
    const size = values.length / iterations.length;
    iterations.forEach((iteration, i) => {
      if (first + i < known) return;
      this.iterations.push(iteration);
      this.outputs.push(values.subarray(i * size, (i + 1) * size));
    });
  }

  /** Whether the server has more than what is here. */
  get behind() {
    return this.iterations.length < this.total;
  }

  /**
   * Number of the prediction at an iteration, or of the last one before it; -1 if there is none.
   *
   * @param {number} iteration
   */
  index(iteration) {
    let i = this.iterations.length - 1;
    while (i >= 0 && this.iterations[i] > iteration) i--;
    return i;
  }

  /**
   * Output m of prediction i over a part of the samples.
   *
   * @param {number} i
   * @param {Part} part
   * @param {number} m
   * @param {number} M number of outputs
   */
  output(i, { first, count }, m, M) {
    const size = this.outputs[i].length / M;
    return this.outputs[i].subarray(m * size + first, m * size + first + count);
  }
}
