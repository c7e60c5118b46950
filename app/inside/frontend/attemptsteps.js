// @ts-check
// Steps of the attempts: the damped system, each mu tried, and the outcome.

import { num, sum } from "./notation.js";

/** @import { Dissection } from "./dissection.js" */
/**
 * @import { PartialStep } from "./steps.d.ts"
 *
 * @param {Dissection} apart
 * @returns {PartialStep}
 */

export function dampedStep(apart) {
  const { sums, damping, N } = apart;
  const { place, weight } = sums.corner;
  return {
    known: null,
    id: "damped",
    stage: "damped",
    title: "The damped system",
    formula: [
      `(Q + ${dampingOf(apart)}) Δw = −g`,
      ...(damping.matrix === "max_diagonal" ? ["q: the largest number on the diagonal of Q"] : []),
      ...(damping.matrix === "data_scaled"
        ? [
            "U: the units of the weights on these data; q: the largest number on the diagonal of U Q U",
          ]
        : []),
      "small μ: a large second-order step; large μ: a small step along the negative gradient",
    ],
    numbers: [
      `${N} equations for ${N} weights, μ = ${num(damping.mu)}`,
      `diagonal, ${apart.weightName(weight)}: ` +
        `${sum([sums.diagonal[place], damping.added[place]])} = ` +
        num(sums.diagonal[place] + damping.added[place]),
      `right-hand side: ${num(-sums.g[place])}`,
    ],
    say: `The damped system: ${N} equations, with mu ${num(damping.mu)}.`,
    lit: all(apart),
    panel: {
      kind: "matrix",
      of: sums.after.length - 1,
      title: `Q + ${dampingOf(apart)}, Q damped on its diagonal`,
      mark: place,
      damped: true,
    },
  };
}

/** @param {Dissection} apart */
function dampingOf(apart) {
  return {
    levenberg: "μ I",
    max_diagonal: "μ q I",
    marquardt: "μ diag Q",
    data_scaled: "μ q U^{−2}",
  }[apart.damping.matrix];
}

/**
 * @param {Dissection} apart
 * @returns {PartialStep[]}
 */
export function attemptSteps(apart) {
  return apart.attempts.flatMap((attempt, a) =>
    attempt.solved ? [solveStep(apart, a), tryStep(apart, a)] : [failStep(apart, a)],
  );
}

/**
 * A search solves once for each μ and then tries parts of that step.
 *
 * @param {Dissection} apart
 */
function searched(apart) {
  return apart.damping.control !== "published";
}

/**
 * 1 -> "the whole step", 0.25 -> "1/4 of the step".
 *
 * @param {number} part
 */
function partName(part) {
  return part === 1
    ? "the whole step"
    : `${part === 0.5 ? "half" : `1/${num(1 / part)}`} of the step`;
}

/**
 * @param {Dissection} apart
 * @param {number} a index of the attempt
 * @returns {PartialStep}
 */
function solveStep(apart, a) {
  const { number, mu, length, step, part } = apart.attempts[a];
  const { weight } = apart.sums.corner;
  const again = a > 0 && apart.attempts[a - 1].solved && apart.attempts[a - 1].mu === mu;
  return {
    known: null,
    id: `solve:${number}`,
    stage: "attempts",
    title:
      `Attempt ${number}: ` +
      `${searched(apart) ? `${partName(part)}, ` : "the step with "}μ = ${num(mu)}`,
    formula: [
      ...(again ? [] : [`${searched(apart) ? "s" : "Δw"} = −(Q + ${dampingOf(apart)})^{−1} g`]),
      ...(searched(apart) ? [part === 1 ? "Δw = s" : `Δw = ${num(part)} s`] : []),
    ],
    numbers: [
      `length of the step: ‖Δw‖ = ${num(length)}`,
      ...(step ? [`${apart.weightName(weight)}: Δw = ${num(step[weight])}`] : []),
    ],
    say:
      `Attempt ${number}, mu ${num(mu)}${searched(apart) ? `, ${partName(part)}` : ""}: ` +
      `a step of length ${num(length)}.`,
    lit: all(apart),
    links: { kind: step ? "step" : "weights", a },
    panel: step ? { kind: "step", a } : { kind: "attempts", a: a - 1 },
  };
}

/**
 * @param {Dissection} apart
 * @param {number} a index of the attempt
 * @returns {PartialStep}
 */
function tryStep(apart, a) {
  const { number, mu, sse } = apart.attempts[a];
  const verdict = verdictOf(apart, a);
  return {
    known: null,
    id: `try:${number}`,
    stage: "attempts",
    title: `Attempt ${number}: ${outcomeOf(apart, a)}`,
    formula: ["SSE at w + Δw, against SSE at w"],
    numbers: [`SSE: ${num(sse, 6)} against ${num(apart.sse, 6)}`, verdict, muLine(apart, a)],
    say:
      `Attempt ${number} with mu ${num(mu)}: ` +
      `SSE ${num(sse, 6)} against ${num(apart.sse, 6)}, ${verdict}. ${muSay(apart, a)}`,
    lit: all(apart),
    links: { kind: apart.attempts[a].step ? "step" : "weights", a },
    panel: { kind: "attempts", a },
  };
}

/**
 * One word: accepted, rejected, or lower (a shorter step may be better still).
 *
 * @param {Dissection} apart
 * @param {number} a index of the attempt
 */
export function outcomeOf(apart, a) {
  const { accepted, sse, solved } = apart.attempts[a];
  if (accepted) return "accepted";
  return searched(apart) && solved && less(sse, apart.sse) && apart.attempts[a + 1]
    ? "lower, search continues"
    : "rejected";
}

