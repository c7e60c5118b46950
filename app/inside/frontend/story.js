// @ts-check
// The steps of one dissection, in order; steps.d.ts says what a step is.

import { attemptSteps, dampedStep, nextStep } from "./attemptsteps.js";
import { backwardSteps, deltaSteps, rowSteps, sameStep } from "./derivativesteps.js";
import { errorSteps, forwardSteps, inputStep } from "./forwardsteps.js";
import { sumSteps } from "./sumsteps.js";

/** @import { Dissection } from "./dissection.js" */
/** @import { LinkValues, PartialStep, Step, Way } from "./steps.d.ts" */

export const STAGES = [
  ["pattern", "Pattern"],
  ["forward", "Values"],
  ["errors", "Errors"],
  ["derivatives", "Derivatives"],
  ["row", "Jacobian row"],
  ["sums", "Q and g"],
  ["damped", "Damping"],
  ["attempts", "Attempts"],
  ["next", "Outcome"],
];

/**
 * All steps; `way` is "forward" (2010) or "backward" (2008).
 *
 * @param {Dissection} apart
 * @param {Way} way
 * @returns {Step[]}
 */
export function story(apart, way) {
  const derivatives = way === "backward" ? backwardSteps(apart) : deltaSteps(apart);
  /** @type {PartialStep[]} */
  const steps = [
    inputStep(apart),
    ...forwardSteps(apart),
    ...errorSteps(apart),
    ...derivatives,
    ...rowSteps(apart, way),
    sameStep(apart, way),
    ...sumSteps(apart),
    dampedStep(apart),
    ...attemptSteps(apart),
    nextStep(apart),
  ];
  const all = apart.neurons.length;
  return steps.map((step) => ({
    known: all,
    /** @type {LinkValues} */
    links: { kind: "weights" },
    below: null,
    ...step,
    lit: { nodes: new Set(step.lit.nodes), links: new Set(step.lit.links) },
  }));
}

/**
 * The step to stand at after the story changed: the same one if it exists, else the first of its
 * stage.
 *
 * @param {Step[]} steps
 * @param {Step | undefined} before
 */
export function sameOrNear(steps, before) {
  if (!before) return 0;
  const same = steps.findIndex((step) => step.id === before.id);
  if (same >= 0) return same;
  return Math.max(
    0,
    steps.findIndex((step) => step.stage === before.stage),
  );
}
