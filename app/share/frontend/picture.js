// @ts-check
// A drawing as PNG: the SVG is drawn on a canvas at twice its size, and saved from there.

import { contextOf, el } from "../../shared/frontend/dom.js";

/** @import { PicturePayload, SharePayload } from "./payloads.d.ts" */

const SCALE = 2;
const MAX_SIDE_PX = 8192; // the largest canvas that every browser supports

/**
 * Build the button in `place`; `receive` says which drawing.
 *
 * @param {HTMLElement} place
 */
export function pictureButton(place) {
  /** @type {PicturePayload | null} */
  let drawing = null;
  const button = el("button", { type: "button", text: "PNG" });
  button.addEventListener("click", () => drawing && save(drawing));
  place.append(button);
  return {
    /** @param {SharePayload} data */
    receive(data) {
      drawing = "svg" in data ? data : null;
    },
    destroy() {
      drawing = null;
    },
  };
}

/** @param {PicturePayload} picturePayload */
async function save({ svg, name }) {
  const source = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = source;
    await image.decode();
    const scale = Math.min(SCALE, MAX_SIDE_PX / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.naturalWidth * scale);
    canvas.height = Math.round(image.naturalHeight * scale);
    contextOf(canvas).drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    download(blob, `${name}.png`);
  } finally {
    URL.revokeObjectURL(source);
  }
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
function download(blob, name) {
  const address = URL.createObjectURL(blob);
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
