// The steps of one dissection, in order. A step says what is shown:
//
//   id, stage, title     what it is; the stage groups it in the bar below the drawing
//   formula, numbers     lines: the rule, and the same with the numbers of this network
//   say                  a sentence for a screen reader
//   lit                  {nodes, links}: the part of the network concerned
//   focus                the node it is about, if it is one
//   known                how many neurons have their value by now; null where all patterns are meant
//   below                {label, of(node)}: the second number at each node, if any
//   links                {kind: "weights"} | {kind: "row", m} | {kind: "step", a}
//   panel                what stands beside: see panels.js

import { attemptSteps, dampedStep, nextStep } from "./attemptsteps.js";
import { backwardSteps, deltaSteps, rowSteps, sameStep } from "./derivativesteps.js";
import { errorSteps, forwardSteps, inputStep } from "./forwardsteps.js";
import { sumSteps } from "./sumsteps.js";

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

/** All steps; `way` is "forward" (2010) or "backward" (2008). */
export function story(apart, way) {
  const derivatives = way === "backward" ? backwardSteps(apart) : deltaSteps(apart);
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
  return steps
    .filter((step) => step !== null)
    .map((step) => ({
      known: all,
      links: { kind: "weights" },
      below: null,
      ...step,
      lit: litSets(step.lit),
    }));
}

function litSets(lit = {}) {
  return { nodes: new Set(lit.nodes ?? []), links: new Set(lit.links ?? []) };
}

/** The step to stand at after the story changed: the same one if it exists, else the first of its stage. */
export function sameOrNear(steps, before) {
  if (!before) return 0;
  const same = steps.findIndex((step) => step.id === before.id);
  if (same >= 0) return same;
  return Math.max(
    0,
    steps.findIndex((step) => step.stage === before.stage),
  );
}
