// @ts-check
// What the Draw page shows: its parts, and how they are painted for one row of the trace.

import { Card } from "../../shared/frontend/card.js";
import { announce, part, patch } from "../../shared/frontend/dom.js";
import { whole } from "../../shared/frontend/numbers.js";
import { linkKey } from "../../shared/frontend/network.js";
import { required } from "../../shared/frontend/required.js";
import { Theme } from "../../shared/frontend/theme.js";
import { Convergence } from "./convergence.js";
import { Inspector } from "./inspector.js";
import { OutputView } from "./output.js";
import { Panels } from "./panels.js";
import { Stage } from "./stage.js";
import { StageBar } from "./stagebar.js";
import { NetworkTable } from "./table.js";
import { Toolbar } from "./toolbar.js";

/** @import { Look } from "../../shared/frontend/theme.js" */
/** @import { Model } from "./model.js" */
/** @import { Catalogue, Info } from "./payloads.d.ts" */
/** @import { Playback } from "./replay.js" */

const NOTICE_MS = 9000;
const INCOMPLETE = "The drawing is not complete, so it has no output yet.";

/**
 * @typedef {object} ScreenHost what the parts of the screen ask for
 * @property {import("./toolbar.js").ToolbarActions} toolbar
 * @property {import("./panels.js").PanelActions} panels
 * @property {(graph: import("../../shared/frontend/graph.js").Graph) => void} edit
 * @property {(family: string, sizes: number[]) => void} preset
 * @property {() => void} undo
 * @property {() => void} redo
 * @property {(what: import("./inspector.js").WeightName, value: number) => void} setWeight
 * @property {(id: string, name: string) => void} rename
 * @property {(k: number) => void} seek
 * @property {() => void} redraw
 */

/** Everything that is seen at one moment. */
/** @typedef {{model: Model, playback: Playback, info: Info, training: boolean}} Scene */

export class Screen {
  /**
   * @param {HTMLElement} root
   * @param {ScreenHost} host
   */
  constructor(root, host) {
    this.root = root;
    this.box = /** @type {HTMLElement} */ (root.querySelector(".workbench"));
    this.theme = new Theme(this.box);
    /** @type {Map<string, string>} */
    this.loose = new Map();
    /** @type {Catalogue["activations"]} */
    this.activations = [];
    this.toolbar = new Toolbar(part(root, "toolbar"), host.toolbar);
    this.card = new Card(this.box);
    this.panels = new Panels(part(root, "side"), host.panels, this.card);
    this.stage = new Stage(part(root, "stage"), {
      edit: (graph, words) => {
        host.edit(graph);
        this.say(words);
      },
      openNode: (id) => this.inspector.openNode(id),
      openLink: (link) => this.inspector.openLink(link),
      close: () => this.inspector.close(),
      say: (text) => this.say(text),
      refuse: (text) => this.refuse(text),
      undo: host.undo,
      redo: host.redo,
      activationTitle: (name) => this.activationTitle(name),
    });
    this.bar = new StageBar(part(root, "stagebar"), this.stage, host);
    this.inspector = new Inspector(this.stage.box, {
      stage: this.stage,
      activations: () => this.activations,
      setWeight: host.setWeight,
      rename: host.rename,
    });
    this.output = new OutputView(part(root, "output"), host.redraw);
    this.convergence = new Convergence(part(root, "convergence"), host.seek);
    this.table = new NetworkTable(part(root, "table"), {
      inspector: this.inspector,
      openNode: (id) => {
        this.stage.focusNode(id);
        this.inspector.openNode(id);
      },
      openLink: (link) => this.inspector.openLink(link),
      activationTitle: (name) => this.activationTitle(name),
    });
    this.change = part(root, "change");
    this.status = part(root, "status");
    this.facts = part(root, "facts");
    this.beside = part(root, "beside");
    this.live = part(root, "live");
    this.notice = part(root, "notice");
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.noticeTimer = undefined;
    this.resizer = new ResizeObserver(host.redraw);
    this.resizer.observe(this.box);
  }

  destroy() {
    clearTimeout(this.noticeTimer);
    this.resizer.disconnect();
    this.stage.destroy();
    this.card.destroy();
    // Streamlit may mount again into the same place: leave it as the HTML has it.
    for (const piece of this.root.querySelectorAll("[data-part]")) piece.replaceChildren();
  }

  /** @param {string} name */
  activationTitle(name) {
    return this.activations.find((entry) => entry.name === name)?.title ?? name;
  }

  /**
   * @param {Catalogue} catalogue
   * @param {import("./payloads.d.ts").RuleFamily[]} rules
   * @param {import("./payloads.d.ts").Glossary} glossary
   */
  setCatalogue({ problems, activations }, rules, glossary) {
    this.panels.setCatalogue(problems);
    this.panels.setRules(rules);
    this.activations = activations;
    const definitions = new Map(glossary);
    this.panels.form.glossary = definitions;
    /** @type {NodeListOf<HTMLElement>} */
    const words = this.root.querySelectorAll("[data-term]");
    for (const word of words)
      this.card.attach(word, definitions.get(word.dataset.term ?? "") ?? "");
  }

