// @ts-check
// The plane of the points: conversion to pixels, the output of the network on it, and drawing.

import { required } from "../../shared/frontend/required.js";
import { short } from "../../shared/frontend/numbers.js";
import { contextOf, fitCanvas } from "../../shared/frontend/dom.js";
import { decodeFloats, forward, gridInputs } from "../../shared/frontend/network.js";
import { paint } from "../../shared/frontend/palette.js";

/** @import { Pair } from "../../shared/frontend/geometry.js" */
/** @import { Look } from "../../shared/frontend/theme.js" */
/** @import { PaintingNetwork } from "./payloads.d.ts" */
/** @import { Domain, Point } from "./points.js" */
/** @typedef {{left: number, top: number, width: number, height: number}} Frame */

/**
 * @typedef {object} PlaneView
 * @property {Point[]} points
 * @property {Domain} domain
 * @property {boolean} curve
 * @property {Float64Array | null} output of the network over the plane or along x
 * @property {Look} look
 * @property {Pair | null} cursor
 * @property {boolean} erasing
 * @property {number} reach of the eraser, in pixels
 */

const GRID = 72;
const CURVE = 240;
const EDGE = { left: 34, right: 8, top: 8, bottom: 24 };

/**
 * Position of the plane in a box: square for points, wide for a curve.
 *
 * @param {number} width
 * @param {number} height
 * @param {boolean} curve
 */
export function frameOf(width, height, curve) {
  const room = [width - EDGE.left - EDGE.right, height - EDGE.top - EDGE.bottom];
  const side = Math.min(...room);
  const [w, h] = curve ? room : [side, side];
  return {
    left: EDGE.left + (room[0] - w) / 2,
    top: EDGE.top + (room[1] - h) / 2,
    width: w,
    height: h,
  };
}

/**
 * @param {Frame} frame
 * @param {Domain} domain
 * @param {Pair | Point} place
 * @returns {Pair}
 */
export function toPixels(frame, domain, [x, y]) {
  const [left, right, bottom, top] = domain;
  return [
    frame.left + (frame.width * (x - left)) / (right - left),
    frame.top + (frame.height * (top - y)) / (top - bottom),
  ];
}

/**
 * @param {Frame} frame
 * @param {Domain} domain
 * @param {Pair} pair
 * @returns {Pair}
 */
export function toPlane(frame, domain, [px, py]) {
  const [left, right, bottom, top] = domain;
  return [
    left + ((px - frame.left) / frame.width) * (right - left),
    top - ((py - frame.top) / frame.height) * (top - bottom),
  ];
}

/**
 * @param {Domain} domain
 * @param {Pair} pair
 * @returns {Pair}
 */
export function clamp(domain, [x, y]) {
  const [left, right, bottom, top] = domain;
  return [Math.max(left, Math.min(right, x)), Math.max(bottom, Math.min(top, y))];
}

/**
 * Output of the network on a grid over the plane (top row first), or along x.
 *
 * @param {PaintingNetwork} network
 * @param {Domain} domain
 * @param {boolean} curve
 */
export function answers(network, domain, curve) {
  const inputs = curve ? along(domain) : gridInputs(domain, GRID);
  const count = curve ? CURVE : GRID * GRID;
  const values = forward(network, decodeFloats(network.weights), inputs, count);
  const start = (network.n_inputs + network.outputs[0]) * count;
  const output = values.subarray(start, start + count);
  return network.unipolar ? output.map((v) => 2 * v - 1) : output;
}

/** @param {Domain} domain */
function along([left, right]) {
  return Float64Array.from({ length: CURVE }, (_, i) => left + ((right - left) * i) / (CURVE - 1));
}

/**
 * About five round tick values for an axis.
 *
 * @param {number} low
 * @param {number} high
 */
export function ticks(low, high) {
  const raw = (high - low) / 5;
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = unit * required([1, 2, 5, 10].find((m) => m * unit >= raw));
  const made = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) made.push(i * step);
  return made;
}

export class Plane {
  /** @type {Frame} */
  frame;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.small = document.createElement("canvas");
    this.small.width = this.small.height = GRID;
  }

  /**
   * @param {PlaneView} view
   */
  draw(view) {
    const { width, height } = this.canvas.getBoundingClientRect();
    if (!width || !height) return;
    this.frame = frameOf(width, height, view.curve);
    const context = fitCanvas(this.canvas, width, height);
    context.font = `12px ${view.look.font}`;
    this.ground(context, view);
    this.axes(context, view);
    if (view.curve) this.curve(context, view);
    this.points(context, view);
    this.cursor(context, view);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {PlaneView} planeView
   */
  ground(context, { look: { palette }, output, curve }) {
    const { left, top, width, height } = this.frame;
    context.fillStyle = palette.ground;
    context.fillRect(left, top, width, height);
    if (!output || curve) return;
    const small = contextOf(this.small);
    small.putImageData(paint(small.createImageData(GRID, GRID), output, 0, palette), 0, 0);
    context.globalAlpha = 0.55;
    context.imageSmoothingEnabled = true;
    context.drawImage(this.small, left, top, width, height);
    context.globalAlpha = 1;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {PlaneView} planeView
   */
  axes(context, { domain, look: { faint, ink } }) {
    const { left, top, width, height } = this.frame;
    context.strokeStyle = faint;
    context.fillStyle = ink;
    context.lineWidth = 1;
    context.strokeRect(left, top, width, height);
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const x of ticks(domain[0], domain[1])) {
      const [px] = toPixels(this.frame, domain, [x, 0]);
      context.fillText(short(x), px, top + height + 6);
    }
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const y of ticks(domain[2], domain[3])) {
      const [, py] = toPixels(this.frame, domain, [0, y]);
      context.fillText(short(y), left - 6, py);
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {PlaneView} planeView
   */
  curve(context, { domain, output, look: { palette } }) {
    if (!output) return;
    context.save();
    context.beginPath();
    context.rect(this.frame.left, this.frame.top, this.frame.width, this.frame.height);
    context.clip();
    context.beginPath();
    output.forEach((y, i) => {
      const x = domain[0] + ((domain[1] - domain[0]) * i) / (CURVE - 1);
      context.lineTo(...toPixels(this.frame, domain, [x, Math.max(-1e9, Math.min(1e9, y))]));
    });
    context.strokeStyle = palette.negative;
    context.lineWidth = 2.5;
    context.stroke();
    context.restore();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {PlaneView} planeView
   */
  points(context, { points, domain, look: { palette, paper } }) {
    const radius = points.length > 400 ? 3.5 : 5;
    context.lineWidth = 1.3;
    context.strokeStyle = paper;
    for (const point of points) {
      context.fillStyle = point[2] === 1 ? palette.positive : palette.negative;
      context.beginPath();
      context.arc(...toPixels(this.frame, domain, point), radius, 0, 7);
      context.fill();
      context.stroke();
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {PlaneView} planeView
   */
  cursor(context, { cursor, domain, look: { ink }, erasing, reach }) {
    if (!cursor) return;
    const [x, y] = toPixels(this.frame, domain, cursor);
    context.strokeStyle = ink;
    context.lineWidth = 1.5;
    context.beginPath();
    if (erasing) context.arc(x, y, reach, 0, 7);
    else {
      context.moveTo(x - 9, y);
      context.lineTo(x + 9, y);
      context.moveTo(x, y - 9);
      context.lineTo(x, y + 9);
    }
    context.stroke();
  }
}
