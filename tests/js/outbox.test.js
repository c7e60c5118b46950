// Messages are numbered, kept until acknowledged, and sent again with each new one.

import assert from "node:assert/strict";
import test, { mock } from "node:test";

import { leavesOut, Outbox } from "../../app/shared/frontend/outbox.js";

function outbox() {
  const sent = [];
  const box = new Outbox((state) => sent.push(structuredClone(state)), "me");
  return { box, sent };
}

const kinds = (state) => state.messages.map(({ kind }) => kind);

test("messages are numbered from one and repeated until acknowledged", () => {
  const { box, sent } = outbox();
  box.post("hello");
  box.post("weight", { bias: "h1", value: 2 });
  assert.deepEqual(sent.at(-1), {
    client: "me",
    messages: [
      { seq: 1, kind: "hello" },
      { seq: 2, kind: "weight", bias: "h1", value: 2 },
    ],
    have: {},
    sent: 2,
  });
  box.acknowledge({ client: "me", seq: 1 });
  box.post("undo");
  assert.deepEqual(kinds(sent.at(-1)), ["weight", "undo"]);
  box.acknowledge({ client: "me", seq: 3 });
  box.post("redo");
  assert.deepEqual(sent.at(-1).messages, [{ seq: 4, kind: "redo" }]);
});

test("acknowledgements of other clients are ignored", () => {
  const { box } = outbox();
  box.post("train");
  for (const ack of [null, undefined, { client: "you", seq: 9 }, { client: "me", seq: 0 }])
    box.acknowledge(ack);
  assert.equal(box.waiting.length, 1);
});

test("a late acknowledgement does not remove newer messages", () => {
  const { box } = outbox();
  box.post("graph");
  box.post("rename");
  box.acknowledge({ client: "me", seq: 1 });
  box.acknowledge({ client: "me", seq: 1 });
  assert.deepEqual(
    box.waiting.map(({ seq }) => seq),
    [2],
  );
});

test("a newer poll or scrub replaces the one that is waiting", () => {
  const { box, sent } = outbox();
  box.replace("scrub", { k: 1 });
  box.replace("poll");
  box.replace("scrub", { k: 2 });
  assert.deepEqual(sent.at(-1).messages, [
    { seq: 2, kind: "poll" },
    { seq: 3, kind: "scrub", k: 2 },
  ]);
});

test("a newer drawing does not overtake earlier messages", () => {
  const { box, sent } = outbox();
  box.replace("graph", { graph: "with h3" });
  box.post("rename", { id: "h3", name: "edge" });
  box.replace("graph", { graph: "with h3, moved" });
  assert.deepEqual(kinds(sent.at(-1)), ["graph", "rename", "graph"]);
  box.replace("poll");
  box.replace("graph", { graph: "with h3, moved again" });
  assert.deepEqual(kinds(sent.at(-1)), ["graph", "rename", "poll", "graph"]);
});

test("a message that is under way is not repeated by a double click", () => {
  const { box } = outbox();
  box.post("train");
  assert.equal(box.asked("train"), true);
  assert.equal(box.asked("step"), false);
  box.acknowledge({ client: "me", seq: 1 });
  assert.equal(box.asked("train"), false);
});

test("message numbers increase even if messages are replaced", () => {
  const { box, sent } = outbox();
  for (let i = 0; i < 50; i++) {
    if (i % 3) box.replace(i % 2 ? "poll" : "graph", { i });
    else box.post("stop");
    if (i % 7 === 0) box.acknowledge({ client: "me", seq: i - 2 });
    const seqs = sent.at(-1).messages.map(({ seq }) => seq);
    assert.deepEqual(
      seqs,
      [...seqs].sort((a, b) => a - b),
    );
    assert.equal(new Set(seqs).size, seqs.length);
    assert.equal(seqs.at(-1), i + 1);
  }
});

test("edits are pending until acknowledged; polls and scrubs are not", () => {
  const { box } = outbox();
  box.replace("poll");
  box.replace("scrub", { k: 3 });
  assert.equal(box.pending, false);
  box.replace("graph", { graph: {} });
  assert.equal(box.pending, true);
  box.acknowledge({ client: "me", seq: 3 });
  assert.equal(box.pending, false);
});

test("messages contain what the browser has", () => {
  const { box, sent } = outbox();
  box.have = { rev: 4, rows: 17 };
  box.post("poll");
  assert.deepEqual(sent.at(-1).have, { rev: 4, rows: 17 });
});

test("every client has a unique name that the server accepts", () => {
  const names = new Set(Array.from({ length: 200 }, () => new Outbox(() => {}).client));
  assert.equal(names.size, 200);
  for (const name of names) assert.ok(name.length >= 1 && name.length <= 32);
});

test("a message is sent again, at growing intervals, until it is answered or closed", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { box, sent } = outbox();
  box.post("undo");
  mock.timers.tick(2999);
  assert.equal(sent.length, 1);
  mock.timers.tick(1);
  assert.deepEqual(kinds(sent.at(-1)), ["undo"]);
  assert.notDeepEqual(sent[0], sent[1]);
  mock.timers.tick(5999);
  assert.equal(sent.length, 2);
  mock.timers.tick(1);
  assert.equal(sent.length, 3);
  box.acknowledge({ client: "me", seq: 1 });
  mock.timers.tick(100_000);
  assert.equal(sent.length, 3);
  box.post("redo");
  box.close();
  mock.timers.tick(100_000);
  assert.equal(sent.length, 4);
  mock.timers.reset();
});

test("a lost poll is sent again: without an answer the next one would not be asked for", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { box, sent } = outbox();
  box.replace("poll");
  mock.timers.tick(3000);
  assert.deepEqual(sent.map(kinds), [["poll"], ["poll"]]);
  box.acknowledge({ client: "me", seq: 1 });
  mock.timers.tick(100_000);
  assert.equal(sent.length, 2);
  mock.timers.reset();
});

test("an omitted part is lacking only if the browser has another key", () => {
  assert.equal(leavesOut(undefined, "b", "a"), true);
  assert.equal(leavesOut(undefined, "a", "a"), false);
  assert.equal(leavesOut({}, "b", "a"), false);
  assert.equal(leavesOut(undefined, "a", undefined), true);
});
