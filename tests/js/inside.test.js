// The steps of the Inside page, on a dissection that the server really sent (parity-3, cascade of
// 2).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { Dissection, trianglePlace } from "../../app/inside/frontend/dissection.js";
import { shorterAndShorter } from "../../app/inside/frontend/drawing.js";
import { placeLabels } from "../../app/inside/frontend/labels.js";
import { matrixOf } from "../../app/inside/frontend/matrix.js";
import {
  num,
  pieces,
  plain,
  slopeFormula,
  sum,
  valueFormula,
} from "../../app/inside/frontend/notation.js";
import { STAGES, sameOrNear, story } from "../../app/inside/frontend/story.js";

const sent = JSON.parse(readFileSync(new URL("inside.parity3.json", import.meta.url), "utf8"));
const apart = new Dissection(sent);

function close(actual, expected) {
  assert.ok(
    Math.abs(actual - expected) <= 1e-12 * Math.max(1, Math.abs(expected)),
    `${actual} is not ${expected}`,
  );
}

test("numbers of the Inside page have four digits", () => {
  const shown = [0, -0.5, 1e-15, -1.234567e-5, 0.001, 1729.9, 1e15].map((value) => num(value));
  assert.deepEqual(shown, ["0", "−0.5", "1e−15", "−1.23e−5", "0.001", "1,730", "1e15"]);
});

test("sums have their signs between terms, and long ones omit their middle", () => {
  assert.equal(sum([-1, [2, -3], [-4, 5]]), "−1 + 2·(−3) − 4·5");
  assert.equal(sum([1, 2, 3, 4, 5, 6, 7, 8]), "1 + 2 + 3 + … 3 more … + 7 + 8");
});

test("formulas are split into plain, subscript and superscript parts", () => {
  assert.deepEqual(
    pieces("e^{−z} w_{0}").map(({ text, level }) => [text, level]),
    [
      ["e", ""],
      ["−z", "sup"],
      [" w", ""],
      ["0", "sub"],
    ],
  );
  assert.equal(plain("δ_{kj} = 1"), "δ kj = 1");
});

const EVALUATED = [
  ["linear", 2, 0.1],
  ["unipolar", 1, 0],
  ["unipolar", 0.5, 0],
  ["bipolar", 1, 0],
  ["bipolar", 1.5, 0.25],
  ["elliot_bipolar", 2, 0],
  ["elliot_unipolar", 0.5, 0.1],
];
for (const [activation, gain, leak] of EVALUATED) {
  test(`the slope of ${activation}, gain ${gain}, leak ${leak}, is the derivative of its value`, () => {
    const neuron = { activation, gain, leak };
    const at = (net) => evaluate(valueFormula(neuron, num(net, 12)));
    for (const net of [-1.25, 0.5]) {
      const slope = (at(net + 1e-5) - at(net - 1e-5)) / 2e-5;
      assert.ok(Math.abs(evaluate(slopeFormula(neuron, num(net))) - slope) < 1e-8);
    }
  });
}

/** A formula as the page shows it, computed: the only place where these tests calculate. */
function evaluate(formula) {
  const [main, where] = formula.split(", u = ");
  const javascript = (text) =>
    text
      .replace(/\^\{([^}]*)\}/g, "**($1)")
      .replace(/½[· ]/, "0.5*")
      .replaceAll("−", "-")
      .replaceAll("·", "*")
      .replace(/u \(1/g, "u*(1")
      .replaceAll("tanh²(", "square(")
      .replaceAll("tanh(", "Math.tanh(")
      .replace(/\|([^|]*)\|/g, "Math.abs($1)")
      .replaceAll("²", "**2")
      .replace(/\be\b/g, "Math.E");
  const u = where ? Function(`return ${javascript(where)}`)() : 0;
  return Function("u", "square", `return ${javascript(main)}`)(u, (z) => Math.tanh(z) ** 2);
}

test("an unpacked dissection has the values that the core computed", () => {
  assert.equal(apart.N, 15);
  assert.equal(apart.weightName(0), "bias of h1");
  assert.equal(apart.weightName(4 + 4), "h1 → h2");
  const y = apart.outputs[0];
  for (let j = 0; j <= y; j++) close(apart.backward(0, j), apart.delta(y, j));
  for (let n = 0; n < apart.N; n++) {
    const [source, j] = apart.ends[n];
    close(apart.entry(0, n, "forward"), -apart.delta(y, j) * apart.value(source));
    close(apart.entry(0, n, "backward"), apart.entry(0, n, "forward"));
  }
});

