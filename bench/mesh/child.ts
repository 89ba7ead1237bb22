/** A node with echo actors in a process of its own, for benches: joins, says so, hands actors over on demand. */
import { Keeper } from "../../topology/keeper.ts";
import { systemClock } from "../../brokers/system-ports.ts";
import { echoActor } from "./echo.ts";
import { joinMesh } from "./node.ts";

/** A command by its parent. */
export type ChildCommand = { readonly do: "drain" } | { readonly do: "end" };

const { url, node, renewMs, expiryMs } = JSON.parse(process.argv[2]!) as { url: string; node: string; renewMs: number; expiryMs: number };
const { directory, host, link, close } = await joinMesh({ url, node, definitions: [echoActor], renewMs, expiryMs });
const keeper = new Keeper({
  directory,
  host,
  clock: systemClock,
  kinds: new Set(["echo"]),
  log: () => undefined,
  plan: () => Promise.resolve([]),
  wake: (kind, id) => link.wake(kind, id),
  settled: () => undefined,
});
await keeper.start();
process.on("message", (command: ChildCommand) => void obey(command));
process.send!("ready");

async function obey(command: ChildCommand): Promise<void> {
  if (command.do === "drain") {
    await directory.setDraining(true);
    await keeper.empty();
    process.send!("drained");
    return;
  }
  await keeper.close();
  await close();
  process.exit(0);
}
