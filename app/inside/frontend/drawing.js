// @ts-check
// The drawing of the network: the part that a step concerns is highlighted, the rest is pale.

import { counted } from "../../shared/frontend/numbers.js";
import { required } from "../../shared/frontend/required.js";
import { el, patch, svg } from "../../shared/frontend/dom.js";
import { bounds, halfOf, linkCurve } from "../../shared/frontend/geometry.js";
import { placed } from "../../shared/frontend/graph.js";
import { linkKey } from "../../shared/frontend/network.js";
import { at } from "../../shared/frontend/palette.js";
import { linkTone, linkWidth } from "../../shared/frontend/paintwork.js";
import { placeLabels } from "./labels.js";
import { num } from "./notation.js";

/** @import { Node } from "../../shared/frontend/graph.js" */
/** @import { Palette } from "../../shared/frontend/palette.js" */
/** @import { Dissection } from "./dissection.js" */
/** @import { LinkValues, Step } from "./steps.d.ts" */

/**
 * @typedef {object} NodeParts
 * @property {SVGGElement} group
 * @property {SVGRectElement} frame
 * @property {SVGTextElement} name
 * @property {SVGTextElement} value
 * @property {SVGTextElement} below
 * @property {SVGTitleElement} tip
 * @property {number} side
 */

/** @typedef {{of: (n: number) => number, scale: number}} Strength value of a line, and scale */

const LABELLED = 9; // lit links that carry their number
const CROWD = 40; // nodes above which names are small
const LEGIBLE = 7.5; // pixels of the screen; smaller numbers are left to the tooltip
const PAD = { x: 62, y: 56 };

export class StepDrawing {
  /** @type {Dissection} */
  apart;
  /** @type {Node[]} */
  nodes;
  /** @type {(SVGPathElement | null)[]} */
  links;
  /** @type {NodeParts[]} */
  parts;
  /** @type {SVGGElement} */
  labels;
  /** @type {SVGSVGElement | undefined} */
  svg;
  /** @type {{left: number, right: number, top: number, bottom: number}} */
  box;
  /** @type {number} */
  scale = 1;
  /** Size of the text in units of the drawing. @type {number} */
  text = 13;
  /** Whether all nodes are lit. @type {boolean} */
  everything = false;

  /**
   * @param {HTMLElement} root
   * @param {(node: number) => void} choose
   */
  constructor(root, choose) {
    this.root = root;
    this.choose = choose;
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(root);
  }

  destroy() {
    this.observer.disconnect();
  }

  /**
   * Take up the network of another dissection.
   *
   * @param {Dissection} apart
   */
  setNetwork(apart) {
    this.apart = apart;
    const box = this.root.getBoundingClientRect();
    const graph = placed(apart.graph, box.width / (box.height || 1) || 1.6);
    const byName = new Map(graph.nodes.map((node) => [node.id, node]));
    this.nodes = apart.names.map((name) => required(byName.get(name)));
    this.box = bounds(graph);
    this.links = apart.ends.map(([source, k], n) =>
      source < 0 ? null : this.makeLink(source, k, n),
    );
    this.parts = this.nodes.map((node, i) => this.makeNode(node, i));
    this.labels = svg("g", { class: "labels" });
    this.svg = svg(
      "svg",
      { class: "net", role: "img", "aria-label": this.describe() },
      svg("g", {}, ...this.links),
      svg(
        "g",
        {},
        this.parts.map((part) => part.group),
      ),
      this.labels,
    );
    this.root.replaceChildren(this.svg);
    this.fit();
  }

  describe() {
    const { inputs, neurons, outputs } = this.apart;
    return (
      `Network with ${counted(inputs, "input")} and ${counted(neurons.length, "neuron")}, ` +
      `${outputs.length} of them ${outputs.length === 1 ? "an output" : "outputs"}`
    );
  }

