// @ts-check
// Entry of the component: one Race for each place it is mounted in.

import { component } from "../../shared/frontend/mounting.js";
import { Race } from "./race.js";

export default component((root, send) => new Race(root, send));
