// @ts-check
// Entry of the component: one map for each place it is mounted in.

import { component } from "../../shared/frontend/mounting.js";
import { MapView } from "./map.js";

export default component((root, send) => new MapView(root, send));
