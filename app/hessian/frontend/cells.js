// @ts-check
// The matrix on a canvas: tones, frames of neurons, names, and the cell that is pointed at.

import { channels } from "../../shared/frontend/palette.js";
import { contextOf, el, fitCanvas } from "../../shared/frontend/dom.js";
import {
  cellSize,
  clampCell,
  edges,
  groupLabels,
  NEVER,
  decodeNumbers,
  unpackCells,
} from "./grid.js";

/** @import { Look } from "../../shared/frontend/theme.js" */
/** @import { Palette } from "../../shared/frontend/palette.js" */
/** @import { Cell } from "./grid.js" */
/** @import { CellsBlock } from "./payloads.d.ts" */

/**
 * @typedef {object} CellsActions
 * @property {(cell: Cell | null) => void} point
 * @property {(cell: Cell) => void} open
 * @property {() => void} close
 */

const LEFT = 58;
const TOP = 26;
/** @type {Record<string, Cell>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Cells {
  /** @type {Cell | null} */
  cell = null;
  /** @type {CellsBlock} */
  data;
  /** @type {Uint8Array} */
  tones;
  /** @type {Float32Array | null} */
  values;
  /** @type {{across: number, down: number}} */
  size;
  /** @type {Look} */
  look;
  /** @type {{tones: Uint8Array, palette: Palette} | undefined} */
  coloured;
  /** Whether the pointer went down on the cell pointed at. @type {boolean} */
  again = false;

  /**
   * look: () => colours; actions: {point(cell or null), open(cell), close()}
   *
   * @param {HTMLElement} root
   * @param {() => Look} look
   * @param {CellsActions} actions
   */
  constructor(root, look, actions) {
    this.root = root;
    this.lookNow = look;
    this.actions = actions;
    this.picture = document.createElement("canvas"); // one pixel a cell
    this.canvas = el("canvas", {
      tabindex: "0",
      role: "application",
      onpointermove: (event) => this.hover(event),
      onpointerleave: (event) => event.pointerType === "mouse" && this.point(null),
      onpointerdown: (event) => (this.again = this.same(this.at(event))),
      onclick: (event) => this.click(event),
      onkeydown: (event) => this.key(event),
    });
    root.append(this.canvas);
    this.observer = new ResizeObserver(() => this.paint());
    this.observer.observe(root);
  }

  destroy() {
    this.observer.disconnect();
  }

  /** @param {CellsBlock} data */
  receive(data) {
    this.data = data;
    this.tones = unpackCells(decodeNumbers(data.tones, Uint8Array), data);
    this.values =
      data.values === null ? null : unpackCells(decodeNumbers(data.values, Float32Array), data);
    if (this.cell) this.cell = clampCell(this.cell, data);
    const keys =
      "Arrow keys move from cell to cell, Enter enlarges the block, Escape shows the whole matrix.";
    this.canvas.setAttribute(
      "aria-label",
      `${data.what}, ${data.height} by ${data.width} cells. ${keys}`,
    );
    this.paint();
  }

  /** Cells to pixels, when they or the colours have changed. */
  colour() {
    if (this.coloured?.tones === this.tones && this.coloured.palette === this.look.palette) return;
    this.coloured = { tones: this.tones, palette: this.look.palette };
    const { height, width } = this.data;
    const { rgb } = this.look.palette;
    const never = channels(this.look.never);
    const image = new ImageData(width, height);
    for (let i = 0; i < this.tones.length; i++) {
      const tone = this.tones[i];
      for (let c = 0; c < 3; c++)
        image.data[4 * i + c] = tone === NEVER ? never[c] : rgb[3 * tone + c];
      image.data[4 * i + 3] = 255;
    }
    Object.assign(this.picture, { width, height });
    contextOf(this.picture).putImageData(image, 0, 0);
  }

  paint() {
    if (!this.data) return;
    // Each time: styles may be loaded, and themes changed, after the first.
    this.look = this.lookNow();
    this.colour();
    const { height, width } = this.data;
    const room = { width: this.root.clientWidth - LEFT - 2, height: tallest() - TOP };
    this.size = cellSize(this.data, room);
    const [w, h] = [this.size.across * width, this.size.down * height];
    this.canvas.style.width = `${LEFT + w + 2}px`;
    this.canvas.style.height = `${TOP + h + 2}px`;
    const context = fitCanvas(this.canvas, LEFT + w + 2, TOP + h + 2);
    context.imageSmoothingEnabled = this.size.down < 1;
    context.drawImage(this.picture, LEFT, TOP, w, h);
    this.paintFrames(context, w, h);
    this.paintNames(context);
    this.paintCell(context, w, h);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} w
   * @param {number} h
   */
  paintFrames(context, w, h) {
    const { row_frames: rows, column_frames: columns } = this.data;
    context.strokeStyle = this.look.muted;
    context.lineWidth = rows.length > 40 ? 0.3 : 0.8;
    context.beginPath();
    for (const edge of edges(rows)) {
      const y = TOP + edge * this.size.down;
      context.moveTo(LEFT, y);
      context.lineTo(LEFT + w, y);
    }
    for (const edge of edges(columns)) {
      const x = LEFT + edge * this.size.across;
      context.moveTo(x, TOP);
      context.lineTo(x, TOP + h);
    }
    context.stroke();
    context.strokeRect(LEFT, TOP, w, h);
  }

  /** @param {CanvasRenderingContext2D} context */
  paintNames(context) {
    const { across, down } = this.size;
    context.fillStyle = this.look.ink;
    context.font = `13px ${this.look.font}`;
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (const { name, middle } of groupLabels(this.data.row_frames, 15 / down))
      context.fillText(name, LEFT - 7, TOP + middle * down, LEFT - 8);
    context.textAlign = "center";
    for (const { name, middle } of groupLabels(this.data.column_frames, 42 / across))
      context.fillText(name, LEFT + middle * across, TOP - 12);
  }

  /**
   * The cell that is pointed at, and faint lines to its names.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {number} w
   * @param {number} h
   */
  paintCell(context, w, h) {
    if (!this.cell) return;
    const [row, column] = this.cell;
    const { across, down } = this.size;
    const [x, y] = [LEFT + column * across, TOP + row * down];
    context.strokeStyle = this.look.ink;
    context.globalAlpha = 0.35;
    context.lineWidth = 1;
    context.strokeRect(LEFT, y, w, down);
    context.strokeRect(x, TOP, across, h);
    context.globalAlpha = 1;
    context.lineWidth = 2;
    context.strokeRect(x - 1, y - 1, Math.max(4, across + 2), Math.max(4, down + 2));
  }

  /**
   * @param {PointerEvent} event
   * @returns {Cell | null}
   */
  at(event) {
    const row = Math.floor((event.offsetY - TOP) / this.size.down);
    const column = Math.floor((event.offsetX - LEFT) / this.size.across);
    const { height, width } = this.data;
    return row >= 0 && row < height && column >= 0 && column < width ? [row, column] : null;
  }

  /** @param {Cell | null} cell */
  same(cell) {
    return Boolean(cell && this.cell && cell[0] === this.cell[0] && cell[1] === this.cell[1]);
  }

  /** @param {PointerEvent} event */
  hover(event) {
    this.point(this.at(event));
  }

  /**
   * A finger points first, and opens with a second touch of the same cell.
   *
   * @param {PointerEvent} event
   */
  click(event) {
    const cell = this.at(event);
    const open = event.pointerType !== "touch" || this.again;
    this.point(cell);
    if (cell && open) this.actions.open(cell);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { height, width } = this.data;
    if (event.key === "Escape") this.actions.close();
    else if (event.key === "Enter" && this.cell) this.actions.open(this.cell);
    else if (ARROWS[event.key]) {
      const [down, right] = ARROWS[event.key];
      this.point(
        this.cell
          ? clampCell([this.cell[0] + down, this.cell[1] + right], { height, width })
          : [0, 0],
      );
    } else return;
    event.preventDefault();
  }

  /** @param {Cell | null} cell */
  point(cell) {
    if (this.same(cell) || (!cell && !this.cell)) return;
    this.cell = cell;
    this.paint();
    this.actions.point(cell);
  }
}

/** The matrix and what stands beside it are seen at once. */
function tallest() {
  return Math.max(300, Math.min(720, window.innerHeight - 310));
}
