// @ts-check
// One card a lane: its small stage, its numbers at the position of the replay, what became of it.

import { duration, short, whole } from "../../shared/frontend/numbers.js";
import { contextOf, el, fitCanvas, patch } from "../../shared/frontend/dom.js";

/** @import { Pair } from "../../shared/frontend/geometry.js" */
/** @import { Palette } from "../../shared/frontend/palette.js" */
/** @import { Look } from "../../shared/frontend/theme.js" */
/** @import { Position, Snapshot } from "./curves.js" */
/** @import { Lane, Plot, Portrait, Scene } from "./race.js" */

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
const PORTRAIT = [84, 34];

export class Card {
  /** @type {Lane} */
  lane;
  /** @type {Record<string, HTMLElement>} */
  values = {};
  /** @type {HTMLElement} */
  scoreName;
  /** @type {Portrait | undefined} */
  net;

  constructor() {
    this.canvas = el("canvas", { class: "picture", role: "img" });
    this.swatch = el("canvas", { class: "swatch", "aria-hidden": "true" });
    this.title = el("h3");
    this.settings = el("p", { class: "settings" });
    this.network = el("p", { class: "settings network" });
    this.start = el("p", { class: "remark" });
    this.portrait = el("canvas", { class: "portrait", role: "img" });
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
      el("header", {}, this.swatch, this.title, this.portrait),
      this.settings,
      this.network,
      el("div", { class: "body" }, this.canvas, el("dl", {}, rows)),
      this.sentence,
      this.start,
      this.remark,
    );
  }

  /**
   * What does not change while a race runs.
   *
   * @param {Lane} lane
   * @param {Scene | undefined} scene
   * @param {Portrait | undefined} portrait
   */
  setLane(lane, scene, portrait) {
    this.lane = lane;
    this.net = portrait;
    patch(this.network, { text: lane.network, title: lane.network, hidden: !lane.network });
    patch(this.start, { text: lane.start, hidden: !lane.start });
    // The picture of weights shows the network already.
    this.portrait.hidden = !portrait || !lane.network || scene?.kind === "network";
    this.portrait.setAttribute("aria-label", `The network: ${lane.network}`);
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
    if (!this.portrait.hidden && this.net) {
      const [width, height] = PORTRAIT;
      const context = fitCanvas(this.portrait, width, height);
      drawNetwork(context, this.net.tones, this.net, view, width, height);
    }
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
    drawScene(context, look, view, this.net);
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
 * @param {Portrait | undefined} net
 */
function drawScene(context, look, view, net) {
  const { scene } = view;
  if (scene.kind === "network") {
    if (net) drawNetwork(context, look?.bytes, net, view, BOX, BOX);
  } else if (scene.kind === "surface") drawSurface(context, look, scene, view);
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
 * @param {Uint8Array | undefined} tones
 * @param {Portrait} net
 * @param {CardView} cardView
 * @param {number} width
 * @param {number} height
 */
function drawNetwork(context, tones, net, { palette, look: theme }, width, height) {
  const small = height < BOX;
  const edge = small ? 4 : 8;
  /**
   * @param {Pair} pair
   * @returns {Pair}
   */
  const place = ([x, y]) => [edge + x * (width - 2 * edge), edge + y * (height - 2 * edge)];
  if (tones) {
    net.links.forEach(([source, target], n) => {
      if (source < 0) return;
      const signed = tones[n] / 127 - 1;
      context.strokeStyle = palette.css[tones[n]];
      context.lineWidth = (small ? 0.4 : 1) * (0.3 + 2.6 * Math.abs(signed));
      context.beginPath();
      context.moveTo(...place(net.places[source]));
      context.lineTo(...place(net.places[target]));
      context.stroke();
    });
  }
  context.fillStyle = theme.muted;
  const radius = small ? 1.5 : net.places.length > 40 ? 1.6 : 3;
  for (const spot of net.places) {
    context.beginPath();
    context.arc(...place(spot), radius, 0, 7);
    context.fill();
  }
}
