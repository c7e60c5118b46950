// What Python sends to the canvas of the Data page (app/data/painting.py).

import type {
  Ack,
  Base64,
  NetworkBlock,
  NoFields,
  Notice,
} from "../../shared/frontend/payloads.d.ts";

export interface PaintingPayload {
  ack: Ack | null;
  rev: number;
  notice: Notice | null;
  /** Whether a curve is painted; else two classes. */
  curve: boolean;
  /** Left, right, bottom, top. */
  domain: [left: number, right: number, bottom: number, top: number];
  /** Largest number of points. */
  most: number;
  points_key: string;
  /** float64: x, y and class of each point; sent when `points_key` is new to the browser. */
  points?: Base64;
  can_undo: boolean;
  can_redo: boolean;
  /** Whether the points are the data in use. */
  in_use: boolean;
  title: string;
  can_take_over: boolean;
  class_names: [string, string];
  run: PaintingRun;
  network: PaintingNetwork | null;
}

export interface PaintingRun {
  state: "running" | "resting";
  sentence: string;
  iteration: number;
  sse: number | null;
  sse_text: string;
  blocked: string;
}

export interface PaintingNetwork extends NetworkBlock {
  weights: Base64;
  described: string;
  /** Whether the rule predicts in its own way, so that weights do not give the outputs. */
  own_outputs: boolean;
  /** Whether targets are 0 and 1. */
  unipolar: boolean;
}

/** What the browser sends back: the fields of each kind of message (app/data/painting.py). */
export interface PaintingMessages {
  hello: NoFields;
  poll: NoFields;
  train: NoFields;
  stop: NoFields;
  new_weights: NoFields;
  /** Whether a curve is painted; else two classes. */
  mode: { curve: boolean };
  take_over: NoFields;
  undo: NoFields;
  redo: NoFields;
  /** All points; messages of one stroke are one step of the history. */
  points: { points: [x: number, y: number, c: number][]; stroke: number };
}

/** What the browser has already, so that it is not sent again. */
export interface PaintingHave {
  /** Key of the points. */
  data: string;
}
