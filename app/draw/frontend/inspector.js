// The small panel beside a clicked neuron or link: its properties and weights, editable.

import { fieldText } from "../../shared/frontend/numbers.js";
import { el } from "../../shared/frontend/dom.js";
import { change, nodeOf, refusal, remove, ROLES, sourcesOf } from "../../shared/frontend/graph.js";
import { linkKey } from "../../shared/frontend/network.js";

const NAME_LIMIT = 24;

export class Inspector {
  /** host: {stage, activations, setWeight(what, value), rename(id, name)} */
  constructor(root, host) {
    this.host = host;
    this.panel = el("section", { class: "inspector", hidden: true, "aria-label": "Properties" });
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close(true);
      event.stopPropagation();
    });
    root.append(this.panel);
    this.subject = null;
  }

  close(refocus = false) {
    if (this.panel.hidden) return;
    const { stage } = this.host;
    const { link } = this.subject;
    this.panel.hidden = true;
    this.subject = null;
    if (!refocus) return;
    // To a link the stage itself stands: to focus a neuron would select it, and Delete would take it.
    if (link) stage.box.focus({ preventScroll: true });
    else if (stage.focusId) stage.focusNode(stage.focusId);
  }

  openNode(id) {
    this.show({ node: id });
  }

  openLink(link) {
    this.show({ link });
  }

  show(subject) {
    this.subject = subject;
    this.panel.replaceChildren(
      ...(subject.node ? this.nodeRows(subject.node) : this.linkRows(subject.link)),
    );
    this.panel.hidden = false;
    this.panel.classList.toggle("left", this.onTheRight(subject.node ?? subject.link[1]));
    if (!subject.node) this.panel.querySelector("input")?.select();
  }

  /** Whether the subject stands in the right half of the stage, where the panel would cover it. */
  onTheRight(id) {
    const { stage } = this.host;
    const node = nodeOf(stage.graph, id);
    return Boolean(node) && node.x * stage.camera.zoom + stage.camera.x > stage.width / 2;
  }

  /** The weights shown follow the iteration on the screen, unless a hand is on them. */
  refresh() {
    const { subject } = this;
    if (!subject) return;
    const { graph } = this.host.stage;
    const active = this.panel.getRootNode().activeElement;
    const node = subject.node && nodeOf(graph, subject.node);
    if (!node && this.follow(active)) return;
    if (
      subject.node
        ? !node
        : !graph.links.some((link) => linkKey(...link) === linkKey(...subject.link))
    )
      return this.close();
    for (const control of this.panel.querySelectorAll("[data-property]")) {
      if (control !== active) control.value = String(node[control.dataset.property]); // undone, perhaps
    }
    for (const input of this.panel.querySelectorAll("input[data-weight]")) {
      const value = this.weight(input.dataset.weight);
      if (input !== active && value !== undefined) input.value = fieldText(value);
    }
  }

  /** A renamed node stays open, under its new name; whether this is one. */
  follow(active) {
    const { subject, renamed } = this;
    const { stage } = this.host;
    if (!subject.node || renamed?.from !== subject.node || !nodeOf(stage.graph, renamed.to))
      return false;
    const inside = this.panel.contains(active);
    this.renamed = null;
    stage.follow(renamed.to);
    this.show({ node: renamed.to });
    if (inside) this.panel.querySelector("input").focus();
    return true;
  }

  weight(key) {
    const { weights, index, biasIds } = this.host.stage.scene;
    if (!weights) return undefined;
    if (key.startsWith("bias:")) return weights[index.bias[biasIds.indexOf(key.slice(5))]];
    return weights[index.links.get(key)];
  }

  nodeRows(id) {
    const { stage } = this.host;
    const activations = this.host.activations();
    const node = nodeOf(stage.graph, id);
    const rows = [this.title(`${id}`, ROLES[node.role]), this.nameRow(id)];
    if (node.role === "input") return rows;
    const choose = el(
      "select",
      {
        "data-property": "activation",
        onchange: (event) => this.property(id, { activation: event.target.value }),
      },
      activations.map(({ name, title }) =>
        el("option", { value: name, text: title, selected: name === node.activation }),
      ),
    );
    choose.value = node.activation;
    rows.push(field("Activation", choose));
    rows.push(this.numberRow(id, node, "gain", "Gain", 1e-6, 100));
    rows.push(this.numberRow(id, node, "leak", "Leak", 0, 100));
    rows.push(field("Bias", this.weightInput(`bias:${id}`, { bias: id })));
    rows.push(this.actions(id, node));
    return rows;
  }

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

  numberRow(id, node, key, label, low, high) {
    const input = el("input", {
      type: "number",
      step: "any",
      value: node[key],
      "data-property": key,
    });
    input.addEventListener("change", () => {
      const value = Number(input.value);
      if (input.value !== "" && value >= low && value <= high) this.property(id, { [key]: value });
      else {
        this.host.stage.host.refuse(`${label} of ${id} must be a number from ${low} to ${high}.`);
        input.value = node[key];
      }
    });
    return field(label, input);
  }

  property(id, properties) {
    const { stage } = this.host;
    stage.edit(change(stage.graph, id, properties), `${id} changed`);
  }

  weightInput(key, what) {
    const value = this.weight(key);
    const input = el("input", {
      type: "number",
      step: "any",
      "data-weight": key,
      value: value === undefined ? "" : fieldText(value),
      disabled: value === undefined,
    });
    input.addEventListener("change", () => {
      const next = Number(input.value);
      if (input.value !== "" && Number.isFinite(next) && Math.abs(next) <= 1e6)
        this.host.setWeight(what, next);
      else {
        this.host.stage.host.refuse("A weight must be a number between -1,000,000 and 1,000,000.");
        input.value = fieldText(this.weight(key));
      }
    });
    return input;
  }

  actions(id, node) {
    const { stage } = this.host;
    const buttons = [el("button", { text: "Link from here", onclick: () => this.linkFrom(id) })];
    if (node.role === "hidden") {
      buttons.push(el("button", { text: "Duplicate", onclick: () => stage.duplicateSelected() }));
      buttons.push(el("button", { text: "Delete", onclick: () => this.deleteNode(id) }));
    }
    return el("div", { class: "row" }, buttons);
  }

  /** A list of the nodes this one may feed: the way to link by finger, switch or screen reader. */
  linkFrom(id) {
    const { stage } = this.host;
    const targets = stage.graph.nodes.filter((node) => !refusal(stage.graph, id, node.id));
    const choose = el(
      "select",
      {
        "aria-label": `Link ${id} to`,
        onchange: (event) => {
          stage.tryLink(id, event.target.value);
          this.openNode(id);
        },
      },
      el("option", {
        text: targets.length ? `${id} feeds \u2026` : "Nothing is left to feed",
        value: "",
      }),
      targets.map((node) => el("option", { value: node.id, text: node.id })),
    );
    this.panel.lastChild.replaceWith(choose);
    choose.focus();
  }

  deleteNode(id) {
    this.host.stage.select([id]);
    this.host.stage.removeSelected();
    this.close(true);
  }

  linkRows([source, target]) {
    const { stage } = this.host;
    const cut = () => {
      stage.edit(remove(stage.graph, [], [[source, target]]), "Link removed");
      this.close(true);
    };
    return [
      this.title(`${source} \u2192 ${target}`, "connection"),
      field("Weight", this.weightInput(linkKey(source, target), { source, target })),
      el("div", { class: "row" }, el("button", { text: "Remove link", onclick: cut })),
    ];
  }
}

export function field(label, control) {
  return el("label", { class: "field" }, el("span", { text: label }), control);
}

/** Rows of the equivalent table: neuron, its settings, and every weight that enters it. */
export function describeNetwork(graph, weightOf) {
  return graph.nodes
    .filter((node) => node.role !== "input")
    .map((node) => ({
      node,
      bias: weightOf(`bias:${node.id}`),
      sources: sourcesOf(graph, node.id).map((source) => [
        source,
        weightOf(linkKey(source, node.id)),
      ]),
    }));
}
