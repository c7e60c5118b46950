// What Python sends to the map of families and sizes (app/topologies/component.py), and what it
// reads.

export interface MapPayload {
  caption: string;
  /** One for each column. */
  sizes: number[];
  rows: MapRow[];
  /** Place of the network that is shown in detail, as in the study. */
  chosen: number | null;
}

export interface MapRow {
  title: string;
  /** One for each size; null where the family has no such network. */
  cells: (MapCell | null)[];
}

export interface MapCell {
  /** Place of the network in the study; null before its first training. */
  place: number | null;
  /** Name and counts, for the pointer and for screen readers. */
  about: string;
  rate: string;
  weights: string;
  /** Colours, as CSS has them. */
  ground: string;
  ink: string;
  /** The network as SVG in Base64. */
  drawing: string;
}

export interface MapClick {
  /** Identifies the click. */
  number: string;
  place: number;
}
