// The Draw page in one piece: what the server sends goes in, what hands do goes out.

import { Convergence } from "./convergence.js";
import { patch } from "../../shared/frontend/dom.js";
import { Inspector } from "./inspector.js";
import { Model } from "./model.js";
import { leavesOut, Outbox } from "../../shared/frontend/outbox.js";
import { OutputView } from "./output.js";
import { isDark, makePalette } from "../../shared/frontend/palette.js";
import { Panels } from "./panels.js";
import { AT_ONCE, Player } from "./replay.js";
import { Stage } from "./stage.js";
import { StageBar } from "./stagebar.js";
import { NetworkTable } from "./table.js";
import { Toolbar } from "./toolbar.js";

const POLL = 90; // milliseconds at least between an answer and asking for more frames of a running training
const PATIENCE = 1.5; // a busy server is asked less often: as a multiple of the time its last answer took

export class Workbench {
  constructor(root, send) {
    this.root = root;
    this.outbox = new Outbox(send);
    this.model = new Model();
    this.player = new Player();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) this.player.speed = AT_ONCE;
    this.rev = null;
    this.build(root);
    this.outbox.post("hello");
    this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  build(root) {
    const part = (name) => root.querySelector(`[data-part="${name}"]`);
    const post = (kind) => () => this.outbox.post(kind);
    this.toolbar = new Toolbar(part("toolbar"), {
      train: () => this.train(),
      step: () => this.step(),
      stop: post("stop"),
      reset: () => this.reset(),
      renew: post("new_weights"),
      seek: (k) => this.seek(k),
      toggle: () => this.toggle(),
      speed: (i) => ((this.player.speed = i), this.redraw()),
    });
    this.panels = new Panels(part("side"), {
      problem: (name) => this.outbox.post("problem", { name }),
      setting: (group, name, value) => this.outbox.post("setting", { group, name, value }),
      nbn: post("nbn"),
      refuse: (text) => this.refuse(text),
    });
    this.stage = new Stage(part("stage"), {
      edit: (graph) => this.outbox.replace("graph", { graph }),
      openNode: (id) => this.inspector.openNode(id),
      openLink: (link) => this.inspector.openLink(link),
      close: () => this.inspector.close(),
      say: (text) => this.say(text),
      refuse: (text) => this.refuse(text),
      undo: post("undo"),
      redo: post("redo"),
      activationTitle: (name) => this.activationTitle(name),
    });
    this.bar = new StageBar(part("stagebar"), this.stage, {
      preset: (family, sizes) => this.outbox.post("preset", { family, sizes }),
      undo: post("undo"),
      redo: post("redo"),
    });
    this.inspector = new Inspector(this.stage.box, {
      stage: this.stage,
      activations: [],
      setWeight: (what, value) => this.outbox.post("weight", { ...what, value, k: this.player.k }),
      rename: (id, name) => this.outbox.post("rename", { id, name }),
    });
    this.output = new OutputView(part("output"), () => this.redraw());
    this.convergence = new Convergence(part("convergence"), (k) => this.seek(k));
    this.table = new NetworkTable(part("table"), {
      inspector: this.inspector,
      openNode: (id) => this.stage.focusNode(id) ?? this.inspector.openNode(id),
      openLink: (link) => this.inspector.openLink(link),
      activationTitle: (name) => this.activationTitle(name),
    });
    this.status = part("status");
    this.facts = part("facts");
    this.beside = part("beside");
    this.live = part("live");
    this.notice = part("notice");
    this.resizer = new ResizeObserver(() => this.redraw());
    this.resizer.observe(root.querySelector(".workbench"));
  }

  destroy() {
    this.outbox.close();
    cancelAnimationFrame(this.frame);
    for (const timer of [this.poller, this.scrubber, this.noticeTimer]) clearTimeout(timer);
    this.resizer.disconnect();
    this.stage.destroy();
    // Streamlit may mount again into the same place: leave it as the HTML has it.
    for (const part of this.root.querySelectorAll("[data-part]")) part.replaceChildren();
  }

  activationTitle(name) {
    return this.inspector.host.activations.find((entry) => entry.name === name)?.title ?? name;
  }

  // From the server.

