// A view outlives clean-ups that Streamlit runs while its component stays, and goes with its place.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { component } from "../../app/shared/frontend/mounting.js";

function stage() {
  const root = { host: { isConnected: true } };
  root.lastElementChild = { parentNode: root };
  const made = [];
  const entry = component((where, send) => {
    const view = {
      send,
      got: [],
      destroyed: 0,
      receive: (data) => view.got.push(data),
      destroy: () => view.destroyed++,
    };
    made.push(view);
    return view;
  });
  const sent = [];
  const call = (data, name = "first") =>
    entry({
      data,
      parentElement: root,
      setStateValue: (key, state) => sent.push([name, key, state]),
    });
  return { root, made, sent, call };
}

test("a temporary clean-up keeps the view, and the newest call gets the messages", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { made, sent, call } = stage();
  call({ k: 1 })();
  call({ k: 2 }, "second");
  mock.timers.tick(5000);
  assert.equal(made.length, 1);
  assert.equal(made[0].destroyed, 0);
  assert.deepEqual(made[0].got, [{ k: 1 }, { k: 2 }]);
  made[0].send("hello");
  assert.deepEqual(sent, [["second", "outbox", "hello"]]);
  mock.timers.reset();
});

test("a view is removed with its element, once", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { root, made, call } = stage();
  const early = call({ k: 1 });
  const leave = call({ k: 2 });
  early();
  root.host.isConnected = false;
  leave();
  assert.equal(made[0].destroyed, 1);
  mock.timers.tick(5000);
  assert.equal(made[0].destroyed, 1);
  mock.timers.reset();
});

test("an element that is removed later is noticed", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { root, made, call } = stage();
  call({ k: 1 })();
  root.host.isConnected = false;
  mock.timers.tick(5000);
  assert.equal(made[0].destroyed, 1);
  mock.timers.reset();
});

test("a new element gets a new view", () => {
  const { root, made, call } = stage();
  call({ k: 1 });
  root.lastElementChild.parentNode = null;
  root.lastElementChild = { parentNode: root };
  call({ k: 2 });
  assert.equal(made.length, 2);
  assert.deepEqual([made[0].destroyed, made[1].got], [1, [{ k: 2 }]]);
});
