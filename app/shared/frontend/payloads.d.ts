// What Python sends to more than one component. tests/app/test_payload_types.py holds the payloads
// that Python fills to these declarations.

/** The newest message that the server has acted on. */
export interface Ack {
  client: string;
  seq: number;
}

/** The link in the address bar, and own data that the browser keeps. */
export interface AddressPayload {
  /** What follows e= in the address; null: the address stays as it is. */
  link: string | null;
  /** Digest of the own data in use, if the browser is to keep them. */
  own: string | null;
  /** The data, packed, if the browser asked for them. */
  data: string | null;
  /** Digest of data that the server asks for. */
  want: string | null;
  /** Whether anything is to be kept; otherwise everything is forgotten. */
  keep: boolean;
  ack: Ack | null;
}

export interface AddressMessages {
  need: { digest: string };
  found: { digest: string; text: string };
  missing: { digest: string };
}

/** A sentence for the reader; a new id makes it appear anew. */
export interface Notice {
  id: number;
  text: string;
}

export type Role = "input" | "hidden" | "output";

export type Activation = "linear" | "unipolar" | "bipolar" | "elliot_unipolar" | "elliot_bipolar";

/** A node of the drawing; without a place until it is laid out. */
export interface SentNode {
  id: string;
  role: Role;
  activation: string;
  gain: number;
  leak: number;
  x: number | null;
  y: number | null;
}

/** Names of source and target. */
export type Link = [string, string];

export interface SentGraph {
  nodes: SentNode[];
  links: Link[];
}

export interface NeuronBlock {
  id: string;
  activation: Activation;
  gain: number;
  leak: number;
  /** Indices of nodes: inputs first, then neurons. */
  sources: number[];
}

/** The network in the order of its weights: neuron by neuron, bias first. */
export interface NetworkBlock {
  n_inputs: number;
  inputs: string[];
  /** Indices of neurons. */
  outputs: number[];
  neurons: NeuronBlock[];
  /** Every preset that the network is, each with its sizes. */
  families: [family: "slp" | "mlp" | "bmlp" | "fcc", sizes: number[]][];
}

/** Little-endian numbers in base64. */
export type Base64 = string;

/** A message without fields. */
export type NoFields = Record<never, never>;

/** Terms of a page, each with its definition: a paragraph and, for some, a formula on a new line. */
export interface WordsPayload {
  words: [term: string, definition: string][];
}