  receive(data) {
    this.outbox.acknowledge(data.ack);
    if (data.catalogue) this.setCatalogue(data.catalogue);
    // Data and network change together, or not yet: patterns of one mean nothing to the other.
    const lacking = leavesOut(data.data, data.data_key, this.dataKey);
    const settled = !this.outbox.pending && !lacking;
    if (data.data && settled) this.setData(data.data);
    if (data.network && settled && data.rev !== this.rev) {
      if (this.noticeId === (data.notice?.id ?? this.noticeId)) this.notice.hidden = true;
      this.setNetwork(data);
    }
    this.info = data.info;
    if (data.rev === this.rev) this.addRun(data.run);
    if (data.notice && data.notice.id !== this.noticeId) {
      this.noticeId = data.notice.id;
      this.refuse(data.notice.text);
    }
    this.updateHave();
    this.describe();
    this.redraw();
    if (lacking && !this.outbox.pending) this.poll();
    else this.pollIfNeeded(data.run);
  }

  setCatalogue({ problems, activations }) {
    this.panels.setCatalogue(problems);
    this.inspector.host.activations = activations;
    this.catalogue = true;
  }

  setData(data) {
    this.model.setData(data);
    this.output.setData(data);
    this.dataKey = data.key;
  }

  setNetwork(data) {
    this.rev = data.rev;
    this.model.setNetwork(data.network, data.start);
    this.loose = new Map(data.loose);
    this.stage.setGraph(data.graph);
    this.bar.update(data.network);
  }

  addRun(run) {
    const before = this.model.run?.id;
    this.model.addRun(run);
    const coming = run && this.model.run && this.model.run.count < run.total;
    this.player.setLast(this.model.last, this.training || Boolean(coming), this.model.end);
    if (run && run.id !== before) {
      this.player.position = Math.min(run.shown ?? 0, this.model.last);
      this.player.playing = run.play;
    }
    if (run && this.stepping && this.model.last >= this.stepping) {
      this.player.seek(this.stepping);
      this.stepping = null;
    }
  }

  updateHave() {
    const { run } = this.model;
    this.outbox.have = {
      catalogue: Boolean(this.catalogue),
      data: this.dataKey ?? null,
      rev: this.rev,
      run: run?.id ?? null,
      rows: run?.count ?? 0,
    };
  }

  pollIfNeeded(run) {
    clearTimeout(this.poller);
    const behind = run && (run.state === "running" || (this.model.run?.count ?? 0) < run.total);
    const patient = this.info?.warming || this.info?.measuring;
    if (behind || this.rev === null || patient) {
      const took = this.asked ? performance.now() - this.asked : 0;
      const wait = patient && !behind ? 500 : Math.max(POLL, PATIENCE * took);
      this.poller = setTimeout(() => this.poll(), wait);
    }
    this.asked = null;
  }

  poll() {
    this.asked = performance.now();
    this.outbox.replace("poll");
  }

  /** Whether a training runs, or has been asked for and is not answered yet. */
  get training() {
    return this.model.run?.state === "running" || this.outbox.asked("train");
  }

  // From hands.

  train() {
    this.stepping = null;
    if (this.outbox.asked("train")) return;
    if (this.model.run?.state === "ended" && this.player.k < this.model.end)
      this.player.playing = true;
    else if (this.model.over) this.player.play();
    else {
      this.player.follow();
      this.outbox.post("train");
    }
    this.answerClick();
  }

  step() {
    const next = this.player.k + 1;
    if (next <= this.model.last) return this.seek(next);
    if (this.outbox.asked("step")) return;
    this.stepping = next;
    this.outbox.post("step", { k: next });
  }

  reset() {
    this.stepping = null;
    this.player.seek(0);
    this.outbox.post("reset");
  }

  seek(k) {
    this.player.seek(k);
    this.redraw();
    clearTimeout(this.scrubber);
    this.scrubber = setTimeout(() => this.outbox.replace("scrub", { k: this.player.k }), 250);
  }

  toggle() {
    if (this.player.playing) this.player.playing = false;
    else this.player.play();
    this.answerClick();
  }

  /** A click is seen at once, before the next frame. */
  answerClick() {
    if (this.known) this.paintToolbar(this.player.k);
    this.redraw();
  }

