// @ts-check
// Keyboard control of the stage.

import { addNeuron, duplicateSelected, removeSelected, tidy } from "./edits.js";
import { inInspector } from "./gestures.js";

/** @import { Pair } from "../../shared/frontend/geometry.js" */
/** @import { Stage } from "./stage.js" */

/** @type {Record<string, Pair>} */
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NUDGE_STEP = 12;

/**
 * One key pressed while the stage has the focus. Keys it does not know pass through.
 *
 * @param {Stage} stage
 * @param {KeyboardEvent} event
 */
export function stageKey(stage, event) {
  if (inInspector(event)) return;
  if (handle(stage, event)) {
    event.preventDefault();
    event.stopPropagation();
  }
}

/**
 * @param {Stage} stage
 * @param {KeyboardEvent} event
 */
function handle(stage, event) {
  const { key } = event;
  if (event.ctrlKey || event.metaKey)
    return handleControl(stage, key.toLowerCase(), event.shiftKey);
  if (ARROWS[key])
    return event.shiftKey ? nudge(stage, ...ARROWS[key]) : stage.focusNext(...ARROWS[key]);
  const action = ACTIONS[key.length === 1 ? key.toLowerCase() : key];
  if (!action) return false;
  action(stage);
  return true;
}

/**
 * @param {Stage} stage
 * @param {string} key
 * @param {boolean} shifted
 */
function handleControl(stage, key, shifted) {
  if (key === "z") shifted ? stage.host.redo() : stage.host.undo();
  else if (key === "y") stage.host.redo();
  else if (key === "a") stage.select(stage.graph.nodes.map((node) => node.id));
  else if (key === "d") duplicateSelected(stage);
  else return false;
  return true;
}

/** @type {Record<string, (stage: Stage) => void>} */
const ACTIONS = {
  n: addNeuron,
  l: (stage) => stage.startLink(),
  d: duplicateSelected,
  t: tidy,
  Delete: removeSelected,
  Backspace: removeSelected,
  Enter: (stage) => stage.confirm(),
  " ": (stage) => stage.confirm(),
  Escape: (stage) => stage.cancel(),
  "+": (stage) => stage.zoom(1.25),
  "=": (stage) => stage.zoom(1.25),
  "-": (stage) => stage.zoom(0.8),
  0: (stage) => stage.fit(),
};

/**
 * Move the selected nodes.
 *
 * @param {Stage} stage
 * @param {number} dx
 * @param {number} dy
 */
function nudge(stage, dx, dy) {
  const selected = stage.graph.nodes.filter((node) => stage.selection.has(node.id));
  const [right, down] = [dx * NUDGE_STEP, dy * NUDGE_STEP];
  if (selected.length)
    stage.move(new Map(selected.map(({ id, x, y }) => [id, [x + right, y + down]])));
  return true;
}
