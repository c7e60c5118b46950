// What Python sends to the Draw page (app/draw/answer.py).

import type {
  Ack,
  Base64,
  Link,
  NetworkBlock,
  NoFields,
  Notice,
  SentGraph,
} from "../../shared/frontend/payloads.d.ts";

export interface DrawPayload {
  ack: Ack | null;
  rev: number;
  data_key: string;
  notice: Notice | null;
  info: Info;
  run: Run | null;
  /** Sent together, once. */
  catalogue?: Catalogue;
  rules?: RuleFamily[];
  /** A definition is a paragraph and, for some terms, a formula on a line of its own. */
  glossary?: Glossary;
  data?: DataBlock;
  /** Sent together when `rev` is new to the browser. */
  graph?: SentGraph;
  network?: NetworkBlock;
  start?: Base64;
  loose?: [id: string, why: string][];
}

/** The sentences, forms and switches around the stage. */
export interface Info {
  problem: string;
  title: string;
  about: string;
  parameters: NumberField[];
  rule_name: string;
  /** The topologies for which the rule is meant. */
  rule_about: string;
  /** Where the outputs are, for a rule that predicts in its own way; else empty. */
  own_outputs: string;
  /** Whether the rule has a damping mu. */
  damped: boolean;
  rule: NumberField[];
  /** Settings of the rule, and those that are folded away. */
  options: FormField[];
  more_options: FormField[];
  target_sse: number;
  can_train: boolean;
  can_undo: boolean;
  can_redo: boolean;
  /** Why the network cannot be trained yet, or what does not take part in it. */
  loose: string;
  headline: string;
  facts: string;
  /** The kernels are being compiled. */
  warming: boolean;
  /** The comparison with backpropagation, and whether it is being measured. */
  beside: string;
  measuring: boolean;
  /** For the row shown, while the section that changes the network is open; else null. */
  saliency: SaliencyBlock | null;
}

export type Glossary = [term: string, definition: string][];

export type FormField = NumberField | ChoiceField | CheckField;

export interface NumberField {
  name: string;
  label: string;
  /** null: the field is empty and shows `empty`. */
  value: number | null;
  empty?: string;
  low: number | null;
  high: number | null;
  step: number | null;
  hint?: string;
  term?: string;
}

export interface ChoiceField {
  name: string;
  label: string;
  value: string;
  hint: string;
  /** Word of the glossary, or nothing. */
  term: string;
  choices: [value: string, title: string][];
}

export interface CheckField {
  name: string;
  label: string;
  checked: boolean;
  hint: string;
  /** Word of the glossary, or nothing. */
  term: string;
}

/** A group of the menu of learning rules. */
export interface RuleFamily {
  title: string;
  rules: { name: string; title: string }[];
}

/** The training: what is new of its trace, one entry a row. */
export interface Run {
  id: string;
  state: "running" | "ended";
  /** Name of the stop reason; null while it runs. */
  stop: string | null;
  sentence: string;
  /** Number of rows of the whole trace. */
  total: number;
  /** Row that was best for the validation patterns. */
  best: number | null;
  play: boolean;
  /** Row that the session shows; it may come with a later answer. */
  shown: number;
  /** Increases when a click outside the stage chose that row. */
  jump: number;
  /** Increases when a click outside the stage lets the training go on. */
  resumed: number;
  /** For a rule that predicts in its own way. */
  own: OwnPredictions | null;
  /** What was born and died, for a network that grows, shrinks or rewires. */
  changes: Change[] | null;
  /** Row of the first entries. */
  first: number;
  iterations: number[];
  sse: (number | null)[];
  mu: (number | null)[];
  seconds: (number | null)[];
  validation: (number | null)[];
  /** Rows whose weights are sent. */
  kept: number[];
  weights: Base64;
}

/** A change of the network, and the row right after it. */
export interface Change {
  row: number;
  title: string;
  born: Link[];
  died: Link[];
}

/** How much each connection and neuron matters at the row shown, by one measure. */
export interface SaliencyBlock {
  /** What the numbers are: "SSE rises by", for example. */
  words: string;
  links: [source: string, target: string, value: number][];
  neurons: [name: string, value: number][];
}

/** Predictions at some rows of a training, from number `first` on. */
export interface OwnPredictions {
  first: number;
  /** Number of predictions so far. */
  total: number;
  iterations: number[];
  /** Output by output: places of the map or curve, training patterns, test patterns. */
  outputs: Base64;
}

export interface Catalogue {
  problems: Problem[];
  activations: { name: string; title: string }[];
}

export interface Problem {
  name: string;
  title: string;
  text: string;
  thumb: PointsThumb | CellsThumb;
}

export interface PointsThumb {
  kind: "points";
  radius: number;
  /** Place in the unit square, and value in [-1, 1]. */
  points: [x: number, y: number, value: number][];
}

export interface CellsThumb {
  kind: "cells";
  rows: number;
  columns: number;
  values: number[];
}

/** Patterns, node-major: input i of pattern p at i * P + p. */
export interface PatternsBlock {
  P: number;
  inputs: Base64;
  targets: Base64;
}

export interface DataBlock {
  key: string;
  kind: "classification" | "regression";
  /** Numbers of inputs and of outputs. */
  I: number;
  M: number;
  train: PatternsBlock;
  validation: PatternsBlock | null;
  test: PatternsBlock | null;
  /** Low and high of each input; null for more than two inputs. */
  domain: number[] | null;
  input_ranges: [low: number, high: number][];
  target_ranges: [low: number, high: number][];
  target_names: string[];
  class_names: string[];
  threshold: number;
}

/** What the browser sends back: the fields of each kind of message (app/draw/dispatch.py). */
export interface DrawMessages {
  hello: NoFields;
  poll: NoFields;
  train: NoFields;
  /** Train up to row `k`. */
  step: { k: number };
  stop: NoFields;
  reset: NoFields;
  /** Row that is shown. */
  scrub: { k: number };
  new_weights: NoFields;
  /** A weight, named by its neuron or by the ends of its link, starting from row `k`. */
  weight: { value: number; k: number } & ({ bias: string } | { source: string; target: string });
  graph: { graph: SentGraph };
  rename: { id: string; name: string };
  preset: { family: string; sizes: number[] };
  problem: { name: string };
  setting: { group: SettingGroup; name: string; value: number | string | boolean };
  rule: { name: string };
  undo: NoFields;
  redo: NoFields;
}

export type SettingGroup = "parameter" | "rule" | "option";

/** What the browser has already, so that it is not sent again. */
export interface DrawHave {
  catalogue: boolean;
  /** Key of the data. */
  data: string | null;
  /** Revision of the network. */
  rev: number | null;
  /** Training, and the number of its rows. */
  run: string | null;
  rows: number;
  /** Number of its predictions. */
  predictions: number;
}
