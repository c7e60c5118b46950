// @ts-check
// Entry of the component: one Painter for each place it is mounted in.

import { component } from "../../shared/frontend/mounting.js";
import { Painter } from "./painter.js";

export default component((root, send) => new Painter(root, send));
