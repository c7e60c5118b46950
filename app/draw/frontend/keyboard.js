// The stage without a mouse.

import { neighbour } from "../../shared/frontend/geometry.js";
import * as G from "../../shared/frontend/graph.js";

const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NUDGE = 12;

/** One key pressed while the stage has the focus. Keys it does not know pass through. */
export function stageKey(stage, event) {
  if (event.target.closest?.(".inspector")) return;
  if (handle(stage, event)) {
    event.preventDefault();
    event.stopPropagation();
  }
}

function handle(stage, event) {
  const { key } = event;
  if (event.ctrlKey || event.metaKey)
    return handleControl(stage, key.toLowerCase(), event.shiftKey);
  if (ARROWS[key])
    return event.shiftKey ? nudge(stage, ...ARROWS[key]) : walk(stage, ...ARROWS[key]);
  const action = ACTIONS[key.length === 1 ? key.toLowerCase() : key];
  if (!action) return false;
  action(stage);
  return true;
}

function handleControl(stage, key, shifted) {
  if (key === "z") shifted ? stage.host.redo() : stage.host.undo();
  else if (key === "y") stage.host.redo();
  else if (key === "a") stage.select(stage.graph.nodes.map((node) => node.id));
  else if (key === "d") stage.duplicateSelected();
  else return false;
  return true;
}

const ACTIONS = {
  n: (stage) => stage.addNeuron(),
  l: startLink,
  d: (stage) => stage.duplicateSelected(),
  t: (stage) => stage.tidy(),
  Delete: (stage) => stage.removeSelected(),
  Backspace: (stage) => stage.removeSelected(),
  Enter: finish,
  " ": finish,
  Escape: leave,
  "+": (stage) => stage.zoom(1.25),
  "=": (stage) => stage.zoom(1.25),
  "-": (stage) => stage.zoom(0.8),
  0: (stage) => stage.fit(),
};

function walk(stage, dx, dy) {
  if (!stage.focusId) return false;
  const next = neighbour(stage.graph, stage.focusId, dx, dy);
  if (!next) return true;
  if (!stage.linking) stage.select([next.id]);
  stage.focusNode(next.id);
  if (stage.linking) {
    const reason = G.refusal(stage.graph, stage.linking, next.id);
    stage.host.say(reason || `Enter links ${stage.linking} to ${next.id}`);
  }
  return true;
}

function nudge(stage, dx, dy) {
  if (!stage.selection.size) return true;
  const places = new Map(
    [...stage.selection].map((id) => {
      const node = G.nodeOf(stage.graph, id);
      return [id, [node.x + dx * NUDGE, node.y + dy * NUDGE]];
    }),
  );
  stage.fitted = false;
  stage.edit(G.move(stage.graph, places), "Moved");
  return true;
}

function startLink(stage) {
  if (!stage.focusId) return;
  stage.linking = stage.focusId;
  stage.host.say(
    `Linking from ${stage.linking}: walk to the neuron it should feed and press Enter; Escape stops.`,
  );
}

function finish(stage) {
  if (!stage.focusId) return;
  if (stage.linking && stage.linking !== stage.focusId) {
    if (stage.tryLink(stage.linking, stage.focusId)) stage.linking = null;
  } else stage.host.openNode(stage.focusId);
}

function leave(stage) {
  if (stage.linking) stage.host.say("Linking stopped");
  stage.linking = null;
  stage.host.close();
  stage.select([]);
}