/**
 * @param {Dissection} apart
 * @param {number} a index of the attempt
 */
function verdictOf(apart, a) {
  const { accepted, sse } = apart.attempts[a];
  if (!searched(apart))
    return accepted
      ? "less than before: accepted"
      : "not less than before: rejected, the weights stay";
  const best = apart.attempts.find((attempt) => attempt.accepted);
  const next = apart.attempts[a + 1];
  if (accepted && next) return "less than before: accepted, because half of the step is no better";
  if (accepted) return "less than before: accepted";
  if (less(sse, apart.sse) && next) return "less than before: half of the step is tried too";
  if (!next && best) return `no better than attempt ${best.number}: that one is accepted`;
  if (next && next.mu === apart.attempts[a].mu) return "not less than before: half of it is tried";
  return "not less than before: no part of this step lowers the error";
}

/**
 * @param {Dissection} apart
 * @param {number} a index of the attempt
 * @returns {PartialStep}
 */
function failStep(apart, a) {
  const { number, mu } = apart.attempts[a];
  return {
    known: null,
    id: `try:${number}`,
    stage: "attempts",
    title: `Attempt ${number}: no step with μ = ${num(mu)}`,
    formula: [`Q + ${dampingOf(apart)} must be positive definite`],
    numbers: ["Within rounding it is not: the attempt is rejected.", muLine(apart, a)],
    say:
      `Attempt ${number} with mu ${num(mu)}: the system is singular to rounding. ` +
      muSay(apart, a),
    lit: all(apart),
    panel: { kind: "attempts", a },
  };
}

/**
 * @param {Dissection} apart
 * @param {number} a index of the attempt
 */
function muLine(apart, a) {
  const { mu, mu_next: next, accepted } = apart.attempts[a];
  const { factor, least } = apart.damping;
  if (next === mu) return `μ stays: ${num(mu)}`;
  if (searched(apart)) return `μ ${next < mu ? "falls" : "rises"}: ${num(mu)} → ${num(next)}`;
  if (accepted && next <= least) return `μ is at its lower limit: ${num(next)}`;
  const [verb, sign] = accepted ? ["falls", "/"] : ["rises", "·"];
  return `μ ${verb}: ${num(mu)} ${sign} ${num(factor)} = ${num(next)}`;
}

/**
 * @param {Dissection} apart
 * @param {number} a index of the attempt
 */
function muSay(apart, a) {
  const { mu, mu_next: next } = apart.attempts[a];
  return next === mu ? "Mu is unchanged." : `Mu ${next < mu ? "falls" : "rises"} to ${num(next)}.`;
}

/**
 * Whether an SSE is less than another; null is one too large for a number.
 *
 * @param {number | null} sse
 * @param {number | null} other
 */
function less(sse, other) {
  return (sse ?? Infinity) < (other ?? Infinity);
}

/** @type {Record<string, [title: string, text: string]>} */
const STOPS = {
  SOLVED: ["Nothing to improve", "The error is zero: there is no better step."],
  CONVERGED: [
    "At a minimum",
    "No attempt lowers the error by more than its rounding: training ends here.",
  ],
  NO_PROGRESS: ["No step is possible", "The gradient is zero: no step lowers the error."],
  DIVERGED: ["Too large to compute with", "The SSE of these weights is not a finite number."],
  DAMPING_LIMIT: [
    "No attempt succeeded",
    "Damping reached its limit: training ends here, at the same weights.",
  ],
};

/**
 * @param {Dissection} apart
 * @returns {PartialStep}
 */
export function nextStep(apart) {
  const a = apart.attempts.findIndex((attempt) => attempt.accepted);
  const last = apart.attempts[a];
  if (!last) return stopStep(apart, apart.attempts.length - 1);
  const { weight } = apart.sums.corner;
  const to = apart.iteration + 1;
  return {
    known: null,
    id: "next",
    stage: "next",
    title: `Iteration ${to} begins from the new weights`,
    formula: ["w ← w + Δw"],
    numbers: [
      ...(last.step && last.weights
        ? [
            `${apart.weightName(weight)}: ` +
              `${sum([apart.weights[weight], last.step[weight]])} = ${num(last.weights[weight])}`,
          ]
        : []),
      `SSE: ${num(apart.sse, 6)} → ${num(last.sse, 6)}`,
      `μ: ${num(apart.damping.mu)} → ${num(last.mu_next)}, after ` +
        `${apart.attempts_made} ${apart.attempts_made === 1 ? "attempt" : "attempts"}`,
    ],
    say:
      `Iteration ${to} begins. SSE fell from ${num(apart.sse, 6)} to ${num(last.sse, 6)}; ` +
      `mu is now ${num(last.mu_next)}.`,
    lit: all(apart),
    links: { kind: "weights", after: a },
    panel: last.step ? { kind: "step", a, after: true } : { kind: "attempts", a },
  };
}

/**
 * @param {Dissection} apart
 * @param {number} a index of the attempt
 * @returns {PartialStep}
 */
function stopStep(apart, a) {
  const [title, text] = STOPS[apart.stop ?? ""] ?? STOPS.DAMPING_LIMIT;
  return {
    known: null,
    id: "next",
    stage: "next",
    title,
    formula: [],
    numbers: [text],
    say: `${title}. ${text}`,
    lit: { nodes: [] },
    panel: { kind: "attempts", a },
  };
}

/** @param {Dissection} apart */
function all(apart) {
  return { nodes: apart.names.map((_, i) => i), links: apart.ends.map((_, n) => n) };
}
