// @ts-check
// The panel in which the properties and weights of a clicked neuron or link are edited.

import { required } from "../../shared/frontend/required.js";
import { fieldText } from "../../shared/frontend/numbers.js";
import { el, focusedNear } from "../../shared/frontend/dom.js";
import { change, nodeOf, refusal, remove, ROLES, sourcesOf } from "../../shared/frontend/graph.js";
import { linkKey } from "../../shared/frontend/network.js";
import { duplicateSelected, removeSelected, tryLink } from "./edits.js";
import { saliencyOf, weightOf } from "./values.js";

/** @import { Node } from "../../shared/frontend/graph.js" */
/** @import { Link } from "../../shared/frontend/payloads.d.ts" */
/** @import { Stage } from "./stage.js" */
/** @typedef {"activation" | "gain" | "leak"} Property of a node that has a field */
/** @typedef {{bias: string} | {source: string, target: string}} WeightName */
/** @typedef {{node: string, link?: undefined} | {link: Link, node?: undefined}} Subject */

/**
 * @typedef {object} InspectorHost
 * @property {Stage} stage
 * @property {() => {name: string, title: string}[]} activations
 * @property {(what: WeightName, value: number) => void} setWeight
 * @property {(id: string, name: string) => void} rename
 */

const NAME_LIMIT = 24;

export class Inspector {
  /** @type {Subject | null} */
  subject = null;
  /**
   * Fields of the node's properties.
   *
   * @type {Partial<Record<Property, HTMLInputElement | HTMLSelectElement>>}
   */
  properties = {};
  /** Field of the weight shown. @type {{input: HTMLInputElement, what: WeightName} | null} */
  weightField = null;
  /** @type {{from: string, to: string} | null} */
  renamed = null;

