// @ts-check
// Entry of the component: one view for each place it is mounted in.

import { component } from "../../shared/frontend/mounting.js";
import { QuasiView } from "./view.js";

export default component((root, send) => new QuasiView(root, send));
