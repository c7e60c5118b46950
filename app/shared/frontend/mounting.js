// @ts-check
// How our components live in Streamlit's components v2.
//
// Streamlit (1.67) runs the clean-up of a call whenever newer data arrives while that call is still
// on its way, though the component stays where it is. A view that went by it would be built anew in
// the middle of a gesture: a panel closes, a keyboard loses its place. So a view goes only when its
// place has left the document, or what it was built on has been replaced.

import { MessageGate } from "./leaving.js";
import "./silence.js";

/** @import { Send } from "./outbox.js" */

const RECHECK_DELAY_MS = 1000; // until an uncertain clean-up is looked at again

/**
 * What a component shows at one place; `receive` is called with the payload of each answer.
 *
 * @typedef {{receive(data: unknown): void, destroy(): void, outbox?: {pending: boolean}}} View
 */
/** @typedef {(name: string, value: unknown) => void} SetStateValue */
/** @typedef {ShadowRoot | HTMLElement} Root where Streamlit mounts a component */
/** @typedef {(root: HTMLElement, send: Send) => View} Make */
/** @typedef {{data: unknown, parentElement: Root, setStateValue: SetStateValue}} Call */

/**
 * @typedef {object} Place
 * @property {SetStateValue} setStateValue
 * @property {Element | null} ground what the view is built on
 * @property {MessageGate} gate
 * @property {View | null} view null while it is made
 */

/** @type {WeakMap<Root, Place>} */
const places = new WeakMap();

/**
 * The entry of a component, as Streamlit calls it: with the payload, and with what to clean up.
 *
 * @param {Make} make
 * @returns {(call: Call) => () => void}
 */
export function component(make) {
  return ({ data, parentElement, setStateValue }) => {
    const place = placeOf(parentElement, make, setStateValue);
    if (data) place.view?.receive(data);
    return () => leaveIfGone(parentElement, place, true);
  };
}

/**
 * @param {Root} root
 * @param {Make} make
 * @param {SetStateValue} setStateValue
 */
function placeOf(root, make, setStateValue) {
  const known = places.get(root);
  if (known && known.ground?.parentNode === root) {
    known.setStateValue = setStateValue;
    return known;
  }
  if (known) leave(root, known);
  const gate = new MessageGate(
    (state) => place.setStateValue("outbox", state),
    () => Boolean(place.view?.outbox?.pending),
  );
  const ground = root.lastElementChild;
  /** @type {Place} */
  const place = { setStateValue, ground, gate, view: null };
  places.set(root, place);
  // Last: a view sends its first message while it is made. Streamlit's root is used as an element.
  place.view = make(/** @type {HTMLElement} */ (root), (state) => gate.pass(state));
  return place;
}

/**
 * @param {Root} root
 * @param {Place} place
 * @param {boolean} again
 */
function leaveIfGone(root, place, again) {
  const host = "host" in root ? root.host : root;
  if (!host.isConnected) leave(root, place);
  else if (again) setTimeout(() => leaveIfGone(root, place, false), RECHECK_DELAY_MS);
}

/**
 * @param {Root} root
 * @param {Place} place
 */
function leave(root, place) {
  if (places.get(root) !== place) return;
  places.delete(root);
  place.gate.close();
  place.view?.destroy();
}
