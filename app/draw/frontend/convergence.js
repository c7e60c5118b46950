// @ts-check
// The convergence chart: SSE of the training and of the validation patterns on a log axis, the
// damping mu below it, and a mark at the iteration shown.

import { counted, roundTicks, short, whole } from "../../shared/frontend/numbers.js";
import { nearestRow } from "../../shared/frontend/rows.js";
import { el, fitCanvas } from "../../shared/frontend/dom.js";

/** @import { Look } from "../../shared/frontend/theme.js" */
/** @typedef {(number | null)[]} Column null: too large a number */
/** @typedef {{left: number, right: number, top: number, bottom: number}} Box */
/** @typedef {{low: number, high: number}} Decades */
/** @typedef {{width?: number, dash?: number[], pale?: number}} LineStyle */

/**
 * @typedef {object} Summary
 * @property {number} k row shown
 * @property {number} last last row
 * @property {number} at iteration of row k
 * @property {number} end iteration of the last row
 * @property {ArrayLike<number>} [iterations] iteration of each row
 * @property {Column} sse
 * @property {Column} mu empty or null where a rule has no damping
 * @property {boolean} [damped] whether the rule has a damping, before there is any
 * @property {Column} [validation] SSE of the validation patterns
 * @property {number | null} [best] row that was best for them
 * @property {number} [bestAt] its iteration
 * @property {number} target
 */

/** @typedef {Look & Required<Summary>} ConvergenceState */

const LEFT = 46;
const RIGHT = 10;
const FLOOR = 1e-30;
const ASIDE = { width: 1.4, dash: [5, 3], pale: 0.6 }; // the line of the patterns that validate

export class Convergence {
  /** @type {ConvergenceState | null} */
  state = null;

  /**
   * @param {HTMLElement} root
   * @param {(k: number) => void} seek
   */
  constructor(root, seek) {
    this.canvas = el("canvas", {
      class: "chart",
      role: "img",
      tabindex: "0",
      "aria-label": "Convergence",
    });
    root.append(this.canvas);
    this.seek = seek;
    this.canvas.addEventListener("pointerdown", (event) => this.grab(event));
    this.canvas.addEventListener("pointermove", (event) => event.buttons && this.grab(event));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {PointerEvent} event */
  grab(event) {
    if (!this.state?.last) return;
    const rect = this.canvas.getBoundingClientRect();
    const share = (event.clientX - rect.left - LEFT) / (rect.width - LEFT - RIGHT);
    const { iterations, end } = this.state;
    this.seek(nearestRow(iterations, Math.max(0, Math.min(1, share)) * end));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || !this.state?.last) return;
    event.preventDefault();
    this.seek(this.state.k + step);
  }

