// How our components live in Streamlit's components v2.
//
// Streamlit (1.67) runs the clean-up of a call whenever newer data arrives while that call is still on
// its way, though the component stays where it is. A view that went by it would be built anew in the
// middle of a gesture: a panel closes, a keyboard loses its place. So a view goes only when its place
// has left the document, or what it was built on has been replaced.

import { MessageGate } from "./leaving.js";

const RECHECK_DELAY_MS = 1000; // until an uncertain clean-up is looked at again
const places = new WeakMap();

/** The entry of a component. make(root, send) => view with receive(data) and destroy(). */
export function component(make) {
  return ({ data, parentElement, setStateValue }) => {
    const place = placeOf(parentElement, make, setStateValue);
    if (data) place.view.receive(data);
    return () => leaveIfGone(parentElement, place, true);
  };
}

function placeOf(root, make, setStateValue) {
  let place = places.get(root);
  if (place && place.ground.parentNode !== root) {
    leave(root, place);
    place = null;
  }
  if (place) place.setStateValue = setStateValue;
  else {
    place = { setStateValue, ground: root.lastElementChild };
    places.set(root, place);
    const gate = new MessageGate(
      (state) => place.setStateValue("outbox", state),
      () => Boolean(place.view?.outbox?.pending),
    );
    place.gate = gate;
    place.view = make(root, (state) => gate.pass(state));
  }
  return place;
}

function leaveIfGone(root, place, again) {
  if (!(root.host ?? root).isConnected) leave(root, place);
  else if (again) setTimeout(() => leaveIfGone(root, place, false), RECHECK_DELAY_MS);
}

function leave(root, place) {
  if (places.get(root) !== place) return;
  places.delete(root);
  place.gate.close();
  place.view.destroy();
}
