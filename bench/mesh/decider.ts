/**
 * The strategy's side of the tick-to-order bench, in a process of its own: hears tops through the feed, and tells the
 * desk on the other node about every one that asks for an order. Then the same with bare NATS messages.
 */
import { machineClock } from "../../test/integration/database.ts";
import { systemPorts } from "../../brokers/system-ports.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import { meshSubjects } from "../../domain/contract/mesh-subjects.ts";
import type { BookTop } from "../../domain/market/events.ts";
import { LocalFeed } from "../../mixins/feed/local-feed.ts";
import { MeshFeed } from "../../mixins/feed/mesh-feed.ts";
import { deskMessages } from "./desk.ts";
import { joinMesh } from "./node.ts";
import { BARE_ORDER, BARE_TICK, ORDER_EVERY, SYMBOLS } from "./ticks.ts";

const { url } = JSON.parse(process.argv[2]!) as { url: string };
const onError = (subject: string, error: unknown): void => void process.stderr.write(`${subject}: ${String(error)}\n`);
const node = await joinMesh({ url, node: "decider", definitions: [], renewMs: 200, expiryMs: 1_000 });
const feed = new MeshFeed({
  local: new LocalFeed(onError),
  wire: node.wire,
  subjects: meshSubjects("bench"),
  clock: machineClock,
  defer: systemPorts.defer,
  session: `decider-${process.pid}`,
  areaOf: () => null,
  ownArea: "bench",
  onError,
});
const told = (): void => feed.membersChanged(node.directory.members().map((member) => member.node));
node.directory.onChange(told);
told();
for (const symbol of SYMBOLS) {
  feed.subscribe(subjects.top("sim", symbol), (message) => {
    const { updateId } = message as BookTop;
    if (updateId % ORDER_EVERY === 0) node.host.tell(deskMessages.order, "main", updateId);
  });
}
node.wire.listen(BARE_TICK, (bytes) => {
  const number = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (number % ORDER_EVERY === 0) node.wire.send(BARE_ORDER, bytes.slice());
});
await node.wire.flush();
process.send!("ready");
process.on("disconnect", () => process.exit(0));