  /**
   * @param {ConvergenceState} state
   */
  draw(state) {
    this.state = state;
    const { width, height } = this.canvas.getBoundingClientRect();
    if (!width) return;
    const context = fitCanvas(this.canvas, width, height);
    context.font = `11px ${state.font}`;
    const damped = state.last ? state.mu.some(Number.isFinite) : state.damped;
    const split = damped ? Math.round(height * 0.62) : height - 10;
    const area = { left: LEFT, right: width - RIGHT };
    this.panel(
      context,
      { ...area, top: 14, bottom: split - 8 },
      state.sse,
      "SSE",
      state.accent,
      state,
      state.target,
      state.validation,
    );
    if (damped)
      this.panel(
        context,
        { ...area, top: split + 10, bottom: height - 18 },
        state.mu,
        "damping \u03bc",
        state.second,
        state,
      );
    this.axis(context, area, height, state);
    this.canvas.setAttribute("aria-label", summary(state));
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Box} box
   * @param {Column} values
   * @param {string} label
   * @param {string} colour
   * @param {ConvergenceState} state
   * @param {number | null} [target]
   * @param {Column} [aside]
   */
  panel(context, box, values, label, colour, state, target = null, aside = []) {
    const range = decades(aside.length ? [...values, ...aside] : values, target);
    /** @param {number | null} value */
    const y = (value) =>
      box.bottom -
      ((Math.log10(Math.max(value ?? Infinity, FLOOR)) - range.low) / (range.high - range.low)) *
        (box.bottom - box.top);
    gridLines(context, box, range, y, state);
    context.fillStyle = state.ink;
    context.textAlign = "left";
    context.fillText(label, box.left, box.top - 4);
    if (target !== null && target > 0) dashed(context, box, y(target), state);
    /** @param {number} k */
    const x = (k) => across(box, state, state.iterations[k] ?? 0);
    let free = box.left; // of the line above the panel
    if (aside.length) {
      line(context, aside, x, y, colour, state.k, ASIDE);
      if (state.best !== null && state.best < aside.length)
        ring(context, x(state.best), y(aside[state.best]), colour);
      free = legend(context, box, colour, state);
    }
    line(context, values, x, y, colour, state.k);
    if (values.length) {
      const k = Math.min(state.k, values.length - 1);
      context.fillStyle = colour;
      context.beginPath();
      context.arc(x(k), y(values[k]), 3.5, 0, 7);
      context.fill();
      context.fillStyle = state.ink;
      context.textAlign = "right";
      const both = `${short(values[k])} / ${short(aside[k] ?? Infinity)}`;
      const room = aside.length && free + context.measureText(both).width <= box.right;
      context.fillText(room ? both : short(values[k]), box.right, box.top - 4);
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {{left: number, right: number}} area
   * @param {number} height
   * @param {ConvergenceState} state
   */
  axis(context, area, height, state) {
    const x = across(area, state, state.at);
    context.strokeStyle = state.faint;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, 14);
    context.lineTo(x, height - 18);
    context.stroke();
    context.fillStyle = state.muted;
    context.textAlign = "left";
    context.fillText("0", area.left, height - 5);
    context.textAlign = "right";
    const title = state.last ? counted(state.end, "iteration") : "iterations";
    context.fillText(title, area.right, height - 5);
    if (!state.last) return;
    const room = area.right - context.measureText(title).width - 8;
    this.ticks(context, area, room, height, state);
  }

  /**
   * Round iterations between the ends of the axis, as far as there is room.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {{left: number, right: number}} area
   * @param {number} room right end of the last label
   * @param {number} height
   * @param {ConvergenceState} state
   */
  ticks(context, area, room, height, state) {
    context.textAlign = "center";
    context.strokeStyle = state.faint;
    for (const tick of roundTicks(state.end, (area.right - area.left) / 60)) {
      const px = Math.round(across(area, state, tick)) + 0.5;
      context.beginPath();
      context.moveTo(px, height - 18);
      context.lineTo(px, height - 15);
      context.stroke();
      const half = context.measureText(whole(tick)).width / 2;
      if (px - half > area.left + 12 && px + half < room)
        context.fillText(whole(tick), px, height - 5);
    }
  }
}

/**
 * Where an iteration stands on the linear axis.
 *
 * @param {{left: number, right: number}} area
 * @param {{end: number}} state
 * @param {number} iteration
 */
export function across({ left, right }, { end }, iteration) {
  return left + (iteration / Math.max(1, end)) * (right - left);
}

/**
 * Whole decades that hold the values.
 *
 * @param {Column} values
 * @param {number | null} [target]
 */
export function decades(values, target = null) {
  let low = Infinity;
  let high = -Infinity;
  const shown = target !== null && target > 0 ? [...values, target] : values;
  for (const value of shown) {
    if (value === null || !Number.isFinite(value)) continue;
    const exponent = Math.log10(Math.max(value, FLOOR));
    low = Math.min(low, exponent);
    high = Math.max(high, exponent);
  }
  if (low === Infinity) return { low: -2, high: 2 };
  low = Math.floor(low);
  high = Math.ceil(high + 1e-9);
  return { low, high: Math.max(high, low + 1) };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {Decades} decades
 * @param {(value: number) => number} y
 * @param {ConvergenceState} state
 */
function gridLines(context, box, { low, high }, y, state) {
  const every = Math.max(1, Math.ceil((high - low) / Math.max(2, (box.bottom - box.top) / 22)));
  context.lineWidth = 1;
  context.textAlign = "right";
  for (let exponent = low; exponent <= high; exponent += every) {
    const py = Math.round(y(10 ** exponent)) + 0.5;
    context.strokeStyle = state.grid;
    context.beginPath();
    context.moveTo(box.left, py);
    context.lineTo(box.right, py);
    context.stroke();
    context.fillStyle = state.muted;
    context.fillText(tick(exponent), box.left - 5, py + 4);
  }
}

/** @param {number} exponent */
function tick(exponent) {
  return exponent >= -2 && exponent <= 3
    ? String(Number((10 ** exponent).toPrecision(1)))
    : `1e${exponent}`;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {number} y
 * @param {ConvergenceState} state
 */
function dashed(context, box, y, state) {
  context.setLineDash([4, 4]);
  context.strokeStyle = state.muted;
  context.beginPath();
  context.moveTo(box.left, y);
  context.lineTo(box.right, y);
  context.stroke();
  context.setLineDash([]);
}

/**
 * "SSE ── training ╌╌ validation", in words and as the lines are drawn; returns where room is left.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {string} colour
 * @param {ConvergenceState} state
 */
function legend(context, box, colour, state) {
  let left = box.left + context.measureText("SSE").width + 10;
  const py = box.top - 8;
  for (const { word, width, dash } of [
    { word: "training", width: 2, dash: [] },
    { word: "validation", ...ASIDE },
  ]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.beginPath();
    context.moveTo(left, py);
    context.lineTo(left + 18, py);
    context.stroke();
    context.setLineDash([]);
    context.fillStyle = state.ink;
    context.textAlign = "left";
    context.fillText(word, left + 22, box.top - 4);
    left += 22 + context.measureText(word).width + 10;
  }
  return left;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {string} colour
 */
function ring(context, x, y, colour) {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  context.arc(x, y, 4.5, 0, 7);
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Column} values
 * @param {(k: number) => number} x
 * @param {(value: number) => number} y
 * @param {string} colour
 * @param {number} k
 * @param {LineStyle} [lineStyle]
 */
function line(context, values, x, y, colour, k, { width = 2, dash = [], pale = 0.35 } = {}) {
  context.setLineDash(dash);
  for (const [from, to, alpha] of [
    [0, k, 1],
    [k, values.length - 1, pale],
  ]) {
    context.globalAlpha = alpha;
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    const step = Math.max(1, Math.floor((to - from) / 1500));
    /** @param {number} i */
    // Null stands for a number that is too large.
    const point = (i) => values[i] !== null && context.lineTo(x(i), y(values[i]));
    for (let i = from; i <= to && i < values.length; i += step) point(i);
    if (to < values.length && to >= 0) point(to);
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** @param {Summary} summary */
export function summary({
  k,
  last,
  at,
  end,
  sse,
  mu,
  target,
  validation = [],
  best = null,
  bestAt,
}) {
  if (!last) return "Convergence: nothing trained yet.";
  const parts = [
    `Convergence: the sum of squared errors went from ${short(sse[0])} to ${short(sse[last])} ` +
      `in ${counted(end, "iteration")}; target ${short(target)}. ` +
      `At iteration ${whole(at)}: SSE ${short(sse[k])}`,
  ];
  if (validation.length)
    parts.push(`, SSE of the validation patterns ${short(validation[k] ?? Infinity)}`);
  if (Number.isFinite(mu[k])) parts.push(`, damping ${short(mu[k])}`);
  parts.push(".");
  if (best !== null && best < validation.length) {
    const sseThere = short(validation[best] ?? Infinity);
    parts.push(
      ` The validation SSE was smallest at iteration ${whole(bestAt ?? best)}: ${sseThere}.`,
    );
  }
  return parts.join("");
}
