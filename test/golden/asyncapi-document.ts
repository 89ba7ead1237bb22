/**
 * The AsyncAPI 3.0 description of what others may subscribe to, made from the table of channels: the schemas that
 * check events are the schemas published. Kept in docs/api/asyncapi.json; the golden test says when it is out of date.
 * Source: AsyncAPI Specification 3.0.0, https://www.asyncapi.com/docs/reference/specification/v3.0.0.
 */
import { z } from "zod";
import { type Channel, CHANNELS, MARKET_CHANNELS } from "../../domain/contract/events.ts";

type Json = Record<string, unknown>;

const DESCRIPTION = [
  "Events of a DSTA floor on NATS. Addresses follow the namespace and `.out.`: `dsta.out.trading.orders`.",
  "Recorded events (the first six channels) are JetStream messages, at least once and in order for each subject; " +
    "`Nats-Msg-Id` and `id` are the same for every repeat. " +
    "Streams: `<namespace>-events` (trading, fill, risk, system; 7 days) and " +
    "`<namespace>-audit` (audit; a year; sealed). Use durable pull consumers.",
  "Market data is plain NATS: the newest state at a bounded rate; nothing is repeated for those who missed it.",
  "Symbols as tokens: `/` is `-` and `:` is `_`: BTC/USDT is `BTC-USDT`, ETH/USDT:USDT is `ETH-USDT_USDT`.",
  "Decimals are texts, times UTC milliseconds. Within a schema number members are only added: ignore those you do not know. " +
    "A change of meaning gets a new number; both are described here while both are published.",
].join("\n\n");

export function asyncApiDocument(): Json {
  const channels = Object.entries<Channel>({ ...CHANNELS, prices: MARKET_CHANNELS[0]!, orderbooks: MARKET_CHANNELS[1]! });
  return {
    asyncapi: "3.0.0",
    info: { title: "DSTA events", version: "1", description: DESCRIPTION },
    defaultContentType: "application/json",
    channels: Object.fromEntries(
      channels.map(([name, channel]) => [
        name,
        { ...addressOf(channel.subject), summary: channel.summary, messages: { [name]: { $ref: `#/components/messages/${name}` } } },
      ]),
    ),
    operations: Object.fromEntries(
      channels.map(([name]) => [`publish-${name}`, { action: "send", channel: { $ref: `#/channels/${name}` } }]),
    ),
    components: {
      messages: Object.fromEntries(
        channels.map(([name, { schema, message }]) => {
          const { $schema: _, ...payload } = z.toJSONSchema(message, { io: "input", reused: "inline" });
          return [name, { name: `${name}.v${schema}`, payload }];
        }),
      ),
    },
  };
}

const TOKENS: Readonly<Record<string, readonly string[]>> = { "fill.*": ["symbol"] };

/** `*` becomes a named parameter. */
function addressOf(subject: string): Json {
  const names = [...(TOKENS[subject] ?? ["venue", "symbol"])];
  const used: string[] = [];
  const address = subject.replaceAll("*", () => {
    const name = names.shift()!;
    used.push(name);
    return `{${name}}`;
  });
  const parameters = Object.fromEntries(used.map((name) => [name, { description: name === "symbol" ? "As a token" : "Id of the venue" }]));
  return { address, ...(used.length === 0 ? {} : { parameters }) };
}