  /**
   * @param {number} source
   * @param {number} k
   * @param {number} n
   */
  makeLink(source, k, n) {
    const curve = linkCurve(this.nodes[source], this.nodes[this.apart.inputs + k]);
    const [x0, y0, ...rest] = curve;
    return svg("path", {
      d: `M${x0} ${y0}C${rest.join(" ")}`,
      "data-weight": n,
      "data-key": linkKey(source, k),
    });
  }

  /**
   * @param {Node} node
   * @param {number} i
   */
  makeNode(node, i) {
    const half = halfOf(node);
    const frame = svg("rect", {
      class: "frame",
      x: -half,
      y: -half,
      width: 2 * half,
      height: 2 * half,
      rx: 7,
    });
    const name = svg("text", { class: "name", y: -half - 7, text: node.id });
    const value = svg("text", { class: "value", y: 5 });
    const below = svg("text", { class: "below", y: half + 17 });
    const tip = svg("title");
    const group = svg(
      "g",
      { class: "node", transform: `translate(${node.x} ${node.y})`, onclick: () => this.choose(i) },
      tip,
      frame,
      name,
      value,
      below,
    );
    return { group, frame, name, value, below, tip, side: 2 * half };
  }

  /** The whole drawing in the box, never larger than twice its size. */
  fit() {
    if (!this.svg) return;
    const { left, right, top, bottom } = this.box;
    const [w, h] = [right - left + 2 * PAD.x, bottom - top + 2 * PAD.y];
    const scale = Math.min(2, this.root.clientWidth / w, this.root.clientHeight / h) || 1;
    const [vw, vh] = [this.root.clientWidth / scale, this.root.clientHeight / scale];
    const [x, y] = [(left + right - vw) / 2, (top + bottom - vh) / 2];
    this.svg.setAttribute("viewBox", `${x} ${y} ${vw} ${vh}`);
    this.scale = scale;
    this.text = Math.max(13, Math.min(26, 14 / scale));
    this.svg.style.setProperty("--text", `${this.text}px`);
    this.svg.style.setProperty(
      "--name",
      `${this.nodes.length > CROWD ? Math.min(18, this.text) : this.text}px`,
    );
    this.svg.classList.toggle("crowded", scale < 0.8);
  }

  /**
   * @param {Step} step
   * @param {Palette} palette
   */
  show(step, palette) {
    const { apart } = this;
    this.everything = step.lit.nodes.size === this.nodes.length;
    this.svg?.classList.toggle("partly", !this.everything && step.lit.nodes.size > 0);
    this.parts.forEach((part, i) => this.showNode(part, i, step, palette));
    const strength = this.strengths(step.links);
    this.links.forEach((path, n) => {
      if (!path) return;
      const value = strength.of(n);
      patch(path, { class: step.lit.links.has(n) ? "link lit" : "link" });
      path.style.stroke = palette.css[at(linkTone(value * strength.scale))];
      path.style.strokeWidth = String(linkWidth(value * strength.scale));
    });
    this.label(step, strength, apart);
  }

  /**
   * @param {NodeParts} part
   * @param {number} i
   * @param {Step} step
   * @param {Palette} palette
   */
  showNode(part, i, step, palette) {
    const { apart } = this;
    const known = step.known !== null && (i < apart.inputs || i - apart.inputs < step.known);
    const value = apart.pattern.values[i];
    const lit = (step.lit.nodes.has(i) && !this.everything) || i === step.focus;
    const second = step.below?.of(i);
    const classes = [
      "node",
      lit ? "lit" : "",
      i >= apart.inputs && !apart.small && i - apart.inputs === apart.neuron ? "chosen" : "",
    ];
    patch(part.group, { class: classes.join(" ").trim() });
    part.frame.style.fill = known ? palette.css[at(value * 0.75)] : palette.ground;
    const shown = second !== null && second !== undefined;
    this.fitted(part.value, known ? value : null, part.side);
    this.fitted(part.below, shown ? second : null, part.side + 24);
    patch(part.tip, {
      text: [
        apart.names[i],
        known ? `value ${num(value)}` : "",
        shown ? `${step.below?.label} ${num(second)}` : "",
      ]
        .filter(Boolean)
        .join(", "),
    });
  }

