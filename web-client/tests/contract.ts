/** Holds what the client sends to the API and reads from it against docs/openapi.yaml, field by field. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { isRecord } from "../src/signaling/shape";
import type { Schema, Shape } from "../src/signaling/shape";
import { parseYaml } from "./yaml";
import type { Yaml } from "./yaml";

type Map = { readonly [key: string]: Yaml };

const document = parseYaml(readFileSync("../docs/openapi.yaml", "utf8"));

function mapOf(value: Yaml | undefined, where: string): Map {
  if (!isRecord(value)) throw new Error(`nothing at ${where}`);
  return value as Map;
}

function resolve(value: Yaml | undefined, where: string): Map {
  const map = mapOf(value, where);
  const reference = map["$ref"];
  if (typeof reference !== "string") return map;
  return resolve(reference.slice(2).split("/").reduce<Yaml | undefined>(
    (here, key) => mapOf(here, reference)[key], document), reference);
}

interface Published {
  readonly types: readonly string[];
  readonly isNullable: boolean;
  readonly map: Map;
}

/** A schema without its references, and with null told apart from the rest. */
function publishedAt(value: Yaml | undefined, where: string): Published {
  const map = resolve(value, where);
  const choices = map["anyOf"] ?? map["oneOf"];
  if (Array.isArray(choices)) {
    const all = choices.map((one: Yaml) => publishedAt(one, where));
    const rest = all.filter(({ types }) => types.length > 0);
    assert.equal(rest.length, 1, `${where}: one kind besides null`);
    return { ...(rest[0] ?? { types: [], map }), isNullable: true };
  }
  const parts = map["allOf"];
  if (Array.isArray(parts)) {
    const all = parts.map((one: Yaml) => publishedAt(one, where));
    const [first] = all;
    return all.length === 1 && first !== undefined ? first : together(all, where);
  }
  const types = (Array.isArray(map["type"]) ? map["type"] : [map["type"]]).map(String);
  return { types: types.filter((one) => one !== "null"), isNullable: types.includes("null"), map };
}

/** An object that is described in several parts. */
function together(parts: readonly Published[], where: string): Published {
  for (const { types, isNullable } of parts) assert.deepEqual([types, isNullable], [["object"], false], where);
  const properties: Map = Object.assign({}, ...parts.map(({ map }) => mapOf(map["properties"], where)));
  return { types: ["object"], isNullable: false, map: { properties, required: parts.flatMap(({ map }) => names(map["required"])) } };
}

const names = (value: Yaml | undefined): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

/** Whether a value as published is one as the client knows it; the direction says who may leave fields out. */
function agree(published: Yaml | undefined, schema: Schema, where: string, direction: "sent" | "read"): void {
  const { types, isNullable, map } = publishedAt(published, where);
  if (schema.kind === "nullable") {
    agree({ ...map, type: types.length === 1 ? types[0] ?? null : types }, schema.inner, where, direction);
    return;
  }
  if (direction === "read") assert.ok(!isNullable, `${where} may be null`);
  const [type] = types;
  switch (schema.kind) {
    case "choice":
      assert.equal(type, "string", where);
      if (direction === "read") assert.deepEqual([...schema.values].sort(), [...names(map["enum"])].sort(), where);
      else for (const value of schema.values) assert.ok(names(map["enum"]).includes(value), `${where}: ${value}`);
      return;
    case "timestamp":
      assert.deepEqual([type, map["format"]], ["string", "date-time"], where);
      return;
    case "number":
      assert.ok(type === "number" || type === "integer", `${where} is ${String(type)}`);
      return;
    case "list":
      assert.equal(type, "array", where);
      agree(map["items"], schema.item, `${where}[]`, direction);
      return;
    case "object": {
      assert.equal(type, "object", where);
      const properties = mapOf(map["properties"], where);
      const needed = names(map["required"]);
      for (const [name, field] of Object.entries({ ...schema.required, ...schema.optional })) {
        assert.ok(name in properties, `${where}.${name} is not published`);
        const isOptional = name in schema.optional;
        const inner: Schema = isOptional ? { kind: "nullable", inner: field } : field;
        agree(properties[name], inner, `${where}.${name}`, direction);
        const mayBeMissing = isOptional || field.kind === "nullable";
        if (direction === "read" && !mayBeMissing) assert.ok(needed.includes(name), `${where}.${name} may be missing`);
      }
      if (direction === "sent") {
        for (const name of needed) assert.ok(name in schema.required, `${where}.${name} is needed`);
      }
      return;
    }
    default:
      assert.equal(type, schema.kind, where);
  }
}

export interface Exchange {
  readonly call: string;
  readonly sends?: Shape<unknown>;
  readonly status: string;
  readonly reads?: Shape<unknown>;
}

function operation(call: string): Map | null {
  const [method = "", path = ""] = call.split(" ");
  const item = mapOf(mapOf(document, "document")["paths"], "paths")[`/api/v1${path}`];
  const found = item === undefined ? undefined : mapOf(item, path)[method];
  return found === undefined ? null : mapOf(found, call);
}

/** Holds one exchange against what is published of it. */
export function check({ call, sends, status, reads }: Exchange): void {
  const published = mapOf(operation(call) ?? undefined, call);
  const content = (map: Map, where: string) =>
    mapOf(mapOf(mapOf(map["content"], where)["application/json"], where), where)["schema"];
  if (sends !== undefined) {
    agree(content(resolve(published["requestBody"], call), call), sends.schema, `${call} sends`, "sent");
  }
  const response = resolve(mapOf(published["responses"], call)[status], `${call} ${status}`);
  if (reads !== undefined) agree(content(response, call), reads.schema, `${call} answers`, "read");
}
