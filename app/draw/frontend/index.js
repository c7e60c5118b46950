// @ts-check
// Entry of the component: one Workbench for each place it is mounted in.

import { component } from "../../shared/frontend/mounting.js";
import { Workbench } from "./workbench.js";

export default component((root, send) => new Workbench(root, send));
