// @ts-check
// Steps of the sums: the outer product of this pattern's rows into Q, its share of g, then all
// patterns.

import { factor, num, sum } from "./notation.js";

/** @import { Pair } from "../../shared/frontend/geometry.js" */
/** @import { Dissection, Sums } from "./dissection.js" */
/**
 * @import { PartialStep } from "./steps.d.ts"
 *
 * @param {Dissection} apart
 * @returns {PartialStep[]}
 */

export function sumSteps(apart) {
  const { sums, p, patterns } = apart;
  const own = sums.after.indexOf(p);
  const steps = [shareStep(apart), addStep(apart, own)];
  for (let f = own + 2; f < sums.after.length; f++) steps.push(runStep(apart, f));
  if (sums.after[sums.after.length - 1] !== patterns) return steps;
  return [...steps, completeStep(apart, sums.after.length - 1)];
}

/** @param {(number | null)[]} values */
function square(values) {
  return values.map((value) => `${factor(value ?? NaN)}²`).join(" + ");
}

/**
 * @param {Dissection} apart
 * @returns {PartialStep}
 */
function shareStep(apart) {
  const { sums, outputs, pattern } = apart;
  const { corner } = sums;
  const name = apart.weightName(corner.weight);
  const several = outputs.length > 1;
  const more = outputs.length > corner.parts.length ? " + …" : "";
  const g = num(sums.gradient_share[corner.place]);
  const parts = corner.parts.map((j, m) => /** @type {Pair} */ ([j ?? NaN, pattern.errors[m]]));
  return {
    id: "share",
    stage: "sums",
    title: `The outer product of ${several ? "these rows" : "this row"}`,
    formula: several
      ? ["q = Σ_{m} j_{m}′ j_{m},   η = Σ_{m} j_{m}′ e_{m}"]
      : ["q = j′ j,   η = j′ e"],
    numbers: [
      `diagonal entry of ${name}:`,
      `q = ${square(corner.parts)}${more} = ${num(corner.share)}`,
      `η = ${sum(parts)}${more} = ${g}`,
    ],
    say:
      "The outer product of this pattern. " +
      `Diagonal entry of the ${name}: ${num(corner.share)}; its share of g: ${g}.`,
    lit: litAll(apart),
    links: { kind: "row", m: apart.leading, way: "forward" },
    panel: { kind: "matrix", of: "share", title: "q, the outer product", mark: corner.place },
  };
}

/**
 * @param {Dissection} apart
 * @param {number} own frame before this pattern
 * @returns {PartialStep}
 */
function addStep(apart, own) {
  const { sums, p, patterns } = apart;
  const { corner } = sums;
  const name = apart.weightName(corner.weight);
  return {
    id: "add",
    stage: "sums",
    title: "Added to Q and g",
    formula: ["Q ← Q + q,   g ← g + η", "J itself is never stored"],
    numbers: [
      `diagonal entry of ${name}:`,
      `Q: ${sum([corner.before ?? NaN, corner.share ?? NaN])} = ${num(corner.after)}`,
      `g: ${sum([sums.gradients[own][corner.place], sums.gradient_share[corner.place]])} = ` +
        num(sums.gradients[own + 1][corner.place]),
    ],
    say:
      `Added to Q after ${p} patterns before it: pattern ${p + 1} of ${patterns}. ` +
      `For the ${name}: ${num(corner.after)}.`,
    lit: litAll(apart),
    links: { kind: "row", m: apart.leading, way: "forward" },
    panel: { kind: "matrix", of: own + 1, title: "Q so far", mark: corner.place },
  };
}

/**
 * @param {Dissection} apart
 * @param {number} f frame
 * @returns {PartialStep}
 */
function runStep(apart, f) {
  const { sums, patterns } = apart;
  const { corner } = sums;
  const done = sums.after[f];
  const from = sums.after[f - 1] + 1;
  const which = from === done ? `pattern ${done}` : `patterns ${from} to ${done}`;
  return {
    id: `run:${f}`,
    stage: "sums",
    title: `Then ${which} of ${patterns}`,
    formula: ["Q = Σ_{p} Σ_{m} j′ j,   g = Σ_{p} Σ_{m} j′ e"],
    numbers: [
      `diagonal entry of ${apart.weightName(corner.weight)}: Q ${num(entry(sums, f))}, ` +
        `g ${num(sums.gradients[f][corner.place])}`,
      `SSE so far: ${num(sums.sse[f])}`,
    ],
    say: `${done} of ${patterns} patterns added. SSE so far ${num(sums.sse[f])}.`,
    lit: litAll(apart),
    known: null,
    panel: { kind: "matrix", of: f, title: "Q so far", mark: corner.place },
  };
}

/**
 * @param {Dissection} apart
 * @param {number} f frame
 * @returns {PartialStep}
 */
function completeStep(apart, f) {
  const { sums, patterns } = apart;
  return {
    id: "complete",
    stage: "sums",
    title: "Q and g of all patterns",
    formula: ["Q = J′ J,   g = J′ e"],
    numbers: [
      `${patterns} patterns added: SSE = ${num(apart.sse)}`,
      `‖g‖ = ${num(apart.gradient_norm)}`,
    ],
    say:
      `Q and g are complete: ${patterns} patterns. SSE ${num(apart.sse)}, ` +
      `length of g ${num(apart.gradient_norm)}.`,
    lit: litAll(apart),
    known: null,
    panel: { kind: "matrix", of: f, title: "Q, the quasi-Hessian", mark: sums.corner.place },
  };
}

/**
 * @param {Sums} sums
 * @param {number} f frame
 */
function entry(sums, f) {
  const n = sums.weights.length;
  const { place } = sums.corner;
  return sums.frames[f][place * n - (place * (place - 1)) / 2];
}

/** @param {Dissection} apart */
function litAll(apart) {
  return { nodes: apart.names.map((_, i) => i), links: apart.sums.weights };
}