  /**
   * Show a drawing that the server sent.
   *
   * @param {import("../../shared/frontend/payloads.d.ts").SentGraph} graph
   * @param {import("../../shared/frontend/payloads.d.ts").NetworkBlock} network
   * @param {[id: string, why: string][]} loose nodes that do not take part
   * @param {boolean} stay whether nodes stay where they are
   */
  setNetwork(graph, network, loose, stay) {
    this.loose = new Map(loose);
    this.stage.setGraph(graph, stay);
    this.bar.update(network);
  }

  /**
   * Show a sentence for a while, for example why something was refused.
   *
   * @param {string} text
   */
  refuse(text) {
    patch(this.notice, { text, hidden: false });
    this.say(text);
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => this.hideNotice(), NOTICE_MS);
  }

  hideNotice() {
    this.notice.hidden = true;
  }

  /**
   * Tell a screen reader what happened.
   *
   * @param {string} text
   */
  say(text) {
    announce(this.live, text);
  }

  /** @param {Scene} scene */
  paint(scene) {
    const { model, playback, info } = scene;
    const { k } = playback;
    const look = this.theme.look();
    const change = model.changeAt(k);
    this.panels.paint(look.palette);
    this.stage.setScene({
      ...look,
      weights: model.weightsAt(k),
      index: model.index,
      biasIds: info.can_train ? model.network.neurons.map((neuron) => neuron.id) : [],
      loose: this.loose,
      moving: playback.playing,
      reshaped: Boolean(model.run?.changes),
      news: new Set(
        (change ? [...change.born, ...change.died] : []).map(([a, b]) => linkKey(a, b)),
      ),
      saliency: info.saliency,
      tile: (id) => (info.can_train ? model.tile(k, id) : null),
    });
    this.inspector.refresh();
    this.table.refresh();
    this.paintOutput(scene, look);
    patch(this.change, { text: change?.title ?? "", hidden: !change });
    this.convergence.draw({
      ...look,
      k,
      last: model.last,
      at: model.iteration(k),
      end: model.iteration(model.last),
      iterations: model.run?.iterations ?? [0],
      sse: model.run?.sse ?? [],
      mu: model.run?.mu ?? [],
      damped: info.damped,
      validation: model.run?.validation ?? [],
      best: model.run?.best ?? null,
      bestAt: model.iteration(model.end),
      target: info.target_sse,
    });
    this.paintToolbar(scene);
  }

  /** @param {Scene} scene */
  paintToolbar({ model, playback, info, training }) {
    const { k } = playback;
    const state = training ? "training" : playback.playing ? "replaying" : "resting";
    Object.assign(this.box.dataset, { state, k: String(k), last: String(model.last) });
    this.toolbar.update({
      last: model.last,
      at: model.iteration(k),
      end: model.iteration(model.last),
      playing: playback.playing,
      speed: playback.speed,
      running: training,
      canTrain: info.can_train,
      canStep: info.can_train && !(model.run?.stop && k >= model.last),
      sse: !info.can_train ? null : model.run?.count ? model.sseAt(k) : model.startSse(),
    });
  }

  /**
   * @param {Scene} scene
   * @param {Look} look
   */
  paintOutput({ model, playback: { k, playing }, info, training }, look) {
    const { data } = model;
    const which = playing || model.own ? "tile" : "fine";
    const shown = info.can_train && model.output(k, "train", 0) !== null;
    const at = model.outputIteration(k);
    const settled = playing || training || at === model.iteration(k);
    /** @param {import("./model.js").Points} points */
    const outputs = (points) => (/** @type {number} */ m) => required(model.output(k, points, m));
    this.output.draw({
      look,
      data,
      outputs: shown ? outputs : null,
      surface:
        shown && data.I === 2
          ? { size: Math.sqrt(model.points(which)[1]), values: outputs(which) }
          : null,
      curve: shown && data.I === 1 ? { x: model.tileInputs, values: outputs("tile") } : null,
      missing: info.can_train ? info.own_outputs : INCOMPLETE,
      remark: settled ? "" : ` at iteration ${whole(at)}`,
    });
  }

  /**
   * Update the forms and the sentences.
   *
   * @param {Info} info
   * @param {import("./model.js").ModelRun | null} run
   * @param {boolean} pending whether edits are not answered yet
   */
  describe(info, run, pending) {
    this.panels.update(info, pending);
    this.bar.history(info.can_undo, info.can_redo);
    this.bar.complete(info.can_train);
    this.box.classList.toggle("incomplete", !info.can_train);
    // Announcing every iteration would hide everything else: only the outcome is read out.
    this.status.setAttribute("aria-live", run?.state === "running" ? "off" : "polite");
    patch(this.status, { text: headline(info, run) });
    patch(this.facts, { text: info.facts });
    patch(this.beside, { text: info.can_train ? info.beside : "" });
  }
}

/**
 * @param {Info} info
 * @param {import("./model.js").ModelRun | null} run
 */
function headline(info, run) {
  if (!info.can_train) return info.loose;
  const text = run?.state === "ended" ? run.sentence : info.headline;
  return `${text} ${info.loose}`.trim();
}
