// @ts-check
// Steps of the derivatives: the delta matrix row by row (2010), or the backward sweep (2008), and
// the Jacobian row that both give.

import { factor, num, sum } from "./notation.js";

/** @import { Pair } from "../../shared/frontend/geometry.js" */
/** @import { Dissection } from "./dissection.js" */
/** @import { PartialStep, Way } from "./steps.d.ts" */

const MOST_LINES = 4;

/**
 * Forward only: row k of the delta matrix needs only rows before it.
 *
 * @param {Dissection} apart
 * @returns {PartialStep[]}
 */
export function deltaSteps(apart) {
  if (apart.small) return apart.neurons.map((_, k) => deltaStep(apart, k));
  const k = apart.neuron;
  const output = apart.outputs[apart.leading];
  const steps = [deltaStep(apart, k)];
  if (output !== k && apart.reaches(k, output)) steps.push(deltaStep(apart, output, k));
  return steps;
}

/**
 * One row; with `only`, of the entries but the diagonal one just that column.
 *
 * @param {Dissection} apart
 * @param {number} k
 * @param {number | null} [only]
 * @returns {PartialStep}
 */
function deltaStep(apart, k, only = null) {
  const name = apart.name(k);
  /** @type {number[]} */
  const columns = [];
  for (let j = k - 1; j >= 0; j--)
    if (apart.reaches(j, k) && (only === null || j === only)) columns.push(j);
  const lines = columns.slice(0, MOST_LINES).map((j) => deltaLine(apart, k, j));
  if (columns.length > MOST_LINES) lines.push(`… ${columns.length - MOST_LINES} more in the row`);
  const title =
    only === null
      ? `Row ${name} of the delta matrix`
      : `Row ${name}, where it meets ${apart.name(only)}`;
  return {
    id: `delta:${name}`,
    stage: "derivatives",
    title,
    formula: ["δ_{kk} = s_{k}", "δ_{kj} = s_{k} Σ_{i} w_{ik} δ_{ij}   (from earlier rows)"],
    numbers: [`δ_{${name},${name}} = s_{${name}} = ${num(apart.pattern.slopes[k])}`, ...lines],
    say: `${title}. On the diagonal ${num(apart.pattern.slopes[k])}. ${columns
      .slice(0, MOST_LINES)
      .map((j) => `To ${apart.name(j)}: ${num(apart.delta(k, j))}.`)
      .join(" ")}`.trim(),
    lit: {
      nodes: [k, ...columns].map((j) => apart.inputs + j),
      links: apart.weightsOf(k).filter((n) => apart.ends[n][0] >= apart.inputs),
    },
    focus: apart.inputs + k,
    below: {
      label: `δ of ${name} by each net`,
      of: (node) => {
        const j = node - apart.inputs;
        return j >= 0 && j <= k && (j === k || columns.includes(j)) ? apart.delta(k, j) : null;
      },
    },
    panel: { kind: "delta", row: k },
  };
}

/**
 * @param {Dissection} apart
 * @param {number} k
 * @param {number} j
 */
function deltaLine(apart, k, j) {
  const terms = apart
    .weightsOf(k)
    .filter((n) => apart.ends[n][0] >= apart.inputs)
    .map((n) => [n, apart.ends[n][0] - apart.inputs])
    .filter(([, i]) => i >= j && apart.reaches(j, i) && apart.knowsDeltas(i))
    .map(([n, i]) => /** @type {Pair} */ ([apart.weights[n], apart.delta(i, j)]));
  const inside = terms.length > 1 ? `(${sum(terms)})` : terms.length ? bracketed(terms[0]) : "(…)";
  const slope = factor(apart.pattern.slopes[k]);
  const left = `δ_{${apart.name(k)},${apart.name(j)}} = ${slope}·${inside}`;
  return `${left} = ${num(apart.delta(k, j))}`;
}

/** @param {Pair} pair */
function bracketed([a, b]) {
  return `${factor(a)}·${factor(b)}`;
}

/**
 * Backward: from each output in turn to the first neuron.
 *
 * @param {Dissection} apart
 * @returns {PartialStep[]}
 */
export function backwardSteps(apart) {
  const picked = apart.small ? apart.outputs.map((_, m) => m) : [apart.leading];
  const steps = [];
  for (const m of picked) {
    if (m >= apart.pattern.outputs_sent) continue;
    const output = apart.outputs[m];
    for (let j = output; j >= 0; j--) {
      if (!apart.reaches(j, output)) continue;
      if (apart.small || j === output || j === apart.neuron) steps.push(backwardStep(apart, m, j));
    }
  }
  return steps;
}

/**
 * @param {Dissection} apart
 * @param {number} m
 * @param {number} j
 * @returns {PartialStep}
 */
