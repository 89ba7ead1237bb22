/** A node named "publisher" in a process of its own: says a numbered trade and top in every turn, from a number given. */
import { connectNats } from "../../brokers/nats/connect.ts";
import { NatsWire } from "../../brokers/nats/nats-wire.ts";
import { meshSubjects } from "../../domain/contract/mesh-subjects.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import { LocalFeed } from "../../mixins/feed/local-feed.ts";
import { MeshFeed } from "../../mixins/feed/mesh-feed.ts";
import { areaOfSubject, top, trade } from "../simulation/mesh/feed-nodes.ts";
import { machineClock } from "./database.ts";

const [url, from] = process.argv.slice(2);
const name = "publisher";
const connection = await connectNats({ servers: [url!], name });
const raise = (subject: string, error: unknown): never => {
  throw new Error(`${subject} failed`, { cause: error });
};
const feed = new MeshFeed({
  local: new LocalFeed(raise),
  wire: new NatsWire(name, connection, () => undefined),
  subjects: meshSubjects("test"),
  clock: machineClock,
  defer: (callback) => void setImmediate(callback),
  session: `${name} ${process.pid} ${process.hrtime.bigint()}`,
  areaOf: areaOfSubject,
  ownArea: "exchange",
  onError: raise,
  limits: { beatMs: 100 },
});
feed.membersChanged(["b", name]);
let number = Number(from);
const isWanted = (): boolean => feed.hasListeners(subjects.trade("sim", "BTC/USDT"));
setInterval(() => {
  if (!isWanted()) return;
  for (let times = 0; times < 20; times++) {
    feed.publish(subjects.trade("sim", "BTC/USDT"), trade(number));
    feed.publish(subjects.top("sim", "BTC/USDT"), top(number++));
  }
}, 2);
