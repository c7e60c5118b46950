// What Python sends to the Structure section (app/hessian/structure.py, matrix_payload.py).

import type { Base64, Link, Role } from "../../shared/frontend/payloads.d.ts";

export interface MatrixPayload {
  /** Names of the two neurons whose block is shown; null for the whole matrix. */
  block: [string, string] | null;
  cells: CellsBlock;
  network: CoupledNetwork;
}

export interface CellsBlock {
  what: string;
  height: number;
  width: number;
  /** Whether only the upper triangle is sent. */
  symmetric: boolean;
  /** Cells of Q in a row or column of a shown cell. */
  stride: number;
  /** uint8: 0 to 254, 127 is zero; 255 is a structural zero. */
  tones: Base64;
  /** float32; null during a replay. */
  values: Base64 | null;
  rows: string[];
  /** Null where they are the rows. */
  columns: string[] | null;
  row_weights: number[];
  column_weights: number[];
  row_frames: Frame[];
  column_frames: Frame[];
  scale: [place: number, text: string][];
}

/** Name of a group and its size in shown cells. */
export type Frame = [name: string, size: number];

export interface CoupledNetwork {
  nodes: { id: string; role: Role; x: number | null; y: number | null }[];
  links: Link[];
  /** Source and target of each weight; "" is the constant input. */
  ends: Link[];
  weights: number[];
}

/** What the browser sends back: a click on the matrix (app/hessian/component.py). */
export interface MatrixClick {
  /** Identifies the click. */
  number: string;
  /** Names of the two neurons whose block is to be shown; null for the whole matrix. */
  block: [string, string] | null;
}