function backwardStep(apart, m, j) {
  const output = apart.outputs[m];
  const [name, goal] = [apart.name(j), apart.name(output)];
  const effect = apart.effect(m, apart.inputs + j);
  const followers = apart.followers[j].filter(([i]) => apart.reaches(i, output));
  const terms = followers.map(
    ([i, n]) => /** @type {Pair} */ ([apart.weights[n], apart.backward(m, i)]),
  );
  const start = j === output;
  return {
    id: `backward:${goal}:${name}`,
    stage: "derivatives",
    title: start ? `Backward from ${goal}` : `Backward from ${goal}: neuron ${name}`,
    formula: [
      start ? "b = 1 at the output" : "b_{j} = Σ_{k} w_{jk} δ_{k}   (from later neurons)",
      "δ_{j} = s_{j} b_{j}",
    ],
    numbers: [
      start ? `b_{${name}} = 1` : `b_{${name}} = ${sum(terms)} = ${num(effect)}`,
      `δ_{${name}} = ${factor(apart.pattern.slopes[j])}·${factor(effect)} = ` +
        num(apart.backward(m, j)),
    ],
    say:
      `Backward from ${goal}, at ${name}: effect ${num(effect)}, ` +
      `delta ${num(apart.backward(m, j))}.`,
    lit: {
      nodes: [apart.inputs + j, ...followers.map(([i]) => apart.inputs + i)],
      links: followers.map(([, n]) => n),
    },
    focus: apart.inputs + j,
    below: {
      label: `δ, backward from ${goal}`,
      of: (node) => {
        const i = node - apart.inputs;
        return i >= j && i <= output && apart.reaches(i, output) ? apart.backward(m, i) : null;
      },
    },
    panel: { kind: "sweep", m, down: j },
  };
}

/**
 * The Jacobian row of each output, neuron by neuron.
 *
 * @param {Dissection} apart
 * @param {Way} way
 * @returns {PartialStep[]}
 */
export function rowSteps(apart, way) {
  const picked = apart.small ? apart.outputs.map((_, m) => m) : [apart.leading];
  const steps = [];
  for (const m of picked) {
    if (m >= apart.pattern.outputs_sent) continue;
    const neurons = apart.small ? apart.neurons.map((_, k) => k) : [apart.neuron];
    for (const j of neurons)
      if (apart.reaches(j, apart.outputs[m])) steps.push(rowStep(apart, way, m, j));
  }
  return steps;
}

/**
 * @param {Dissection} apart
 * @param {Way} way
 * @param {number} m
 * @param {number} j
 * @returns {PartialStep}
 */
function rowStep(apart, way, m, j) {
  const goal = apart.name(apart.outputs[m]);
  const name = apart.name(j);
  const delta = way === "backward" ? apart.backward(m, j) : apart.delta(apart.outputs[m], j);
  const own = apart.weightsOf(j);
  const lines = own.slice(0, MOST_LINES).map((n) => {
    const [source] = apart.ends[n];
    const label = source < 0 ? "bias" : apart.names[source];
    const sign = num(-delta);
    return (
      `j_{${name},${label}} = −δ·${source < 0 ? "1" : `y_{${label}}`} = ` +
      `${sign}·${factor(apart.value(source))} = ${num(apart.entry(m, n, way))}`
    );
  });
  if (own.length > MOST_LINES) lines.push(`… ${own.length - MOST_LINES} more in the table`);
  return {
    id: `row:${goal}:${name}`,
    stage: "row",
    title: `Jacobian row of ${goal}: weights of ${name}`,
    formula: [
      "j = ∂e/∂w = −δ_{mj} y_{i}",
      "the weight from i to j moves the error by −δ times the value it carries",
    ],
    numbers: lines,
    say: `Jacobian row of ${goal}, weights of ${name}: ${own
      .slice(0, MOST_LINES)
      .map((n) => `${apart.weightName(n)} ${num(apart.entry(m, n, way))}`)
      .join(", ")}.`,
    lit: { nodes: [apart.inputs + j, ...apart.neurons[j].sources], links: own },
    focus: apart.inputs + j,
    below: {
      label: `δ of ${goal} by each net`,
      of: (node) => (node - apart.inputs === j ? delta : null),
    },
    links: { kind: "row", m, way },
    panel: { kind: "row", m, upto: j, way },
  };
}

/**
 * Both ways side by side.
 *
 * @param {Dissection} apart
 * @param {Way} way
 * @returns {PartialStep}
 */
export function sameStep(apart, way) {
  const m = apart.leading;
  const goal = apart.name(apart.outputs[m]);
  return {
    id: "same",
    stage: "row",
    title: "Forward only or backward: the same row",
    formula: ["the same derivatives, summed in another order"],
    numbers: [`largest difference: ${num(apart.pattern.difference)}`],
    say:
      `Both ways give the same Jacobian row of ${goal}; ` +
      `the largest difference is ${num(apart.pattern.difference)}.`,
    lit: { nodes: apart.names.map((_, i) => i), links: apart.ends.map((_, n) => n) },
    links: { kind: "row", m, way },
    panel: { kind: "row", m, upto: null, way, both: true },
  };
}
