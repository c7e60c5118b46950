// @ts-check
// One card a lane: its small stage, its numbers at the position of the replay, what became of it.

import { duration, short, whole } from "../../shared/frontend/numbers.js";
import { contextOf, el, fitCanvas, patch } from "../../shared/frontend/dom.js";

/** @import { Pair } from "../../shared/frontend/geometry.js" */
/** @import { Palette } from "../../shared/frontend/palette.js" */
/** @import { Look } from "../../shared/frontend/theme.js" */
/** @import { Snapshot } from "./curves.js" */
/** @import { NetworkScene } from "./payloads.d.ts" */
/** @import { Lane, Plot, Position, Scene } from "./race.js" */

/**
 * @typedef {object} CardView
 * @property {string} title
 * @property {string} colour
 * @property {number[]} dash
 * @property {Palette} palette
 * @property {Scene} scene
 * @property {Look} look
 * @property {number} target
 * @property {boolean} counts
 * @property {number} patterns
 */

const BOX = 128;

export class Card {
  /** @type {Lane} */
  lane;
  /** @type {Record<string, HTMLElement>} */
  values = {};
  /** @type {HTMLElement} */
  scoreName;

  constructor() {
    this.canvas = el("canvas", { class: "picture", role: "img" });
    this.swatch = el("canvas", { class: "swatch", "aria-hidden": "true" });
    this.title = el("h3");
    this.settings = el("p", { class: "settings" });
    const rows = [
      ["iterations", "iterations"],
      ["seconds", "time"],
      ["work", "work"],
      ["sse", "SSE"],
      ["score", "correct"],
    ].map(([name, label]) => {
      this.values[name] = el("dd", { "data-value": name });
      const term = el("dt", { text: label });
      if (name === "score") this.scoreName = term;
      return el("div", {}, term, this.values[name]);
    });
    this.sentence = el("p", { class: "sentence" });
    this.remark = el("p", { class: "remark" });
    this.box = el(
      "section",
      { class: "lane" },
      el("header", {}, this.swatch, this.title),
      this.settings,
      el("div", { class: "body" }, this.canvas, el("dl", {}, rows)),
      this.sentence,
      this.remark,
    );
  }

  /**
   * What does not change while a race runs.
   *
   * @param {Lane} lane
   * @param {Scene | undefined} scene
   */
  setLane(lane, scene) {
    this.lane = lane;
    patch(this.title, { text: lane.title });
    patch(this.settings, { text: lane.settings, title: `${lane.rule}: ${lane.settings}` });
    patch(this.remark, { text: lane.remark, hidden: !lane.remark });
    patch(this.box, { "aria-label": `Lane ${lane.title}`, "data-state": lane.state });
    this.canvas.hidden = lane.state === "refused" || !scene;
  }

  /**
   * at: {row, sse, iterations, seconds, work} | null; look: a picture | null
   *
   * @param {Lane} lane
   * @param {Position | null} at
   * @param {Snapshot | null} look
   * @param {CardView} view
   */
  show(lane, at, look, view) {
    const ended = at === null || at.last;
    const { values } = this;
    patch(values.iterations, { text: at ? whole(at.iterations) : "–" });
    patch(values.seconds, { text: at ? duration(at.seconds) : "–" });
    patch(values.work, { text: at ? whole(Math.round(at.work)) : "–" });
    patch(values.sse, { text: at ? short(at.sse) : "–" });
    patch(this.scoreName, { text: view.counts ? "correct" : "RMSE" });
    patch(values.score, { text: scoreText(look, view) });
    patch(this.sentence, {
      text: ended ? (lane.sentence ?? "") : `Training: iteration ${whole(at.iterations)}.`,
    });
    patch(this.box, { "data-reached": String(Boolean(at && at.sse <= view.target)) });
    this.drawSwatch(view);
    if (!this.canvas.hidden) this.drawPicture(look, view);
  }