  /**
   * Put a number where there is so much room: with fewer digits, then smaller, if it must be.
   *
   * @param {SVGTextElement} node
   * @param {number | null} value null for none
   * @param {number} room
   */
  fitted(node, value, room) {
    const least = LEGIBLE / this.scale;
    /** @param {string} text */
    const sizeOf = (text) => Math.min(this.text, (1.7 * room) / Math.max(1, text.length));
    const texts = value === null ? [""] : shorterAndShorter(value, this.nodes.length > CROWD);
    const text = texts.find((candidate) => sizeOf(candidate) >= least) ?? texts[texts.length - 1];
    node.style.fontSize = `${Math.min(this.text, Math.max(least, sizeOf(text)))}px`;
    patch(node, { text });
  }

  /**
   * What the links show: weights, a Jacobian row, or a step; scaled so that the largest is strong.
   *
   * @param {LinkValues} links
   * @returns {Strength}
   */
  strengths(links) {
    const { apart } = this;
    if (links.kind === "weights") {
      const weights =
        links.after === undefined
          ? apart.weights
          : (apart.attempts[links.after].weights ?? apart.weights);
      return { of: (n) => weights[n], scale: 1 };
    }
    const step = links.kind === "step" ? required(apart.attempts[links.a].step) : null;
    /** @type {(n: number) => number} */
    const of = (n) =>
      links.kind === "row" ? apart.entry(links.m, n, links.way) : required(step)[n];
    let most = 0;
    for (let n = 0; n < apart.N; n++) most = Math.max(most, Math.abs(of(n)));
    return { of, scale: most > 0 && Number.isFinite(most) ? 6 / most : 1 };
  }

  /**
   * @param {Step} step
   * @param {Strength} strength
   * @param {Dissection} apart
   */
  label(step, strength, apart) {
    const lit = [...step.lit.links].filter((n) => this.links[n]);
    if (lit.length > LABELLED || !lit.length) return this.labels.replaceChildren();
    const links = lit.map((n) => {
      const [source, k] = apart.ends[n];
      return {
        curve: linkCurve(this.nodes[source], this.nodes[apart.inputs + k]),
        text: num(strength.of(n), 3),
      };
    });
    const places = placeLabels(links, this.nodes, this.text);
    this.labels.replaceChildren(
      ...places.map(([x, y], i) =>
        svg("text", { x, y: y + this.text * 0.35, class: "weight", text: links[i].text }),
      ),
    );
  }
}

/**
 * A number in fewer and fewer characters: three digits, two, one, and ≈0 for a small one. Its
 * tooltip has all digits.
 *
 * @param {number} value
 * @param {boolean} crowded whether to begin with two digits
 */
export function shorterAndShorter(value, crowded) {
  const texts = crowded ? [num(value, 2)] : [num(value, 3), num(value, 2)];
  const size = Math.abs(value);
  if (size > 0 && size < 0.05) texts.push("≈0");
  else if (size < 1) texts.push(num(Number(value.toFixed(1)), 2));
  return texts;
}

/**
 * The line under the drawing: what its numbers and colours are.
 *
 * @param {Step} step
 */
export function legend(step) {
  const links = { weights: "weights w", row: "the Jacobian row j", step: "the step Δw" }[
    step.links.kind
  ];
  const parts = [
    step.known === null ? null : "in a box: the value y",
    step.below ? `below it: ${step.below.label}` : null,
    `lines: ${links}`,
  ];
  return el("span", {
    text: `${parts.filter(Boolean).join(" · ")} · boxes and lines: blue positive, orange negative`,
  });
}
