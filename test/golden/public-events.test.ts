/**
 * The promise to those who subscribe: events recorded by earlier versions still fit the schemas of today, today's
 * records still give them byte for byte, and the published description is current. A difference here is a change of a
 * public contract: add members, or raise the schema number and keep the old samples. To write the files anew after a
 * change that is meant: `UPDATE_GOLDEN=1 vitest run test/golden/public-events.test.ts`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Channel, CHANNELS, type PublicEvent, publicEventsOf } from "../../domain/contract/events.ts";
import { sampleRecords } from "../unit/outbox-samples.ts";
import { asyncApiDocument } from "./asyncapi-document.ts";

const SAMPLES = new URL("./public-events.v1.jsonl", import.meta.url);
const DOCUMENT = new URL("../../docs/api/asyncapi.json", import.meta.url);
const made = sampleRecords().flatMap(publicEventsOf);

if (process.env["UPDATE_GOLDEN"] === "1") {
  writeFileSync(SAMPLES, made.map((event) => `${JSON.stringify(event)}\n`).join(""));
  writeFileSync(DOCUMENT, `${JSON.stringify(asyncApiDocument(), null, 2)}\n`);
}

const samples = readFileSync(SAMPLES, "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as PublicEvent);

function channelOf(subject: string): Channel {
  const found = Object.values<Channel>(CHANNELS).find((channel) => channel.subject === subject.replace(/^fill\..+/, "fill.*"));
  if (!found) throw new Error(`no channel for ${subject}`);
  return found;
}

describe("recorded public events of schema 1", () => {
  it("cover every channel", () => {
    expect(new Set(samples.map(({ subject }) => channelOf(subject).subject))).toEqual(
      new Set(Object.values<Channel>(CHANNELS).map(({ subject }) => subject)),
    );
  });

  it.each(samples.map((sample) => [sample.id, sample] as const))("%s still parses, with nothing lost", (_id, sample) => {
    expect(channelOf(sample.subject).message.parse(sample)).toMatchObject({ ...sample });
  });

  it("are what the same records give today, members added since aside", () => {
    expect(made.map(({ id }) => id)).toEqual(samples.map(({ id }) => id));
    for (const [index, event] of made.entries()) expect(event).toMatchObject({ ...samples[index]! });
  });

  it("parse for an old reader when a newer writer adds members", () => {
    for (const sample of samples) {
      const newer = { ...sample, traceId: "t", data: { ...sample.data, invented: 1 } };
      expect(channelOf(sample.subject).message.safeParse(newer).success).toBe(true);
    }
  });
});

describe("docs/api/asyncapi.json", () => {
  it("is current", () => {
    expect(JSON.parse(readFileSync(DOCUMENT, "utf8"))).toEqual(asyncApiDocument());
  });
});