test("an upper triangle is read row by row", () => {
  const places = [
    [0, 0],
    [0, 2],
    [1, 1],
    [2, 1],
    [2, 2],
  ].map(([row, column]) => trianglePlace(row, column, 3));
  assert.deepEqual(places, [0, 2, 3, 4, 5]);
});

for (const way of ["forward", "backward"]) {
  test(`the ${way} steps go through all stages in order, and each is complete`, () => {
    const steps = story(apart, way);
    const order = steps.map(({ stage }) => STAGES.findIndex(([name]) => name === stage));
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
    assert.equal(new Set(order).size, STAGES.length);
    assert.equal(new Set(steps.map(({ id }) => id)).size, steps.length);
    for (const step of steps) {
      assert.ok(step.title && step.say.endsWith(".") && step.panel.kind, step.id);
      assert.doesNotMatch(step.say + step.numbers.join(" "), /undefined|NaN|null|\[object/);
      for (const node of step.lit.nodes) assert.ok(apart.names[node], step.id);
      for (const n of step.lit.links) assert.ok(apart.ends[n], step.id);
    }
  });
}

test("the step of a neuron shows its formula with its numbers", () => {
  const step = story(apart, "forward").find(({ id }) => id === "forward:h2");
  const [net, value, slope] = step.numbers;
  assert.ok(net.startsWith(`net_{h2} = ${num(apart.weights[4])}`));
  assert.ok(net.endsWith(`= ${num(apart.pattern.nets[1])}`));
  assert.equal(
    value,
    `y_{h2} = tanh(${num(apart.pattern.nets[1])}) = ${num(apart.pattern.values[4])}`,
  );
  assert.ok(slope.endsWith(`= ${num(apart.pattern.slopes[1])}`));
  assert.deepEqual([...step.lit.nodes].sort(), [0, 1, 2, 3, 4]);
  assert.deepEqual([...step.lit.links], [4, 5, 6, 7, 8]);
});

test("the counter of patterns reaches the last pattern", () => {
  const runs = story(apart, "forward").filter(
    ({ panel }) => panel.kind === "matrix" && Number.isInteger(panel.of),
  );
  const after = runs.map(({ panel }) => apart.sums.after[panel.of]);
  assert.deepEqual(after, [1, 2, 3, 4, 5, 6, 7, 8, 8, 8]);
});

test("the damped system shows Q with the damping on its diagonal, and minus g beside it", () => {
  const step = story(apart, "forward").find(({ id }) => id === "damped");
  const { values, side, sideName } = matrixOf(apart, step.panel);
  const { sums, damping } = apart;
  const undamped = sums.frames[step.panel.of];
  const n = sums.weights.length;
  for (let i = 0; i < n; i++) {
    assert.ok(damping.added[i] > 0);
    close(values[trianglePlace(i, i, n)], sums.diagonal[i] + damping.added[i]);
    for (let j = i + 1; j < n; j++)
      assert.equal(values[trianglePlace(i, j, n)], undamped[trianglePlace(i, j, n)]);
    close(side[i], -sums.g[i]);
  }
  assert.equal(sideName, "−g");
  const { place } = sums.corner;
  assert.ok(step.numbers[1].endsWith(`= ${num(values[trianglePlace(place, place, n)])}`));
  assert.equal(matrixOf(apart, { ...step.panel, damped: false }).values, undamped);
});

test("a number that does not fit is shortened, not left out", () => {
  assert.deepEqual(shorterAndShorter(8.79e-4, true), ["9e−4", "≈0"]);
  assert.deepEqual(shorterAndShorter(-0.123456, false), ["−0.123", "−0.12", "−0.1"]);
  assert.deepEqual(shorterAndShorter(0.07, false), ["0.07", "0.07", "0.1"]);
  assert.deepEqual(shorterAndShorter(-12.34, false), ["−12.3", "−12"]);
  assert.deepEqual(shorterAndShorter(0, false), ["0", "0", "0"]);
});

test("iterations of a trace that keeps only some of them are told from its rows", () => {
  const sparse = new Dissection({ ...sent, k: 2, last: 3, iterations: [0, 1, 10, 100] });
  assert.equal(sparse.iteration, 10);
  assert.match(story(sparse, "forward").at(-1).title, /^Iteration 11 begins/);
  assert.match(story(new Dissection({ ...sent, k: 2, last: 3 }), "forward").at(-1).title, / 3 /);
});

test("every attempt has a step and an outcome", () => {
  const steps = story(apart, "forward");
  apart.attempts.forEach((attempt) => {
    assert.ok(steps.some(({ id }) => id === `solve:${attempt.number}`));
    const verdict = steps.find(({ id }) => id === `try:${attempt.number}`);
    assert.match(verdict.title, attempt.accepted ? /accepted/ : /rejected|lower/);
  });
  assert.equal(steps.filter(({ title }) => /: accepted$/.test(title)).length, 1);
});

test("a line search shows each step length and continues from the best", () => {
  const tried = [
    { part: 1, sse: 99 },
    { part: 0.5, sse: 2 },
    { part: 0.25, sse: 1 },
    { part: 0.125, sse: 3 },
  ];
  const searching = new Dissection({
    ...sent,
    sse: 10,
    damping: { ...sent.damping, control: "best_step", matrix: "max_diagonal" },
    attempts: tried.map(({ part, sse }, i) => ({
      number: i + 1,
      mu: 0.3,
      part,
      solved: true,
      sse,
      length: part,
      accepted: i === 2,
      mu_next: i === 2 ? 0.24 : 0.3,
    })),
  });
  const steps = story(searching, "forward");
  const titles = steps.filter(({ stage }) => stage === "attempts").map(({ title }) => title);
  assert.deepEqual(
    titles.map((title) => title.replace(/^Attempt \d: /, "")),
    [
      "the whole step, μ = 0.3",
      "rejected",
      "half of the step, μ = 0.3",
      "lower, search continues",
      "1/4 of the step, μ = 0.3",
      "accepted",
      "1/8 of the step, μ = 0.3",
      "rejected",
    ],
  );
  assert.match(steps.find(({ id }) => id === "try:4").say, /no better than attempt 3/);
  assert.match(steps.at(-1).numbers.join(" "), /SSE: 10 → 1/);
  assert.match(steps.find(({ id }) => id === "damped").formula[0], /μ q I/);
});

test("an attempt without a step and an iteration without an attempt are reported", () => {
  const failed = new Dissection({
    ...sent,
    stop: "DAMPING_LIMIT",
    attempts: [{ number: 1, mu: 1e-15, solved: false, sse: null, accepted: false, mu_next: 1e-14 }],
  });
  const titles = story(failed, "forward").map(({ title }) => title);
  assert.ok(titles.some((title) => title.includes("no step")));
  assert.equal(titles.at(-1), "No attempt succeeded");
  const solved = new Dissection({ ...sent, stop: "SOLVED", attempts: [] });
  assert.equal(story(solved, "backward").at(-1).title, "Nothing to improve");
});

test("a large network shows the chosen neuron and reports what is omitted", () => {
  const large = new Dissection({ ...sent, small: false, neuron: 1 });
  const ids = story(large, "forward").map(({ id }) => id);
  assert.deepEqual(ids.slice(0, 6), [
    "pattern",
    "forward:h2",
    "forward:rest",
    "errors:y",
    "delta:h2",
    "delta:y",
  ]);
  const back = story(large, "backward").filter(({ stage }) => stage === "derivatives");
  assert.deepEqual(
    back.map(({ id }) => id),
    ["backward:y:y", "backward:y:h2"],
  );
});

test("another pattern or method keeps the current stage", () => {
  const forward = story(apart, "forward");
  const backward = story(apart, "backward");
  const at = (id) => forward.find((step) => step.id === id);
  assert.equal(backward[sameOrNear(backward, at("complete"))].id, "complete");
  assert.equal(backward[sameOrNear(backward, at("delta:h2"))].stage, "derivatives");
  assert.equal(sameOrNear(backward, undefined), 0);
});

test("numbers on links overlap neither boxes nor each other", () => {
  const nodes = [
    { x: 0, y: 0, role: "input" },
    { x: 0, y: 60, role: "input" },
    { x: 300, y: 30, role: "hidden" },
  ];
  const line = (y0, y1) => [20, y0, 100, y0, 200, y1, 276, y1];
  const links = [line(0, 30), line(60, 30), line(2, 30)].map((curve) => ({
    curve,
    text: "−0.123",
  }));
  const places = placeLabels(links, nodes, 14);
  for (let i = 0; i < places.length; i++) {
    for (let j = 0; j < i; j++) {
      const [dx, dy] = [places[i][0] - places[j][0], places[i][1] - places[j][1]].map(Math.abs);
      assert.ok(dx > 45 || dy > 15, `${i} and ${j} overlap`);
    }
  }
});
