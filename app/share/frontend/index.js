// Entry of the component: a link to copy, or a drawing to take as PNG.

import { component } from "../../shared/frontend/mounting.js";
import { linkRow } from "./link.js";
import { pictureButton } from "./picture.js";

const makers = { link: linkRow, picture: pictureButton };

/** What is to be made is known with the first data. */
class Part {
  constructor(root) {
    this.place = root.querySelector("[data-part=share]");
  }

  receive(data) {
    this.made ??= makers[data.kind](this.place);
    this.made.receive(data);
  }

  destroy() {
    this.made?.destroy();
  }
}

export default component((root) => new Part(root));
