/**
 * Shapes describe what a message looks like, once: the static type is inferred from the shape, the runtime check of
 * everything that arrives is made by it, and a test holds its schema against the published `docs/asyncapi.yaml`.
 *
 * Unknown fields are dropped, because the protocol may grow fields at any time.
 */
export type Schema =
  | { readonly kind: "string" | "integer" | "number" | "boolean" | "timestamp" }
  | { readonly kind: "choice"; readonly values: readonly string[] }
  | { readonly kind: "list"; readonly item: Schema }
  | { readonly kind: "nullable"; readonly inner: Schema }
  | { readonly kind: "object"; readonly required: SchemaFields; readonly optional: SchemaFields };

export type SchemaFields = { readonly [name: string]: Schema };

export interface Shape<T> {
  readonly schema: Schema;
  read(value: unknown, at: string): T;
}

export type Infer<S> = S extends Shape<infer T> ? T : never;

/** What arrived is not what the protocol promises. */
export class ShapeError extends Error {
  readonly at: string;

  constructor(at: string, expected: string) {
    super(`${at}: expected ${expected}`);
    this.name = "ShapeError";
    this.at = at;
  }
}

export function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const string: Shape<string> = {
  schema: { kind: "string" },
  read(value, at) {
    if (typeof value !== "string") throw new ShapeError(at, "a string");
    return value;
  },
};

export const boolean: Shape<boolean> = {
  schema: { kind: "boolean" },
  read(value, at) {
    if (typeof value !== "boolean") throw new ShapeError(at, "true or false");
    return value;
  },
};

export const number: Shape<number> = {
  schema: { kind: "number" },
  read(value, at) {
    if (typeof value !== "number" || !Number.isFinite(value)) throw new ShapeError(at, "a number");
    return value;
  },
};

export const integer: Shape<number> = {
  schema: { kind: "integer" },
  read(value, at) {
    if (typeof value !== "number" || !Number.isSafeInteger(value)) throw new ShapeError(at, "a whole number");
    return value;
  },
};

/** RFC 3339, UTC; kept as text. */
export const timestamp: Shape<string> = {
  schema: { kind: "timestamp" },
  read(value, at) {
    if (typeof value !== "string" || Number.isNaN(Date.parse(value))) throw new ShapeError(at, "an RFC 3339 time");
    return value;
  },
};

/**
 * One of a closed list. A value that a later server may add is read as `otherwise`, so that a new reason for the end
 * of a call still ends the call.
 */
export function choice<V extends string>(values: readonly V[], otherwise: V): Shape<V> {
  return {
    schema: { kind: "choice", values },
    read(value, at) {
      if (typeof value !== "string") throw new ShapeError(at, "a string");
      return values.find((known) => known === value) ?? otherwise;
    },
  };
}

export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return {
    schema: { kind: "list", item: item.schema },
    read(value, at) {
      if (!Array.isArray(value)) throw new ShapeError(at, "a list");
      return value.map((entry: unknown, index) => item.read(entry, `${at}[${index}]`));
    },
  };
}

export function nullable<T>(inner: Shape<T>): Shape<T | null> {
  return {
    schema: { kind: "nullable", inner: inner.schema },
    read(value, at) {
      return value === null || value === undefined ? null : inner.read(value, at);
    },
  };
}

type Fields = { readonly [name: string]: Shape<unknown> };
type Simplify<T> = { [K in keyof T]: T[K] };
type ObjectOf<R extends Fields, O extends Fields> = Simplify<
  { readonly [K in keyof R]: Infer<R[K]> } & { readonly [K in keyof O]?: Infer<O[K]> }
>;

export type ObjectShape<R extends Fields, O extends Fields> = Shape<ObjectOf<R, O>> & {
  readonly required: R;
  readonly optional: O;
};

function schemas(fields: Fields): SchemaFields {
  return Object.fromEntries(Object.entries(fields).map(([name, shape]) => [name, shape.schema]));
}

export function object<R extends Fields>(required: R): ObjectShape<R, Record<never, never>>;
export function object<R extends Fields, O extends Fields>(required: R, optional: O): ObjectShape<R, O>;
export function object(required: Fields, optional: Fields = {}): ObjectShape<Fields, Fields> {
  return {
    schema: { kind: "object", required: schemas(required), optional: schemas(optional) },
    required,
    optional,
    read(value, at) {
      if (!isRecord(value)) throw new ShapeError(at, "an object");
      const result: { [name: string]: unknown } = {};
      for (const [name, shape] of Object.entries(required)) {
        result[name] = shape.read(value[name], `${at}.${name}`);
      }
      for (const [name, shape] of Object.entries(optional)) {
        const field = value[name];
        // Null where the field has a null of its own; otherwise it is as good as missing.
        if (field === undefined || (field === null && shape.schema.kind !== "nullable")) continue;
        result[name] = shape.read(field, `${at}.${name}`);
      }
      return result;
    },
  };
}
