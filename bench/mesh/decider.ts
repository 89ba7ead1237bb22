/**
 * The strategy's side of the tick-to-order bench, in a process of its own: hears tops through the feed, and tells the
 * desk on the other node about every one that asks for an order. Then the same with bare NATS messages.
 */
import { subjects } from "../../domain/contract/subjects.ts";
import type { BookTop } from "../../domain/market/events.ts";
import { deskMessages } from "./desk.ts";
import { joinMesh } from "./node.ts";
import { BARE_ORDER, BARE_TICK, ORDER_EVERY, SYMBOLS } from "./ticks.ts";

const { url } = JSON.parse(process.argv[2]!) as { url: string };
const node = await joinMesh({ url, node: "decider", definitions: [], renewMs: 200, expiryMs: 1_000 });
const { feed } = node;
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