  refuse(text) {
    patch(this.notice, { text, hidden: false });
    this.say(text);
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => (this.notice.hidden = true), 9000);
  }

  say(text) {
    patch(this.live, { text });
  }

  // The screen.

  tick(now) {
    this.frame = requestAnimationFrame((next) => this.tick(next)); // first: one bad frame must not be the last
    const dt = Math.min(0.1, (now - (this.before ?? now)) / 1000);
    this.before = now;
    const wasPlaying = this.player.playing;
    if (this.player.tick(dt) || wasPlaying !== this.player.playing) {
      this.redraw();
      if (wasPlaying && !this.player.playing) this.outbox.replace("scrub", { k: this.player.k });
    }
    if (this.dirty && this.known) {
      this.dirty = false;
      this.paint();
    }
  }

  /** Whether there is something to show. */
  get known() {
    return Boolean(this.model.network && this.model.data);
  }

  redraw() {
    this.dirty = true;
  }

  theme() {
    const style = getComputedStyle(this.root.querySelector(".workbench"));
    const background = style.getPropertyValue("--st-background-color").trim() || "#fff";
    const dark = isDark(background);
    if (this.palette?.dark !== dark) {
      this.palette = makePalette(dark);
      this.root.querySelector(".workbench").classList.toggle("dark", dark);
    }
    return {
      palette: this.palette,
      ink: style.getPropertyValue("--ink").trim(),
      muted: style.getPropertyValue("--muted").trim(),
      faint: style.getPropertyValue("--faint").trim(),
      grid: style.getPropertyValue("--grid").trim(),
      accent: style.getPropertyValue("--accent").trim(),
      second: style.getPropertyValue("--second").trim(),
      halo: style.getPropertyValue("--halo").trim(),
      font: style.fontFamily,
    };
  }

  paint() {
    const { model, player } = this;
    const k = player.k;
    const look = this.theme();
    this.panels.paint(look.palette);
    this.stage.setScene({
      ...look,
      weights: model.weightsAt(k),
      index: model.index,
      biasIds: model.network.neurons.map((neuron) => neuron.id),
      loose: this.loose,
      moving: player.playing,
      tile: (id) => model.tile(k, id),
    });
    this.inspector.refresh();
    this.table.refresh();
    this.paintOutput(k, look);
    this.convergence.draw({
      ...look,
      k,
      last: model.last,
      at: model.iteration(k),
      end: model.iteration(model.last),
      sse: model.run?.sse ?? [],
      mu: model.run?.mu ?? [],
      validation: model.run?.validation ?? [],
      best: model.run?.best ?? null,
      bestAt: model.iteration(model.end),
      target: this.info.target_sse,
    });
    this.paintToolbar(k);
  }

  paintToolbar(k) {
    const { model, player } = this;
    const running = this.training;
    const state = running ? "training" : player.playing ? "replaying" : "resting";
    Object.assign(this.root.querySelector(".workbench").dataset, { state, k, last: model.last });
    this.toolbar.update({
      k,
      last: model.last,
      at: model.iteration(k),
      end: model.iteration(model.last),
      playing: player.playing,
      speed: player.speed,
      running,
      canTrain: this.info.can_train,
      canStep: this.info.can_train && !(model.run?.stop && k >= model.last),
      sse: model.run?.count ? model.sseAt(k) : model.startSse(),
    });
  }

  paintOutput(k, look) {
    const { model, player } = this;
    const { data } = model;
    const which = player.playing ? "tile" : "fine";
    this.output.draw({
      ...look,
      data,
      outputs: (m) => model.output(k, "train", m),
      testOutputs: (m) => model.output(k, "test", m),
      grid:
        data.I === 2
          ? { size: Math.sqrt(model.points(which)[1]), values: (m) => model.output(k, which, m) }
          : null,
      curve:
        data.I === 1 ? { x: model.tileInputs, values: (m) => model.output(k, "tile", m) } : null,
    });
  }

  describe() {
    const { info } = this;
    this.panels.update(info, this.outbox.pending);
    this.bar.history(info.can_undo, info.can_redo);
    // Counting iterations aloud would drown everything else: a screen reader hears how it ended.
    this.status.setAttribute("aria-live", this.model.run?.state === "running" ? "off" : "polite");
    patch(this.status, { text: this.headline() });
    patch(this.facts, { text: info.facts });
    patch(this.beside, { text: info.beside });
  }

  headline() {
    const { run } = this.model;
    if (!this.info.can_train) return this.info.loose;
    const text = run?.state === "ended" ? run.sentence : this.info.headline;
    return `${text} ${this.info.loose}`.trim();
  }
}
