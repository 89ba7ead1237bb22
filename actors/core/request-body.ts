/**
 * Reads a request's JSON body: at most 64 KB, an object, `application/json`. A request without a body has none.
 * Refuses the rest before anything is parsed: UNSUPPORTED_MEDIA_TYPE (415), BODY_TOO_LARGE (413), BAD_JSON (400).
 */
import type { IncomingMessage } from "node:http";
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";

export const MAX_BODY_BYTES = 64 * 1_024;

export async function readJsonBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const { headers } = request;
  const announced = Number(headers["content-length"] ?? 0);
  if (announced === 0 && headers["transfer-encoding"] === undefined) return {};
  const type = (headers["content-type"] ?? "").split(";", 1)[0]!.trim().toLowerCase();
  if (type !== "application/json") {
    throw new DstaError("UNSUPPORTED_MEDIA_TYPE", `content-type: expected application/json, got ${JSON.stringify(type.slice(0, 80))}`, {
      code: 415,
      data: { field: "content-type", expected: "application/json", got: type.slice(0, 80) },
    });
  }
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") {
    throw new DstaError("UNSUPPORTED_MEDIA_TYPE", "content-encoding: expected an uncompressed body", {
      code: 415,
      data: { field: "content-encoding", expected: "identity", got: encoding.slice(0, 80) },
    });
  }
  if (announced > MAX_BODY_BYTES) throw tooLarge();
  return parseObject(await collect(request));
}

async function collect(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // The stream is left open on refusal: node discards the rest, and the caller still gets the answer.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof DstaError) throw error;
    throw new DstaError("BODY_INCOMPLETE", "the connection ended before the body did", { code: 400, cause: error });
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseObject(text: string): Record<string, unknown> {
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DstaError("BAD_JSON", `body: expected JSON: ${messageOf(cause).slice(0, 120)}`, {
      code: 400,
      data: { field: "body", expected: "JSON" },
      cause,
    });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new DstaError("BAD_JSON", "body: expected a JSON object", { code: 400, data: { field: "body", expected: "a JSON object" } });
  }
  return value as Record<string, unknown>;
}

function tooLarge(): DstaError {
  return new DstaError("BODY_TOO_LARGE", `body: expected at most ${MAX_BODY_BYTES} bytes`, {
    code: 413,
    data: { field: "body", expected: `at most ${MAX_BODY_BYTES} bytes` },
  });
}
