// What Python sends to the Inside page (app/inside/view.py, payload.py).

import type {
  Ack,
  Base64,
  NetworkBlock,
  NoFields,
  Notice,
  SentGraph,
} from "../../shared/frontend/payloads.d.ts";

export type InsidePayload = BlockedPayload | DissectionPayload;

/** Nothing can be shown. */
export interface BlockedPayload {
  ack: Ack | null;
  notice: Notice | null;
  /** Why. */
  blocked: string;
  /** Whether to ask again soon. */
  poll: boolean;
}

/** One iteration of NBN at one pattern. */
export interface DissectionPayload {
  ack: Ack | null;
  notice: Notice | null;
  blocked: null;
  /** Row shown and last row. */
  k: number;
  last: number;
  /** Iteration of each row, where the trace keeps only a part of them; else they are equal. */
  iterations: number[] | null;
  trained: boolean;
  /** Pattern shown and their number. */
  p: number;
  patterns: number;
  held_back: number;
  notes: string[];
  graph: SentGraph;
  network: NetworkBlock;
  /** Whether all numbers of the network are shown. */
  small: boolean;
  /** Neuron that is followed. */
  neuron: number;
  sse: number | null;
  stop: string | null;
  weights: Base64;
  pattern: PatternBlock;
  sums: SumsBlock;
  gradient_norm: number | null;
  damping: DampingBlock;
  attempts_made: number;
  attempts: AttemptBlock[];
}

/** float64 arrays of one pattern. */
export interface PatternBlock {
  targets: Base64;
  errors: Base64;
  values: Base64;
  nets: Base64;
  slopes: Base64;
  /** Rows of the delta matrix that are sent. */
  delta_rows: number[];
  deltas: Base64;
  /** Number of outputs whose rows are sent. */
  outputs_sent: number;
  effects: Base64;
  backward: Base64;
  rows: Base64;
  backward_rows: Base64;
  /** Largest difference between `rows` and `backward_rows`. */
  difference: number | null;
  sse: number | null;
}

/** Q and g while the patterns are added. */
export interface SumsBlock {
  /** Weights whose part of Q is shown. */
  weights: number[];
  /** After how many patterns each frame stands. */
  after: number[];
  sse: (number | null)[];
  /** float64, a row a frame. */
  gradient: Base64;
  /** float32, upper triangle row by row, frame after frame. */
  quasi: Base64;
  /** float32: what this pattern adds to Q. */
  share: Base64;
  gradient_share: Base64;
  g: Base64;
  diagonal: Base64;
  corner: Corner;
}

/** One diagonal entry of Q in full precision. */
export interface Corner {
  weight: number;
  place: number;
  parts: (number | null)[];
  before: number | null;
  share: number | null;
  after: number | null;
}

export interface DampingBlock {
  mu: number;
  factor: number;
  least: number;
  most: number;
  max_attempts: number;
  control: "adaptive" | "best_step" | "line_search" | "published";
  matrix: "levenberg" | "max_diagonal" | "marquardt" | "data_scaled";
  /** float64: what is added to the diagonal. */
  added: Base64;
}

export interface AttemptBlock {
  number: number;
  mu: number;
  /** Share of the solved step that was tried. */
  part: number;
  solved: boolean;
  sse: number | null;
  accepted: boolean;
  mu_next: number;
  length?: number | null;
  /** float64. */
  step?: Base64;
  weights?: Base64;
}

/** What the browser sends back: the fields of each kind of message (app/inside/view.py). */
export interface InsideMessages {
  hello: NoFields;
  poll: NoFields;
  iteration: { k: number };
  pattern: { p: number };
  neuron: { id: string };
}
