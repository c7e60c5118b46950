// What Python sends to the Race page (app/race/session.py, payload.py, snapshots.py).

import type { Ack, Base64, NoFields, Notice } from "../../shared/frontend/payloads.d.ts";

export interface RacePayload {
  ack: Ack | null;
  notice: Notice | null;
  /** Number of the race; 0 before the first. */
  race: number;
  running: boolean;
  can_go_on: boolean;
  blocked: string;
  poll: boolean;
  headline: string;
  facts: string;
  /** Target SSE. */
  target: number;
  patterns: number;
  /** Whether scores count patterns in their class; else they are RMSE. */
  counts: boolean;
  /** Names what `scene` and `networks` show. */
  key: string;
  lanes: LaneBlock[];
  /** Sent when `key` is new to the browser. */
  scene?: SentScene;
  /** Networks of the lanes, in their order; sent with `scene`. */
  networks?: SentNetwork[];
}

export interface LaneBlock {
  number: number;
  title: string;
  rule: string;
  settings: string;
  /** Sizes, weights, neurons and depth; empty if the network cannot be made. */
  network: string;
  /** How the starting weights agree with those of the drawing; empty as drawn. */
  start: string;
  /** On light and on dark ground. */
  colours: [string, string];
  remark: string;
  state: string;
  sentence: string;
  reached?: number[] | null;
  spent?: number[] | null;
  /** float64 columns: iterations, seconds, work, evaluations, SSE. */
  curve?: Base64;
  /** Place of the first of `looks` among all pictures of the lane. */
  first?: number;
  looks?: SentLook[];
  newest: SentLook | null;
}

export interface SentLook {
  /** Iteration at which it was taken. */
  k: number;
  /** uint8 tones. */
  tones: Base64;
  score: number | null;
}

export type SentScene = PlotScene | NetworkScene;

export interface PlotScene {
  kind: "surface" | "curve";
  side: number;
  output: string;
  /** float64, in shares of the picture's side. */
  x: Base64;
  y: Base64;
  tones: number[];
}

export interface NetworkScene {
  kind: "network";
  side: number;
  output: string;
}

export interface SentNetwork {
  /** In shares of the picture's sides. */
  places: [x: number, y: number][];
  /** Source (-1 for the bias) and target of each weight. */
  links: [source: number, target: number][];
  /** uint8 tones of the starting weights. */
  tones: Base64;
}

/** What the browser sends back: the fields of each kind of message (app/race/session.py). */
export interface RaceMessages {
  hello: NoFields;
  poll: NoFields;
  start: NoFields;
  stop: NoFields;
  go_on: NoFields;
}

/** What the browser has already, so that it is not sent again. */
export interface RaceHave {
  /** Key of the scene. */
  key?: string;
  race?: number;
  /** Number of pictures by lane number. */
  looks: Record<string, number>;
}
