// @ts-check
// The panel beside the drawing: the numbers of a step as a table, or a matrix.

import { whole } from "../../shared/frontend/numbers.js";
import { required } from "../../shared/frontend/required.js";
import { el } from "../../shared/frontend/dom.js";
import { outcomeOf } from "./attemptsteps.js";
import { trianglePlace } from "./dissection.js";
import { maths } from "./maths.js";
import { Matrix, matrixOf } from "./matrix.js";
import { num } from "./notation.js";

/** @import { Look } from "../../shared/frontend/theme.js" */
/** @import { Dissection } from "./dissection.js" */
/** @import { MatrixSpec, Step, TableSpec } from "./steps.d.ts" */
/** @typedef {{cells: (string | Node)[], at?: boolean, off?: boolean}} Row */

const MOST_ROWS = 80;

/**
 * @param {Dissection} apart
 * @param {TableSpec} spec
 */
function tableOf(apart, spec) {
  // Its kind says which specification a table takes.
  const make = /** @type {(apart: Dissection, spec: TableSpec) => HTMLElement[]} */ (
    TABLES[spec.kind]
  );
  return make(apart, spec);
}

export class Panel {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.matrix = new Matrix();
  }

  /**
   * @param {Dissection} apart
   * @param {Step} step
   * @param {Look} look
   */
  show(apart, step, look) {
    const { panel } = step;
    if (panel.kind === "matrix") this.showMatrix(apart, panel, look);
    else this.root.replaceChildren(...tableOf(apart, panel));
    const marked = [...this.root.querySelectorAll(".at")];
    for (const row of [marked.at(-1), marked[0]]) this.bringIntoView(row);
  }

  /**
   * Scroll the panel, and nothing around it.
   *
   * @param {Element | undefined} row
   */
  bringIntoView(row) {
    if (!row) return;
    const [box, own] = [this.root.getBoundingClientRect(), row.getBoundingClientRect()];
    if (own.bottom > box.bottom) this.root.scrollTop += own.bottom - box.bottom;
    else if (own.top < box.top + 30) this.root.scrollTop -= box.top + 30 - own.top;
  }

  /**
   * @param {Dissection} apart
   * @param {MatrixSpec} panel
   * @param {Look} look
   */
  showMatrix(apart, panel, look) {
    const { sums, patterns, N } = apart;
    const done = panel.of === "share" ? null : sums.after[panel.of];
    const part = sums.weights.length < N ? `, the weights of ${apart.name(apart.neuron)} only` : "";
    this.root.replaceChildren(
      el("div", { class: "counter" }, counter(done, patterns)),
      el("p", { class: "caption", text: `${panel.title}${part}` }),
      this.matrix.box,
      apart.small ? matrixTable(apart, panel) : "",
    );
    this.matrix.show(apart, panel, look);
  }
}

/**
 * The same as a table, for a screen reader and for copying.
 *
 * @param {Dissection} apart
 * @param {MatrixSpec} spec
 */
function matrixTable(apart, spec) {
  const { sums } = apart;
  const { values, side, sideName } = matrixOf(apart, spec);
  const n = sums.weights.length;
  const names = sums.weights.map((weight) => apart.weightName(weight));
  const fill = () => {
    if (details.open && details.children.length === 1) {
      const rows = names.map((name, row) => ({
        cells: [
          name,
          ...names.map((_, column) => num(values[trianglePlace(row, column, n)])),
          num(side[row]),
        ],
      }));
      details.append(...table(["", ...names, sideName], rows));
    }
  };
  const details = el(
    "details",
    { ontoggle: fill },
    el("summary", { text: `${spec.title}, as a table` }),
  );
  return details;
}

/**
 * @param {number | null} done
 * @param {number} patterns
 */
function counter(done, patterns) {
  if (done === null) return [el("b", { text: "this pattern alone" })];
  return [
    el("b", { text: `${whole(done)} of ${whole(patterns)}` }),
    el("span", { text: patterns === 1 ? "pattern" : "patterns" }),
    el("progress", { value: done, max: patterns, "aria-hidden": "true" }),
  ];
}

/**
 * A table from rows of cells; a row is {cells, at, off}.
 *
 * @param {string[]} head
 * @param {Row[]} rows
 * @returns {HTMLElement[]}
 */
function table(head, rows, caption = "") {
  const shown = rows.slice(0, MOST_ROWS);
  const body = shown.map(({ cells, at, off }) =>
    el(
      "tr",
      { class: `${at ? "at" : ""} ${off ? "off" : ""}`.trim() },
      cells.map((cell, i) => (i ? el("td", {}, cell) : el("th", { scope: "row" }, cell))),
    ),
  );
  /** @type {HTMLElement[]} */
  const parts = [
    el(
      "table",
      {},
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          head.map((text) => el("th", { scope: "col" }, maths(text))),
        ),
      ),
      el("tbody", {}, body),
    ),
  ];
  if (rows.length > MOST_ROWS)
    parts.push(el("p", { class: "caption", text: `… ${rows.length - MOST_ROWS} more rows` }));
  if (caption) parts.unshift(el("p", { class: "caption", text: caption }));
  return parts;
}

/**
 * @type {{[K in TableSpec["kind"]]:
 *   (apart: Dissection, spec: Extract<TableSpec, {kind: K}>) => HTMLElement[]}}
 */
