/** Start of the page: looks, keys, routes, then the session; the floor opens once somebody is signed in. */
import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "../style/fonts.css";
import "../style/tokens.css";
import "../style/base.css";
import "../style/parts.css";
import "../style/table.css";
import "../style/dialog.css";
import "../style/frame.css";
import "../style/panels.css";
import "../style/views.css";
import "../style/narrow.css";
import { startSession } from "../state/session.ts";
import { startHoldKeys } from "../state/switch.ts";
import { App } from "./app.tsx";
import { startKeys } from "./keys.ts";
import { startRoutes } from "./route.ts";
import { startSettings } from "./settings.ts";

startSettings();
startRoutes();
startHoldKeys();
startKeys();
const root = document.getElementById("app");
if (root === null) throw new Error("index.html has no element #app");
render(<App />, root);
void startSession();
