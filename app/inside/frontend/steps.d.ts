// What one step of the Inside page shows.

export type Way = "forward" | "backward";

export interface Step {
  id: string;
  /** Groups the steps in the bar below the drawing. */
  stage: string;
  title: string;
  /** The rule, line by line. */
  formula: string[];
  /** The same with the numbers of this network. */
  numbers: string[];
  /** A sentence for a screen reader. */
  say: string;
  /** The part of the network concerned: nodes and weights by index. */
  lit: { nodes: Set<number>; links: Set<number> };
  /** The node that the step is about. */
  focus?: number;
  /** Number of neurons that have their value by now; null where all patterns are meant. */
  known: number | null;
  /** The second number at each node. */
  below: Below | null;
  /** What the lines show. */
  links: LinkValues;
  /** What is shown beside the drawing. */
  panel: PanelSpec;
}

/** A step before `story` fills in what most steps have in common. */
export type PartialStep = Omit<Step, "lit" | "known" | "below" | "links"> & {
  lit: { nodes: number[]; links?: number[] };
  known?: number | null;
  below?: Below | null;
  links?: LinkValues;
};

export interface Below {
  label: string;
  of(node: number): number | null;
}

/** Weights (before, or after an attempt), a row of the Jacobian, or the step of an attempt. */
export type LinkValues =
  | { kind: "weights"; after?: number; a?: number }
  | { kind: "row"; m: number; way: Way }
  | { kind: "step"; a: number };

export type PanelSpec = MatrixSpec | TableSpec;

/** Q and g after a frame of the sums, or what this pattern adds. */
export interface MatrixSpec {
  kind: "matrix";
  of: number | "share";
  title: string;
  /** Row whose diagonal cell is framed. */
  mark: number;
  /** Whether the whole diagonal is framed. */
  damped?: boolean;
}

export type TableSpec =
  | { kind: "nodes"; known: number; at: number }
  | { kind: "terms"; k: number }
  | { kind: "errors"; at: number }
  | { kind: "delta"; row: number }
  | { kind: "sweep"; m: number; down: number }
  | { kind: "row"; m: number; upto: number | null; way: Way; both?: boolean }
  | { kind: "step"; a: number; after?: boolean }
  | { kind: "attempts"; a: number };
