import { describe, expect, it } from "vitest";
import { openApiDocument } from "../../actors/core/openapi.ts";
import { routes } from "../../domain/contract/routes.ts";

interface Operation {
  operationId: string;
  parameters: { name: string; in: string; required: boolean; schema: unknown }[];
  responses: Record<string, { $ref?: string; content?: Record<string, { schema: { $ref: string } }> }>;
  requestBody?: { content: Record<string, { schema: { properties: Record<string, unknown>; required?: string[] } }> };
  security?: unknown[];
}

const document = openApiDocument(routes, "1.2.3");
const paths = document["paths"] as Record<string, Record<string, Operation>>;
const text = JSON.stringify(document);

describe("the OpenAPI document", () => {
  it("has the fields that 3.1 asks for", () => {
    expect(document).toMatchObject({ openapi: "3.1.0", info: { title: "DSTA", version: "1.2.3" }, servers: [{ url: "/api/v1" }] });
    expect(JSON.parse(text)).toEqual(document);
  });

  it("has every route and no other", () => {
    const listed = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.slice(1)}`),
    );
    expect(listed.sort()).toEqual(routes.map((route) => `${route.method} ${route.path}`).sort());
  });

  it("names every operation once", () => {
    const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map((operation) => operation.operationId));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("resolves every reference", () => {
    for (const [, ref] of text.matchAll(/"\$ref":"([^"]+)"/g)) {
      const target = ref!
        .slice(2)
        .split("/")
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
      expect(target, ref).toBeTypeOf("object");
    }
  });

  it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    "%s declares its parameters, body, answer and refusals",
    (_name, route) => {
      const operation = paths[`/${route.path}`]![route.method.toLowerCase()]!;
      const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
      expect(operation.parameters.filter((parameter) => parameter.in === "path").map((parameter) => parameter.name)).toEqual(inPath);
      expect(operation.parameters.every((parameter) => parameter.in !== "path" || parameter.required)).toBe(true);
      const inBody = Object.keys(operation.requestBody?.content["application/json"]?.schema.properties ?? {});
      const declared = [
        ...operation.parameters.filter((parameter) => parameter.in !== "header").map((parameter) => parameter.name),
        ...inBody,
      ];
      expect(declared.sort()).toEqual(Object.keys(route.params.shape).sort());
      expect(operation.responses[route.status]?.content?.["application/json"]?.schema.$ref).toMatch(/^#\/components\/schemas\//);
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(["404", "422", "429", "503", "504"]));
      expect(operation.security).toEqual(route.permission === "open" ? [] : undefined);
    },
  );
});
