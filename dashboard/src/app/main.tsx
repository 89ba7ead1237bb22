/** Start of the page: looks, keys, routes, then the session; the floor opens once somebody is signed in. */
import { render } from "preact";
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
