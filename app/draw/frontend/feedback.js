// @ts-check
// What the stage shows while a gesture goes on: a link being drawn, the selection box, and the card
// beside the pointer.

import { el, patch, svg } from "../../shared/frontend/dom.js";
import * as geo from "../../shared/frontend/geometry.js";

/** @import { Camera } from "../../shared/frontend/geometry.js" */
/** @import { Node } from "../../shared/frontend/graph.js" */
/** @import { Spot } from "./stage.js" */

const MARGIN = 4; // between the card and the edge, in pixels
const GHOST_CARD = 200; // width that is kept free for the card of a link

export class Feedback {
  constructor() {
    this.ghost = svg("path", { class: "ghost" });
    this.band = svg("rect", { class: "band", visibility: "hidden" });
    this.card = el("div", { class: "hover-card", hidden: true, role: "tooltip" });
  }

  /**
   * A link that is being drawn, from a node to another or to a place; `reason` says why not.
   *
   * @param {Camera} camera
   * @param {number} width of the stage
   * @param {Node} source
   * @param {Node | null} target
   * @param {Spot} spot
   * @param {string | null} reason
   */
  showGhost(camera, width, source, target, spot, reason) {
    /** @type {geo.Place} */
    const end = target && !reason ? target : { x: spot.x + 20, y: spot.y, role: "input" };
    const d = geo
      .linkCurve(source, end)
      .map((v, i) => v * camera.zoom + (i % 2 ? camera.y : camera.x));
    this.ghost.setAttribute("d", `M${d[0]} ${d[1]}C${d.slice(2).join(" ")}`);
    this.ghost.setAttribute("class", reason ? "ghost refused" : "ghost");
    const words = target
      ? `Link ${source.id} to ${target.id}`
      : "Drop on a neuron to link it, or here to add one";
    patch(this.card, { text: reason || words, hidden: false });
    this.card.classList.toggle("refused", Boolean(reason));
    this.place(Math.min(spot.px + 14, width - GHOST_CARD), Math.max(MARGIN, spot.py - 46));
  }

  /**
   * The box in which nodes are selected, between two places of the screen.
   *
   * @param {Spot} start
   * @param {Spot} end
   */
  showBand(start, end) {
    this.band.setAttribute("visibility", "visible");
    this.band.setAttribute("x", String(Math.min(start.px, end.px)));
    this.band.setAttribute("y", String(Math.min(start.py, end.py)));
    this.band.setAttribute("width", String(Math.abs(end.px - start.px)));
    this.band.setAttribute("height", String(Math.abs(end.py - start.py)));
  }

  /**
   * The card of what is under the pointer; none without text.
   *
   * @param {string} text
   * @param {number} px
   * @param {number} py
   * @param {number} width of the stage
   */
  showCard(text, px, py, width) {
    patch(this.card, { text, hidden: !text });
    if (!text) return;
    const left = Math.min(px + 14, width - this.card.offsetWidth - 6);
    this.place(Math.max(MARGIN, left), Math.max(MARGIN, py - 44));
  }

  /**
   * @param {number} left
   * @param {number} top
   */
  place(left, top) {
    this.card.style.transform = `translate(${left}px, ${top}px)`;
  }

  /** Take away what a gesture showed. */
  clear() {
    this.ghost.setAttribute("d", "");
    this.band.setAttribute("visibility", "hidden");
    this.card.hidden = true;
    this.card.classList.remove("refused");
  }
}
