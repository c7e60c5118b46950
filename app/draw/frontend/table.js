// The network as a table: the same drawing for screen readers and for those who prefer rows.

import { short } from "../../shared/frontend/numbers.js";
import { el } from "../../shared/frontend/dom.js";
import { describeNetwork } from "./inspector.js";

export class NetworkTable {
  /** host: {inspector, openNode(id), openLink(link)} */
  constructor(root, host) {
    this.host = host;
    this.body = el("tbody");
    this.details = el(
      "details",
      { class: "table", ontoggle: () => this.refresh() },
      el("summary", { text: "The network as a table" }),
      el(
        "table",
        {},
        el("caption", {
          class: "muted",
          text: "Activate a name to change the neuron, a weight to change the connection.",
        }),
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            ["Neuron", "Kind", "Activation", "Gain", "Leak", "Bias", "Fed by (weight)"].map(
              (text) => el("th", { scope: "col", text }),
            ),
          ),
        ),
        this.body,
      ),
    );
    root.append(this.details);
  }

  /** Rebuilt only while open and while no hand is in it. */
  refresh() {
    if (
      !this.details.open ||
      this.details.contains(this.details.getRootNode().activeElement?.closest("tbody"))
    )
      return;
    const { inspector } = this.host;
    const rows = describeNetwork(inspector.host.stage.graph, (key) => inspector.weight(key));
    this.body.replaceChildren(...rows.map((row) => this.row(row)));
  }

  row({ node, bias, sources }) {
    const open = el("button", {
      class: "link",
      text: node.id,
      onclick: () => this.host.openNode(node.id),
    });
    const cells = [
      node.role,
      this.host.activationTitle(node.activation),
      short(node.gain),
      short(node.leak),
      show(bias),
    ];
    const links = sources.flatMap(([source, weight]) => [
      el("button", {
        class: "link",
        text: `${source} (${show(weight)})`,
        onclick: () => this.host.openLink([source, node.id]),
      }),
      " ",
    ]);
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, open),
      cells.map((text) => el("td", { text })),
      el("td", {}, links.length ? links : "nothing yet"),
    );
  }
}

function show(weight) {
  return weight === undefined ? "not in use" : short(weight, 4);
}
