// What the reader is told of a server that does not answer.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Silence } from "../../app/shared/frontend/silence.js";

const WELL = { lost: false, unanswered: false, busy: false };

test("a server that answers in time is not spoken of", () => {
  const silence = new Silence();
  assert.equal(silence.words(WELL, 0), "");
  assert.equal(silence.words({ ...WELL, unanswered: true }, 1000), "");
  assert.equal(silence.words({ ...WELL, unanswered: true }, 3900), "");
  assert.equal(silence.words(WELL, 4000), "");
  assert.equal(silence.words({ ...WELL, unanswered: true }, 4100), "", "it counts anew");
  assert.equal(silence.words({ ...WELL, busy: true, unanswered: true }, 7000), "");
});

test("silence, work and a lost connection are told apart, with their time", () => {
  const silence = new Silence();
  const all = { lost: true, unanswered: true, busy: true };
  assert.equal(silence.words(all, 0), "");
  assert.match(silence.words(all, 1500), /^The connection to the server is lost/);
  assert.match(silence.words({ ...all, lost: false }, 12_900), /not answered for 10 seconds/);
  assert.match(
    silence.words({ ...WELL, busy: true }, 13_000),
    /working on this page for 10 seconds/,
  );
  assert.equal(silence.words(WELL, 14_000), "");
});
