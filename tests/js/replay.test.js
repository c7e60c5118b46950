// The player: which iteration is shown, and how it moves with time.

import assert from "node:assert/strict";
import test from "node:test";

import { Playback, SPEEDS } from "../../app/draw/frontend/replay.js";

const SLOW = 0;
const NORMAL = 1;
const FAST = 2;
const AT_ONCE = SPEEDS.findIndex(({ factor }) => factor === Infinity);

function player(last, { speed = NORMAL, growing = false } = {}) {
  const made = new Playback();
  made.speed = speed;
  made.setLast(last, growing);
  return made;
}

/** Seconds until it rests, in frames of a sixtieth. */
function playOut(made, most = 60) {
  let time = 0;
  while (made.playing && time < most) {
    const before = made.k;
    const changed = made.tick(1 / 60);
    assert.equal(changed, made.k !== before);
    assert.ok(made.k >= before && made.k <= made.last);
    time += 1 / 60;
  }
  return time;
}

test("a new player shows iteration 0 and does not play", () => {
  const made = new Playback();
  assert.equal(made.k, 0);
  assert.equal(made.tick(1), false);
  made.play();
  made.tick(1 / 60);
  assert.equal(made.playing, false);
});

test("a requested training is followed before its first row arrives", () => {
  const made = player(2);
  made.seek(2);
  made.follow();
  made.tick(1);
  assert.equal(made.playing, true);
  made.setLast(20, false);
  playOut(made);
  assert.equal(made.k, 20);
});

test("a short trace is played once, every iteration, up to the last", () => {
  const made = player(32);
  made.play();
  const shown = new Set([made.k]);
  while (made.playing) {
    made.tick(1 / 60);
    shown.add(made.k);
  }
  assert.deepEqual(
    [...shown],
    Array.from({ length: 33 }, (_, k) => k),
  );
});

test("a long trace plays in seconds, slow speed takes longer, at once takes one frame", () => {
  const times = [NORMAL, SLOW, FAST, AT_ONCE].map((speed) => {
    const made = player(5000, { speed });
    made.play();
    return playOut(made);
  });
  assert.ok(times[0] > 4 && times[0] < 12, `normal takes ${times[0]} s`);
  assert.ok(times[1] > 2 * times[0]);
  assert.ok(times[2] < times[0] / 2);
  assert.ok(times[3] < 0.05);
});

test("seek stays within the trace and stops the replay", () => {
  const made = player(10);
  made.play();
  for (const [k, shown] of [
    [5, 5],
    [-3, 0],
    [99, 10],
  ]) {
    made.seek(k);
    assert.equal(made.k, shown);
    assert.equal(made.playing, false);
  }
});

test("play continues from the middle and restarts from the end", () => {
  const made = player(10);
  made.seek(4);
  made.play();
  assert.equal(made.k, 4);
  made.seek(10);
  made.play();
  assert.equal(made.k, 0);
});

test("during training the player follows the newest row and stops when training ends", () => {
  const made = player(0, { growing: true });
  made.play();
  for (let last = 0; last <= 600; last += 10) {
    made.setLast(last, true);
    for (let frame = 0; frame < 6; frame++) made.tick(1 / 60);
    assert.equal(made.playing, true);
  }
  assert.ok(600 - made.k < 60, `${600 - made.k} behind`);
  made.setLast(600, false);
  playOut(made, 5);
  assert.equal(made.playing, false);
  assert.equal(made.k, 600);
});

test("a shorter trace limits the position", () => {
  const made = player(10);
  made.seek(9);
  made.setLast(3, false);
  assert.equal(made.k, 3);
  made.setLast(0, false);
  assert.equal(made.k, 0);
});

test("a long frame does not move past the end", () => {
  const made = player(7);
  made.play();
  made.tick(1000);
  assert.equal(made.k, 7);
  assert.equal(made.playing, false);
});

test("a replay ends at the best row, and later rows can still be selected", () => {
  const made = new Playback();
  made.setLast(44, false, 24);
  made.play();
  playOut(made);
  assert.equal(made.k, 24);
  assert.equal(made.playing, false);
  made.seek(44);
  assert.equal(made.k, 44);
  made.play();
  assert.equal(made.k, 0, "beyond the end a replay begins again");
  playOut(made);
  assert.equal(made.k, 24);
  made.speed = AT_ONCE;
  made.play();
  made.tick(1 / 60);
  assert.equal(made.k, 24);
});

test("a replay that followed a training past its best row returns to that row", () => {
  const made = player(40, { growing: true, speed: AT_ONCE });
  made.play();
  made.tick(1 / 60);
  assert.equal(made.k, 40);
  made.setLast(44, false, 24);
  assert.equal(made.tick(1 / 60), true);
  assert.equal(made.k, 24);
  assert.equal(made.playing, false);
  made.seek(30);
  made.setLast(44, false, 24);
  assert.equal(made.tick(1 / 60), false);
  assert.equal(made.k, 30);
});

test("during training the best row so far does not stop the player", () => {
  const made = new Playback();
  made.setLast(30, true, 5);
  made.play();
  playOut(made, 10);
  assert.equal(made.k, 30);
});

test("a trace of some iterations is replayed at an even pace of iterations", () => {
  const iterations = [...Array(101).keys(), 200, 400, 800];
  const made = new Playback();
  made.setLast(103, false, 103, iterations);
  made.play();
  const seen = [];
  let time = 0;
  while (made.playing) {
    made.tick(1 / 60);
    time += 1 / 60;
    seen.push([time, iterations[made.k]]);
  }
  assert.equal(made.k, 103);
  const half = seen.find(([, iteration]) => iteration >= 400)[0];
  assert.ok(Math.abs(half / time - 0.5) < 0.02, `iteration 400 of 800 at ${half} of ${time} s`);
});

test("the last row of a trace of some iterations is followed while it grows", () => {
  const made = new Playback();
  made.play();
  for (const last of [1, 2, 3]) {
    made.setLast(last, true, last, [0, 10, 20, 40]);
    made.playing = true;
    for (let frame = 0; frame < 300; frame++) made.tick(1 / 60);
    assert.equal(made.k, last);
  }
});
