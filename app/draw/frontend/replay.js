// @ts-check
// The player: which iteration is on the screen, and how it moves with time.

import { iterationAt, placeAt } from "../../shared/frontend/rows.js";

export const SPEEDS = [
  { label: "slow", factor: 0.25 },
  { label: "normal", factor: 1 },
  { label: "fast", factor: 5 },
  { label: "at once", factor: Infinity },
];
export const AT_ONCE = SPEEDS.length - 1;
/** @typedef {ArrayLike<number>} Iterations iteration of each row of a trace */

const BASE_RATE = 14; // iterations a second at normal speed
const LONGEST = 8; // seconds a replay takes at normal speed, however long the trace

export class Playback {
  constructor() {
    this.position = 0; // fractional row
    this.last = 0; // newest row known
    /** Of a trace that keeps only some iterations; else rows are iterations. */
    /** @type {Iterations | null} */
    this.iterations = null;
    // Where a replay comes to rest: the last, or the one that was best for validation patterns.
    this.end = 0;
    this.playing = false;
    this.speed = 1; // index into SPEEDS
    this.growing = false; // a training is still adding iterations
  }

  get k() {
    return Math.min(this.last, Math.floor(this.position + 1e-9));
  }

  /**
   * @param {number} last
   * @param {boolean} growing
   * @param {number} [end]
   * @param {Iterations | null} [iterations] of the rows
   */
  setLast(last, growing, end = last, iterations = null) {
    this.last = last;
    this.iterations = iterations && iterations[last] !== last ? iterations : null;
    this.end = growing ? last : Math.min(end, last);
    this.growing = growing;
    this.position = Math.min(this.position, last);
  }

  /** @param {number} k */
  seek(k) {
    this.position = Math.max(0, Math.min(this.last, k));
    this.playing = false;
  }

  /**
   * Go on from here with a training that has been asked for, however long its first iteration
   * takes.
   */
  follow() {
    this.growing = true;
    this.playing = true;
  }

  play() {
    if (this.k >= this.end && !this.growing) this.position = 0;
    this.playing = true;
  }

  /**
   * Iterations a second: steady for short traces, faster for long ones, and never far behind a live
   * training.
   */
  rate() {
    const { factor } = SPEEDS[this.speed];
    const newest = this.iterationAt(this.last);
    const backlog = newest - this.iterationAt(this.position);
    const steady = Math.max(BASE_RATE, newest / LONGEST);
    return factor * (this.growing ? Math.max(steady, backlog * 4) : steady);
  }

  /** @param {number} row may be between two rows */
  iterationAt(row) {
    return this.iterations ? iterationAt(this.iterations, row) : row;
  }

  /** @param {number} iteration */
  rowAt(iteration) {
    return this.iterations ? placeAt(this.iterations, iteration) : iteration;
  }

  /**
   * Advance by dt seconds; returns whether the shown iteration changed.
   *
   * @param {number} dt
   */
  tick(dt) {
    if (!this.playing) return false;
    const before = this.k;
    const rate = this.rate();
    // A replay that followed a training beyond its best iteration returns to it.
    const end = this.iterationAt(this.end);
    const next = this.iterationAt(this.position) + rate * dt;
    this.position = next < end ? this.rowAt(next) : this.end;
    if (this.position >= this.end && !this.growing) this.playing = false;
    return this.k !== before;
  }
}
