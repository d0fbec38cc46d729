/** The messages that the client knows are those that docs/asyncapi.yaml publishes, field by field. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { clientNotifications, requests, serverNotifications } from "../src/signaling/messages";
import { isRecord } from "../src/signaling/shape";
import type { Schema, Shape } from "../src/signaling/shape";
import { parseYaml } from "./yaml";
import type { Yaml } from "./yaml";

const document = parseYaml(readFileSync("../docs/asyncapi.yaml", "utf8"));

function at(value: Yaml | undefined, ...path: readonly string[]): Yaml {
  let here: Yaml | undefined = value;
  for (const key of path) {
    if (!isRecord(here)) throw new Error(`nothing at ${path.join("/")}`);
    here = (here as { readonly [key: string]: Yaml })[key];
  }
  if (here === undefined) throw new Error(`nothing at ${path.join("/")}`);
  return here;
}

function resolve(schema: Yaml): { readonly [key: string]: Yaml } {
  if (!isRecord(schema)) throw new Error("a schema is an object");
  const map = schema as { readonly [key: string]: Yaml };
  const reference = map["$ref"];
  return typeof reference === "string" ? resolve(at(document, ...reference.slice(2).split("/"))) : map;
}

function strings(value: Yaml | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Brings a published schema into the form that shapes have. */
function published(schema: Yaml): Schema {
  const map = resolve(schema);
  const type = map["type"];
  if (Array.isArray(map["oneOf"])) {
    const rest = (map["oneOf"] as readonly Yaml[]).filter((one) => resolve(one)["type"] !== "null");
    return { kind: "nullable", inner: published(rest[0] ?? null) };
  }
  if (Array.isArray(type)) {
    const inner = type.filter((one) => one !== "null");
    assert.equal(inner.length, 1);
    return { kind: "nullable", inner: published({ ...map, type: inner[0] ?? null }) };
  }
  if (map["enum"] !== undefined) return { kind: "choice", values: strings(map["enum"]) };
  switch (type) {
    case "string":
      return { kind: map["format"] === "date-time" ? "timestamp" : "string" };
    case "integer":
    case "number":
    case "boolean":
      return { kind: type };
    case "array":
      return { kind: "list", item: published(map["items"] ?? null) };
    case "object": {
      const needed = strings(map["required"]);
      const properties = Object.entries((map["properties"] ?? {}) as { readonly [key: string]: Yaml });
      const of = (required: boolean) =>
        Object.fromEntries(
          properties.filter(([name]) => needed.includes(name) === required).map(([name, value]) => [name, published(value)]),
        );
      return { kind: "object", required: of(true), optional: of(false) };
    }
    default:
      throw new Error(`a schema of type ${String(type)}`);
  }
}

/** Order does not matter, and an optional field may be null as well as absent. */
function plain(schema: Schema): unknown {
  switch (schema.kind) {
    case "object": {
      const optional = Object.entries(schema.optional).map(([name, field]) => {
        return [name, plain(field.kind === "nullable" ? field.inner : field)] as const;
      });
      const required = Object.entries(schema.required).map(([name, field]) => [name, plain(field)] as const);
      return { object: { required: sorted(required), optional: sorted(optional) } };
    }
    case "list":
      return { list: plain(schema.item) };
    case "nullable":
      return { nullable: plain(schema.inner) };
    case "choice":
      return { choice: [...schema.values].sort() };
    default:
      return schema.kind;
  }
}

function sorted(entries: readonly (readonly [string, unknown])[]): unknown {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface Known {
  readonly name: string;
  readonly part: "params" | "result";
  readonly shape: Shape<unknown>;
}

const known: readonly Known[] = [
  ...Object.entries(requests).flatMap(([method, { params, result }]): Known[] => [
    { name: `client.${method}`, part: "params", shape: params },
    { name: `client.${method}.result`, part: "result", shape: result },
  ]),
  ...Object.entries(clientNotifications).map(([method, shape]): Known => {
    return { name: `client.${method}`, part: "params", shape };
  }),
  ...Object.entries(serverNotifications).map(([method, shape]): Known => {
    return { name: `server.${method}`, part: "params", shape };
  }),
];

describe("the published protocol", () => {
  test("has exactly the messages that the client knows", () => {
    const names = Object.keys(at(document, "components", "messages") as { readonly [key: string]: Yaml });
    assert.deepEqual(names.filter((name) => name !== "error").sort(), known.map(({ name }) => name).sort());
    const channel = Object.keys(at(document, "channels", "ws", "messages") as { readonly [key: string]: Yaml });
    assert.deepEqual(channel.sort(), names.sort());
  });

  for (const { name, part, shape } of known) {
    test(`agrees with the client on ${name}`, () => {
      const message = at(document, "components", "messages", name);
      const schema = at(message, "payload", "properties", part);
      assert.deepEqual(plain(published(schema)), plain(shape.schema));
      const examples = at(message, "examples");
      assert.ok(Array.isArray(examples) && examples.length > 0);
      for (const example of examples) {
        const payload = at(example, "payload", part);
        assert.deepEqual(shape.read(payload, name), payload);
      }
      if (part === "params") {
        const method = name.replace(/^(client|server)\./, "");
        assert.equal(at(message, "payload", "properties", "method", "const"), method);
      }
    });
  }

  test("names every message in the readable description too", () => {
    const text = readFileSync("../docs/protocol.md", "utf8");
    for (const { name } of known) {
      const method = name.replace(/^(client|server)\./, "").replace(/\.result$/, "");
      assert.ok(text.includes(`"method": "${method}"`), `${method} has no example`);
    }
  });
});
