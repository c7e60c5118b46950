// @ts-check
// Entry of the component: one Inside for each place it is mounted in.

import { component } from "../../shared/frontend/mounting.js";
import { Inside } from "./inside.js";

export default component((root, send) => new Inside(root, send));
