// What Python sends to the parts of the Share page (app/share/component.py).

export type SharePayload = LinkPayload | PicturePayload;

export interface LinkPayload {
  kind: "link";
  /** The packed experiment; empty for the page without one. */
  link: string;
}

export interface PicturePayload {
  kind: "picture";
  svg: string;
  /** File name without its ending. */
  name: string;
}
