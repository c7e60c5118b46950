// @ts-check
// Where the cells of a matrix are, and what stands in them. Nothing here knows the screen.

/** @import { Frame } from "./payloads.d.ts" */
/** @typedef {[row: number, column: number]} Cell */
/** @typedef {{height: number, width: number}} Size */

export const NEVER = 255; // the tone of a structural zero

/**
 * Bytes of base64 as numbers of a type.
 *
 * @template A
 * @param {string} base64
 * @param {{new (buffer: ArrayBuffer): A}} Type
 */
export function decodeNumbers(base64, Type) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new Type(bytes.buffer);
}

/**
 * Row-major cells of what was sent; of a symmetric matrix the upper triangle was.
 *
 * @template {Uint8Array | Float32Array} A
 * @param {A} packed
 * @param {{height: number, width: number, symmetric: boolean}} options
 */
export function unpackCells(packed, { height, width, symmetric }) {
  if (!symmetric) return packed;
  // TypeScript does not know the constructor of an instance.
  const Type = /** @type {new (length: number) => A} */ (packed.constructor);
  const full = new Type(height * width);
  let from = 0;
  for (let row = 0; row < height; row++) {
    for (let column = row; column < width; column++) {
      full[row * width + column] = full[column * width + row] = packed[from++];
    }
  }
  return full;
}

/**
 * Edges between groups: from the sizes of the groups, in cells.
 *
 * @param {Frame[]} frames
 */
export function edges(frames) {
  let at = 0;
  return frames.map(([, size]) => (at += size)).slice(0, -1);
}

/**
 * Names of groups and the middle of each, as many as do not touch; `least` cells apart.
 *
 * @param {Frame[]} frames
 * @param {number} least
 */
export function groupLabels(frames, least) {
  const labels = [];
  let [begin, before] = [0, -Infinity];
  for (const [name, size] of frames) {
    const middle = begin + size / 2;
    begin += size;
    if (middle - before < least) continue;
    labels.push({ name: name.length > 7 ? `${name.slice(0, 6)}\u2026` : name, middle });
    before = middle;
  }
  return labels;
}

/**
 * The sides of a cell so that the matrix fits, square unless it is a few cells of a flat block.
 *
 * @param {Size} size
 * @param {Size} room
 */
export function cellSize({ height, width }, room) {
  const side = Math.min(room.width / width, room.height / height);
  return { across: Math.min(room.width / width, side * 2.2), down: side };
}

/**
 * @param {Cell} cell
 * @param {Size} size
 * @returns {Cell}
 */
export function clampCell([row, column], { height, width }) {
  return [Math.max(0, Math.min(height - 1, row)), Math.max(0, Math.min(width - 1, column))];
}

/**
 * Places of nodes in a box of the screen, and the half side that lets none touch another. Nodes
 * keep a readable size where a mere zoom of a long cascade would make dots of them.
 *
 * @template {{x: number, y: number}} N
 * @param {N[]} nodes
 * @param {Size} box
 */
export function spread(nodes, box) {
  const [xs, ys] = [nodes.map((node) => node.x), nodes.map((node) => node.y)];
  /**
   * @param {number[]} values
   * @param {number} room
   * @param {number} most
   */
  const fit = (values, room, most) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const scale = Math.min(most, room / (high - low || 1));
    return (/** @type {number} */ value) => room / 2 + (value - (low + high) / 2) * scale;
  };
  const x = fit(xs, box.width, 1.6);
  const y = fit(ys, box.height, 3);
  const places = nodes.map((node) => ({ ...node, x: x(node.x), y: y(node.y) }));
  let least = Infinity;
  places.forEach((a, i) => {
    for (const b of places.slice(i + 1))
      least = Math.min(least, Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)));
  });
  return { places, half: Math.max(3, Math.min(24, 0.4 * least)) };
}
