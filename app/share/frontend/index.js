// @ts-check
// Entry of the component: a link to copy, or a drawing to take as PNG.

import { part } from "../../shared/frontend/dom.js";
import { component } from "../../shared/frontend/mounting.js";
import { linkRow } from "./link.js";
import { pictureButton } from "./picture.js";

/** @import { SharePayload } from "./payloads.d.ts" */

/** Makes a link or a picture: which one is known with the first data. */
class Part {
  /** @type {{receive(data: SharePayload): void, destroy(): void} | undefined} */
  made;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.place = part(root, "share");
  }

  /** @param {SharePayload} data */
  receive(data) {
    this.made ??= data.kind === "link" ? linkRow(this.place) : pictureButton(this.place);
    this.made.receive(data);
  }

  destroy() {
    this.made?.destroy();
  }
}

export default component((root) => new Part(root));