  /**
   * @param {HTMLElement} root
   * @param {InspectorHost} host
   */
  constructor(root, host) {
    this.host = host;
    this.panel = el("section", { class: "inspector", hidden: true, "aria-label": "Properties" });
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close(true);
      event.stopPropagation();
    });
    root.append(this.panel);
  }

  close(refocus = false) {
    if (this.panel.hidden || !this.subject) return;
    const { stage } = this.host;
    const { link } = this.subject;
    this.panel.hidden = true;
    this.subject = null;
    if (!refocus) return;
    // For a link, focus the stage: focusing a neuron would select it, and Delete would remove it.
    if (link) stage.box.focus({ preventScroll: true });
    else if (stage.focusId) stage.focusNode(stage.focusId);
  }

  /** @param {string} id */
  openNode(id) {
    this.show({ node: id });
  }

  /** @param {Link} link */
  openLink(link) {
    this.show({ link });
  }

  /** @param {Subject} subject */
  show(subject) {
    this.subject = subject;
    this.properties = {};
    this.weightField = null;
    const { node, link } = subject;
    this.panel.replaceChildren(...(link ? this.linkRows(link) : this.nodeRows(required(node))));
    this.panel.hidden = false;
    this.panel.classList.toggle("left", this.onTheRight(link ? link[1] : required(node)));
    if (link) this.panel.querySelector("input")?.select();
  }

  /**
   * Whether the subject stands in the right half of the stage, where the panel would cover it.
   *
   * @param {string} id
   */
  onTheRight(id) {
    const { stage } = this.host;
    const node = nodeOf(stage.graph, id);
    return node !== undefined && node.x * stage.camera.zoom + stage.camera.x > stage.width / 2;
  }

  /** Show the weights of the iteration on the screen, except in the field that has the focus. */
  refresh() {
    const { subject } = this;
    if (!subject) return;
    const { graph } = this.host.stage;
    const active = focusedNear(this.panel);
    const node = subject.node === undefined ? undefined : nodeOf(graph, subject.node);
    if (!node && this.follow(active)) return;
    const { link } = subject;
    const there = link
      ? graph.links.some((other) => linkKey(...other) === linkKey(...link))
      : node !== undefined;
    if (!there) return this.close();
    for (const [name, control] of Object.entries(this.properties)) {
      // After an undo, for example.
      if (node && control !== active) control.value = String(node[/** @type {Property} */ (name)]);
    }
    if (!this.weightField) return;
    const { input, what } = this.weightField;
    const value = weightOf(this.host.stage.scene, what);
    if (input !== active && value !== undefined) input.value = fieldText(value);
  }

  /**
   * Keep the panel of a renamed node open under its new name; returns whether it was renamed.
   *
   * @param {Element | null} active
   */
  follow(active) {
    const { subject, renamed } = this;
    const { stage } = this.host;
    if (
      !renamed ||
      !subject?.node ||
      renamed.from !== subject.node ||
      !nodeOf(stage.graph, renamed.to)
    )
      return false;
    const inside = this.panel.contains(active);
    this.renamed = null;
    stage.follow(renamed.to);
    this.show({ node: renamed.to });
    if (inside) this.panel.querySelector("input")?.focus();
    return true;
  }

  /** @param {string} id */
  nodeRows(id) {
    const { stage } = this.host;
    const activations = this.host.activations();
    const node = required(nodeOf(stage.graph, id));
    /** @type {HTMLElement[]} */
    const rows = [this.title(`${id}`, ROLES[node.role]), this.nameRow(id)];
    if (node.role === "input") return rows;
    const choose = el(
      "select",
      {
        onchange: (event) => this.property(id, { activation: event.currentTarget.value }),
      },
      activations.map(({ name, title }) =>
        el("option", { value: name, text: title, selected: name === node.activation }),
      ),
    );
    choose.value = node.activation;
    this.properties.activation = choose;
    rows.push(field("Activation", choose));
    rows.push(this.numberRow(id, node, "gain", "Gain", 1e-6, 100));
    rows.push(this.numberRow(id, node, "leak", "Leak", 0, 100));
    rows.push(field("Bias", this.weightInput({ bias: id })));
    rows.push(...this.saliencyRow(saliencyOf(stage.scene, id)));
    rows.push(this.actions(id, node));
    return rows;
  }

  /**
   * @param {string} text
   * @param {string} kind
   */
  title(text, kind) {
    return el(
      "header",
      {},
      el("strong", { text }),
      el("span", { class: "muted", text: ` ${kind}` }),
      el("button", {
        class: "icon",
        "aria-label": "Close",
        text: "\u00d7",
        onclick: () => this.close(true),
      }),
    );
  }

  /** @param {string} id */
  nameRow(id) {
    const input = el("input", { value: id, maxlength: NAME_LIMIT, "aria-label": "Name" });
    input.addEventListener("change", () => {
      const name = input.value.trim();
      if (name && name !== id) {
        this.renamed = { from: id, to: name };
        this.host.rename(id, name);
      } else input.value = id;
    });
    return field("Name", input);
  }

  /**
   * @param {string} id
   * @param {Node} node
   * @param {"gain" | "leak"} key
   * @param {string} label
   * @param {number} low
   * @param {number} high
   */
  numberRow(id, node, key, label, low, high) {
    const input = el("input", {
      type: "number",
      step: "any",
      value: node[key],
    });
    input.addEventListener("change", () => {
      const value = Number(input.value);
      if (input.value !== "" && value >= low && value <= high) this.property(id, { [key]: value });
      else {
        this.host.stage.host.refuse(`${label} of ${id} must be a number from ${low} to ${high}.`);
        input.value = String(node[key]);
      }
    });
    this.properties[key] = input;
    return field(label, input);
  }

  /**
   * @param {string} id
   * @param {Partial<Node>} properties
   */
  property(id, properties) {
    const { stage } = this.host;
    stage.edit(change(stage.graph, id, properties), `${id} changed`);
  }

  /**
   * @param {WeightName} what
   */
  weightInput(what) {
    const { stage } = this.host;
    const value = weightOf(stage.scene, what);
    const input = el("input", {
      type: "number",
      step: "any",
      value: value === undefined ? "" : fieldText(value),
      disabled: value === undefined,
    });
    input.addEventListener("change", () => {
      const next = Number(input.value);
      if (input.value !== "" && Number.isFinite(next) && Math.abs(next) <= 1e6)
        this.host.setWeight(what, next);
      else {
        stage.host.refuse("A weight must be a number between -1,000,000 and 1,000,000.");
        input.value = fieldText(weightOf(stage.scene, what) ?? NaN);
      }
    });
    this.weightField = { input, what };
    return input;
  }

  /**
   * @param {string} id
   * @param {Node} node
   */
  actions(id, node) {
    const { stage } = this.host;
    const buttons = [el("button", { text: "Link from here", onclick: () => this.linkFrom(id) })];
    if (node.role === "hidden") {
      buttons.push(el("button", { text: "Duplicate", onclick: () => duplicateSelected(stage) }));
      buttons.push(el("button", { text: "Delete", onclick: () => this.deleteNode(id) }));
    }
    return el("div", { class: "row" }, buttons);
  }

  /**
   * Offer a list of possible targets: linking by touch, switch control or screen reader.
   *
   * @param {string} id
   */
  linkFrom(id) {
    const { stage } = this.host;
    const targets = stage.graph.nodes.filter((node) => !refusal(stage.graph, id, node.id));
    const choose = el(
      "select",
      {
        "aria-label": `Link ${id} to`,
        onchange: (event) => {
          tryLink(stage, id, event.currentTarget.value);
          this.openNode(id);
        },
      },
      el("option", {
        text: targets.length ? `${id} feeds \u2026` : "There is no neuron left to connect to",
        value: "",
      }),
      targets.map((node) => el("option", { value: node.id, text: node.id })),
    );
    this.panel.lastElementChild?.replaceWith(choose);
    choose.focus();
  }

  /** @param {string} id */
  deleteNode(id) {
    this.host.stage.select([id]);
    removeSelected(this.host.stage);
    this.close(true);
  }

  /**
   * What removing the subject would do, if that is known.
   *
   * @param {string} words
   */
  saliencyRow(words) {
    return words ? [el("p", { class: "muted", text: `If removed: ${words.slice(2)}` })] : [];
  }

  /** @param {Link} link */
  linkRows([source, target]) {
    const { stage } = this.host;
    const cut = () => {
      stage.edit(remove(stage.graph, [], [[source, target]]), "Link removed");
      this.close(true);
    };
    return [
      this.title(`${source} \u2192 ${target}`, "connection"),
      field("Weight", this.weightInput({ source, target })),
      ...this.saliencyRow(saliencyOf(stage.scene, source, target)),
      el("div", { class: "row" }, el("button", { text: "Remove link", onclick: cut })),
    ];
  }
}

/**
 * @param {string} label
 * @param {HTMLElement} control
 */
export function field(label, control) {
  return el("label", { class: "field" }, el("span", { text: label }), control);
}

/**
 * Rows of the equivalent table: each neuron, its bias, and every weight that enters it.
 *
 * @param {Stage} stage
 */
export function describeNetwork(stage) {
  return stage.graph.nodes
    .filter((node) => node.role !== "input")
    .map((node) => ({
      node,
      bias: weightOf(stage.scene, { bias: node.id }),
      sources: sourcesOf(stage.graph, node.id).map((source) => ({
        source,
        weight: weightOf(stage.scene, { source, target: node.id }),
      })),
    }));
}