  /** @param {CardView} cardView */
  drawSwatch({ colour, dash }) {
    const context = fitCanvas(this.swatch, 30, 12);
    context.strokeStyle = colour;
    context.lineWidth = 3;
    context.setLineDash(dash);
    context.beginPath();
    context.moveTo(0, 6);
    context.lineTo(30, 6);
    context.stroke();
  }

  /**
   * @param {Snapshot | null} look
   * @param {CardView} view
   */
  drawPicture(look, view) {
    const context = fitCanvas(this.canvas, BOX, BOX);
    drawScene(context, look, view);
    const score = look?.score;
    const said = Number.isFinite(score)
      ? `, ${scoreText(look, view)} ${view.counts ? "correct" : "RMSE"}`
      : "";
    this.canvas.setAttribute("aria-label", `${view.title}: ${NAMES[view.scene.kind]}${said}`);
  }
}

const NAMES = {
  surface: "output over the inputs",
  curve: "output over the input",
  network: "weights of the network",
};

/**
 * @param {Snapshot | null} look
 * @param {CardView} cardView
 */
function scoreText(look, { counts, patterns }) {
  if (!look || !Number.isFinite(look.score)) return "–";
  return counts ? `${whole(look.score)} of ${whole(patterns)}` : short(look.score);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Snapshot | null} look
 * @param {CardView} view
 */
function drawScene(context, look, view) {
  const { scene } = view;
  if (scene.kind === "network") drawNetwork(context, look, scene, view);
  else if (scene.kind === "surface") drawSurface(context, look, scene, view);
  else drawCurve(context, look, scene, view);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Snapshot | null} look
 * @param {Plot} scene
 * @param {CardView} cardView
 */
function drawSurface(context, look, scene, { palette }) {
  if (look) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = scene.side;
    const small = contextOf(canvas);
    const image = small.createImageData(scene.side, scene.side);
    for (let i = 0; i < look.bytes.length; i++) {
      const c = 3 * look.bytes[i];
      image.data.set([palette.rgb[c], palette.rgb[c + 1], palette.rgb[c + 2], 255], 4 * i);
    }
    small.putImageData(image, 0, 0);
    context.drawImage(canvas, 0, 0, BOX, BOX);
  }
  const radius = scene.x.length > 150 ? 1.3 : scene.x.length > 40 ? 2 : 4;
  for (let p = 0; p < scene.x.length; p++) {
    context.beginPath();
    context.arc(scene.x[p] * BOX, scene.y[p] * BOX, radius, 0, 7);
    context.fillStyle = palette.css[scene.tones[p]];
    context.fill();
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Snapshot | null} look
 * @param {Plot} scene
 * @param {CardView} cardView
 */
function drawCurve(context, look, scene, { palette, colour }) {
  context.fillStyle = palette.negative;
  for (let p = 0; p < scene.x.length; p++) {
    context.beginPath();
    context.arc(scene.x[p] * BOX, scene.y[p] * BOX, 1.8, 0, 7);
    context.fill();
  }
  if (!look) return;
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  look.bytes.forEach((tone, i) =>
    context.lineTo((i / (look.bytes.length - 1)) * BOX, BOX * (1 - tone / 254)),
  );
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Snapshot | null} look
 * @param {NetworkScene} scene
 * @param {CardView} cardView
 */
function drawNetwork(context, look, scene, { palette, look: theme }) {
  /**
   * @param {Pair} pair
   * @returns {Pair}
   */
  const place = ([x, y]) => [8 + x * (BOX - 16), 8 + y * (BOX - 16)];
  if (look) {
    scene.links.forEach(([source, target], n) => {
      if (source < 0) return;
      const signed = look.bytes[n] / 127 - 1;
      context.strokeStyle = palette.css[look.bytes[n]];
      context.lineWidth = 0.3 + 2.6 * Math.abs(signed);
      context.beginPath();
      context.moveTo(...place(scene.places[source]));
      context.lineTo(...place(scene.places[target]));
      context.stroke();
    });
  }
  context.fillStyle = theme.muted;
  for (const spot of scene.places) {
    context.beginPath();
    context.arc(...place(spot), scene.places.length > 40 ? 1.6 : 3, 0, 7);
    context.fill();
  }
}
