// @ts-check
// The network as a table: the same drawing for screen readers and for those who prefer rows.

import { short } from "../../shared/frontend/numbers.js";
import { el, focusedNear } from "../../shared/frontend/dom.js";
import { describeNetwork } from "./inspector.js";

/** @import { Link } from "../../shared/frontend/payloads.d.ts" */
/** @import { Inspector } from "./inspector.js" */
/** @typedef {ReturnType<typeof describeNetwork>[number]} TableRow */

/**
 * @typedef {object} TableHost
 * @property {Inspector} inspector
 * @property {(id: string) => void} openNode
 * @property {(link: Link) => void} openLink
 * @property {(name: string) => string} activationTitle
 */

export class NetworkTable {
  /**
   * @param {HTMLElement} root
   * @param {TableHost} host
   */
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
            ["Neuron", "Kind", "Activation", "Gain", "Leak", "Bias", "Reads (weight)"].map((text) =>
              el("th", { scope: "col", text }),
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
      this.details.contains(focusedNear(this.details)?.closest("tbody") ?? null)
    )
      return;
    const rows = describeNetwork(this.host.inspector.host.stage);
    this.body.replaceChildren(...rows.map((row) => this.row(row)));
  }

  /** @param {TableRow} tableRow */
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
    const links = sources.flatMap(({ source, weight }) => [
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

/** @param {number | undefined} weight */
function show(weight) {
  return weight === undefined ? "not in use" : short(weight, 4);
}
