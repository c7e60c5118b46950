// @ts-check
// Draws the network on a canvas: links by weight, a tile in every node with what it computes.

import { required } from "./required.js";
import { contextOf } from "./dom.js";
import { halfOf, linkCurve } from "./geometry.js";
import { linkKey } from "./network.js";
import { at, paint } from "./palette.js";

/** @import { Camera } from "./geometry.js" */
/** @import { Graph, Node } from "./graph.js" */
/** @import { WeightIndex } from "./network.js" */
/** @import { Palette } from "./palette.js" */

/**
 * @typedef {object} MapTile values of a node as a small picture
 * @property {"map" | "cells"} kind
 * @property {number} columns
 * @property {number} rows
 * @property {boolean} smooth
 * @property {ArrayLike<number>} values
 */

/** @typedef {{kind: "curve", values: Float64Array}} CurveTile values along the one input */
/** @typedef {MapTile | CurveTile} Tile */

/**
 * @typedef {object} PaintScene what is drawn of a network
 * @property {Graph} graph
 * @property {Camera} camera
 * @property {Palette} palette
 * @property {string} ink
 * @property {string} faint
 * @property {string} halo
 * @property {ArrayLike<number>} weights
 * @property {WeightIndex} index
 * @property {Set<string>} selectedLinks
 * @property {string | null} hoverLink
 * @property {boolean} [reshaped] whether a weight of exactly 0 is a connection that does not live
 * @property {Set<string>} [news] connections that were just born or have just died
 * @property {(id: string) => Tile | null} tile
 */

/**
 * Line width of a weight: saturating, so that 1 and 3 differ and 30 does not cover the page.
 *
 * @param {number} weight
 */
export function linkWidth(weight) {
  return 0.8 + 5.2 * (1 - Math.exp(-Math.abs(weight) / 4));
}

/**
 * Strength of colour of a weight in [-1, 1]; never so faint that a link disappears.
 *
 * @param {number} weight
 */
export function linkTone(weight) {
  return Math.sign(weight) * (0.28 + 0.72 * (1 - Math.exp(-Math.abs(weight) / 2)));
}

/**
 * Add the curve of a link to the path of a context.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {number[]} curve
 */
export function traceCurve(context, [x0, y0, x1, y1, x2, y2, x3, y3]) {
  context.moveTo(x0, y0);
  context.bezierCurveTo(x1, y1, x2, y2, x3, y3);
}

export class Paintwork {
  constructor() {
    /** @type {Map<string, HTMLCanvasElement>} */
    this.tiles = new Map(); // side -> canvas to scale tiles from
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {PaintScene} scene
   */
  draw(context, scene) {
    const { camera } = scene;
    context.save();
    context.translate(camera.x, camera.y);
    context.scale(camera.zoom, camera.zoom);
    this.drawLinks(context, scene);
    for (const node of scene.graph.nodes) this.drawNode(context, scene, node);
    context.restore();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {PaintScene} scene
   */
  drawLinks(context, scene) {
    const byId = new Map(scene.graph.nodes.map((node) => [node.id, node]));
    context.lineCap = "round";
    const thin = Math.max(0.4, Math.min(1, Math.sqrt(200 / (scene.graph.links.length + 1))));
    for (const link of scene.graph.links) {
      const curve = linkCurve(required(byId.get(link[0])), required(byId.get(link[1])));
      const key = linkKey(...link);
      styleLink(context, scene, key, thin);
      context.beginPath();
      traceCurve(context, curve);
      const marked = key === scene.hoverLink || scene.selectedLinks.has(key);
      if (marked || scene.news?.has(key)) underline(context, scene);
      context.stroke();
    }
    context.setLineDash([]);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {PaintScene} scene
   * @param {Node} node
   */
  drawNode(context, scene, node) {
    const half = halfOf(node);
    const [x, y, side] = [node.x - half, node.y - half, 2 * half];
    context.save();
    context.beginPath();
    context.roundRect(x, y, side, side, 7);
    context.fillStyle = scene.palette.ground;
    context.fill();
    context.clip();
    const tile = scene.tile(node.id);
    if (tile?.kind === "curve") this.drawCurve(context, tile, x, y, side, scene);
    else if (tile) this.drawTile(context, tile, x, y, side, scene.palette);
    context.restore();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {MapTile} tile
   * @param {number} x
   * @param {number} y
   * @param {number} side
   * @param {Palette} palette
   */
  drawTile(context, tile, x, y, side, palette) {
    const canvas = this.tileCanvas(tile.columns, tile.rows);
    const tileContext = contextOf(canvas);
    const image = tileContext.createImageData(tile.columns, tile.rows);
    paint(image, tile.values, 0, palette);
    tileContext.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = tile.smooth;
    context.drawImage(canvas, x, y, side, side);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {CurveTile} tile
   * @param {number} x
   * @param {number} y
   * @param {number} side
   * @param {PaintScene} scene
   */
  drawCurve(context, tile, x, y, side, scene) {
    const { values } = tile;
    context.strokeStyle = scene.faint;
    context.lineWidth = 0.6;
    context.beginPath();
    context.moveTo(x, y + side / 2);
    context.lineTo(x + side, y + side / 2);
    context.stroke();
    context.strokeStyle = scene.ink;
    context.lineWidth = 1.8;
    context.beginPath();
    values.forEach((value, i) => {
      const px = x + (side * i) / (values.length - 1);
      const py = y + side / 2 - (Math.max(-1.1, Math.min(1.1, value)) * side) / 2.4;
      if (i) context.lineTo(px, py);
      else context.moveTo(px, py);
    });
    context.stroke();
  }

  /**
   * @param {number} columns
   * @param {number} rows
   * @returns {HTMLCanvasElement}
   */
  tileCanvas(columns, rows) {
    const key = `${columns}x${rows}`;
    if (!this.tiles.has(key)) {
      const canvas = document.createElement("canvas");
      canvas.width = columns;
      canvas.height = rows;
      this.tiles.set(key, canvas);
    }
    return required(this.tiles.get(key));
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {PaintScene} scene
 * @param {string} key
 * @param {number} thin
 */
function styleLink(context, scene, key, thin) {
  const position = scene.index.links.get(key);
  if (position === undefined || !scene.weights) {
    context.setLineDash([4, 5]);
    context.strokeStyle = scene.faint;
    context.lineWidth = 1.3;
    return;
  }
  const weight = scene.weights[position];
  if (scene.reshaped && weight === 0) {
    context.setLineDash([1, 6]);
    context.strokeStyle = scene.faint;
    context.lineWidth = 1;
    return;
  }
  context.setLineDash([]);
  context.strokeStyle = scene.palette.css[at(linkTone(weight))];
  context.lineWidth = thin * linkWidth(weight);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {PaintScene} scene
 */
function underline(context, scene) {
  const { strokeStyle, lineWidth } = context;
  context.strokeStyle = scene.halo;
  context.lineWidth = lineWidth + 7;
  context.stroke();
  context.strokeStyle = strokeStyle;
  context.lineWidth = lineWidth;
}