const TABLES = {
  nodes(apart, { known, at }) {
    const { pattern, inputs } = apart;
    const picked = apart.neurons.map((_, k) => k);
    return table(
      ["neuron", "net", "value y", "slope s"],
      picked.map((k) => ({
        at: k === at,
        off: k >= known,
        cells: [
          apart.name(k),
          ...(k < known
            ? [pattern.nets[k], pattern.values[inputs + k], pattern.slopes[k]].map((v) => num(v))
            : ["", "", ""]),
        ],
      })),
    );
  },

  terms(apart, { k }) {
    return table(
      ["from", "weight w", "value y"],
      apart.weightsOf(k).map((n) => {
        const [source] = apart.ends[n];
        return {
          cells: [
            source < 0 ? "bias" : apart.names[source],
            num(apart.weights[n]),
            num(apart.value(source)),
          ],
        };
      }),
      `Weighted inputs of neuron ${apart.name(k)}`,
    );
  },

  errors(apart, { at }) {
    const { outputs, pattern, inputs } = apart;
    return table(
      ["output", "target d", "value o", "error e"],
      outputs.map((k, m) => ({
        at: m === at,
        cells: [
          apart.name(k),
          num(pattern.targets[m]),
          num(pattern.values[inputs + k]),
          num(pattern.errors[m]),
        ],
      })),
    );
  },

  delta(apart, { row }) {
    if (!apart.small) return deltaRow(apart, row);
    const all = apart.neurons.map((_, k) => k);
    return table(
      ["δ", ...all.map((j) => apart.name(j))],
      all.map((k) => ({
        at: k === row,
        off: k > row,
        cells: [
          apart.name(k),
          ...all.map((j) =>
            k > row || j > k ? "" : apart.reaches(j, k) ? num(apart.delta(k, j), 3) : "·",
          ),
        ],
      })),
      "The delta matrix, filled row by row: " +
        "how the value of a row’s neuron follows the net of a column’s",
    );
  },

  sweep(apart, { m, down }) {
    const { outputs, inputs, pattern } = apart;
    const concerned = apart.neurons.map((_, k) => k).filter((k) => apart.reaches(k, outputs[m]));
    const picked = apart.small ? concerned : concerned.filter((k) => k >= down);
    return table(
      ["neuron", "effect b", "slope s", "δ = s b"],
      picked.map((k) => ({
        at: k === down,
        off: k < down,
        cells: [
          apart.name(k),
          ...(k < down
            ? ["", "", ""]
            : [apart.effect(m, inputs + k), pattern.slopes[k], apart.backward(m, k)].map((v) =>
                num(v),
              )),
        ],
      })),
      `Backward from ${apart.name(outputs[m])}, last neuron first`,
    );
  },

  row(apart, { m, upto, way, both }) {
    /** @param {number} n */
    const reached = (n) => apart.reaches(apart.ends[n][1], apart.outputs[m]);
    const all = apart.small ? apart.weights : null;
    const picked = all ? Array.from(all, (_, n) => n) : apart.weightsOf(apart.neuron);
    const head = both ? ["weight", "forward only", "backward"] : ["weight", "value y", "j"];
    return table(
      head,
      picked.map((n) => {
        const [source, k] = apart.ends[n];
        const off = upto !== null && k > upto;
        const ways = both
          ? [num(apart.entry(m, n, "forward"), 6), num(apart.entry(m, n, "backward"), 6)]
          : [num(apart.value(source)), reached(n) ? num(apart.entry(m, n, way)) : "0 (no path)"];
        return { at: k === upto, off, cells: [apart.weightName(n), ...(off ? ["", ""] : ways)] };
      }),
      apart.small
        ? ""
        : `The ${picked.length} weights of ${apart.name(apart.neuron)}, of ${apart.N}`,
    );
  },

  step(apart, { a, after }) {
    const attempt = apart.attempts[a];
    const [step, weights] = [required(attempt.step), required(attempt.weights)];
    const picked = apart.small ? Array.from(step, (_, n) => n) : apart.weightsOf(apart.neuron);
    return table(
      ["weight", "w", "Δw", "w + Δw"],
      picked.map((n) => ({
        at: after && n === apart.sums.corner.weight,
        cells: [apart.weightName(n), num(apart.weights[n]), num(step[n]), num(weights[n])],
      })),
      apart.small
        ? ""
        : `The ${picked.length} weights of ${apart.name(apart.neuron)}, of ${apart.N}`,
    );
  },

  attempts(apart, { a }) {
    return table(
      ["attempt", "μ", "‖Δw‖", "SSE", ""],
      apart.attempts.slice(0, a + 1).map((attempt, i) => ({
        at: i === a,
        cells: [
          String(attempt.number),
          num(attempt.mu),
          attempt.solved ? num(attempt.length) : "no step",
          attempt.solved ? num(attempt.sse, 5) : "",
          outcomeOf(apart, i),
        ],
      })),
      `SSE at w: ${num(apart.sse, 6)}`,
    );
  },
};

/**
 * One row of the delta matrix of a network too large to show the whole.
 *
 * @param {Dissection} apart
 * @param {number} k
 */
function deltaRow(apart, k) {
  const columns = apart.neurons.map((_, j) => j).filter((j) => j <= k && apart.reaches(j, k));
  return table(
    ["by the net of", `δ of ${apart.name(k)}`],
    columns
      .reverse()
      .map((j) => ({ at: j === apart.neuron, cells: [apart.name(j), num(apart.delta(k, j))] })),
    `Row ${apart.name(k)} of the delta matrix, which has ${apart.neurons.length} rows`,
  );
}
