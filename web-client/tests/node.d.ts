/** The little of Node that the tests use, so that they are checked without further packages. */
declare module "node:test" {
  interface TestContext {
    after(work: () => void | Promise<void>): void;
  }
  export function test(name: string, work: (context: TestContext) => void | Promise<void>): void;
  export function describe(name: string, work: () => void): void;
}

declare module "node:assert/strict" {
  const assert: {
    (value: unknown, message?: string): asserts value;
    equal(actual: unknown, expected: unknown, message?: string): void;
    notEqual(actual: unknown, expected: unknown, message?: string): void;
    deepEqual(actual: unknown, expected: unknown, message?: string): void;
    match(actual: string, expected: RegExp, message?: string): void;
    doesNotMatch(actual: string, expected: RegExp, message?: string): void;
    ok(value: unknown, message?: string): asserts value;
    throws(work: () => unknown, check?: (error: Error) => boolean): void;
    rejects(work: Promise<unknown>, check?: (error: Error) => boolean): Promise<void>;
  };
  export default assert;
}

declare module "node:fs" {
  export function readFileSync(path: string, encoding: "utf8"): string;
}

declare module "node:crypto" {
  export function createHash(name: string): {
    update(text: string): { digest(encoding: "base64"): string };
  };
}

declare module "node:http" {
  export interface Duplex {
    write(data: Uint8Array | string): void;
    end(): void;
    destroy(): void;
    on(event: "data", handler: (chunk: Uint8Array) => void): void;
    on(event: "close" | "error", handler: () => void): void;
  }
  export interface Server {
    on(
      event: "upgrade",
      handler: (request: { headers: { [name: string]: string } }, socket: Duplex) => void,
    ): void;
    listen(port: number, host: string, ready: () => void): void;
    address(): { port: number };
    close(): void;
  }
  export function createServer(): Server;
}
