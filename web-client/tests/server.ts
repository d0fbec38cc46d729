/** A WebSocket server in miniature (RFC 6455): text frames, close frames, no fragments, no extensions. */
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { Duplex } from "node:http";

export type Json = { readonly [key: string]: unknown };

export interface Call {
  readonly id: number | undefined;
  readonly method: string;
  readonly params: Json;
}

export type Handler = (call: Call, connection: TestConnection) => void;

export class TestConnection {
  readonly calls: Call[] = [];
  readonly #socket: Duplex;
  isOpen = true;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  send(message: Json): void {
    if (this.isOpen) this.#socket.write(frame(1, new TextEncoder().encode(JSON.stringify({ jsonrpc: "2.0", ...message }))));
  }

  reply(call: Call, result: Json): void {
    this.send({ id: call.id, result });
  }

  refuse(call: Call, code: number, name: string, data: Json = {}): void {
    this.send({ id: call.id, error: { code, message: name, data: { code: name, ...data } } });
  }

  notify(method: string, params: Json): void {
    this.send({ method, params });
  }

  close(code: number, reason = ""): void {
    const text = new TextEncoder().encode(reason);
    const payload = new Uint8Array(2 + text.length);
    payload.set([code >> 8, code & 0xff]);
    payload.set(text, 2);
    this.#socket.write(frame(8, payload));
    this.isOpen = false;
    this.#socket.end();
  }

  /** The network goes away without a word. */
  cut(): void {
    this.isOpen = false;
    this.#socket.destroy();
  }
}

function frame(opcode: number, payload: Uint8Array): Uint8Array {
  const head = payload.length < 126
    ? [0x80 | opcode, payload.length]
    : payload.length < 65_536
      ? [0x80 | opcode, 126, payload.length >> 8, payload.length & 0xff]
      : [0x80 | opcode, 127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (payload.length >>> shift) & 0xff)];
  const bytes = new Uint8Array(head.length + payload.length);
  bytes.set(head);
  bytes.set(payload, head.length);
  return bytes;
}

/** Takes whole client frames off the front; what is left is the beginning of the next. */
function unframe(bytes: Uint8Array): { readonly frames: { opcode: number; payload: Uint8Array }[]; readonly rest: Uint8Array } {
  const frames: { opcode: number; payload: Uint8Array }[] = [];
  let rest = bytes;
  for (;;) {
    if (rest.length < 6) return { frames, rest };
    let length = (rest[1] ?? 0) & 0x7f;
    let at = 2;
    if (length === 126) {
      length = ((rest[2] ?? 0) << 8) | (rest[3] ?? 0);
      at = 4;
    } else if (length === 127) {
      length = [6, 7, 8, 9].reduce((value, index) => value * 256 + (rest[index] ?? 0), 0);
      at = 10;
    }
    if (rest.length < at + 4 + length) return { frames, rest };
    const mask = rest.slice(at, at + 4);
    const payload = rest.slice(at + 4, at + 4 + length).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
    frames.push({ opcode: (rest[0] ?? 0) & 0x0f, payload });
    rest = rest.slice(at + 4 + length);
  }
}

export class TestServer {
  readonly connections: TestConnection[] = [];
  readonly url: string;
  readonly #close: () => void;
  handler: Handler;

  private constructor(url: string, close: () => void, handler: Handler) {
    this.url = url;
    this.#close = close;
    this.handler = handler;
  }

  static start(handler: Handler): Promise<TestServer> {
    const http = createServer();
    return new Promise((resolve) => {
      http.listen(0, "127.0.0.1", () => {
        const url = `ws://127.0.0.1:${http.address().port}/ws`;
        const server = new TestServer(url, () => http.close(), handler);
        http.on("upgrade", ({ headers }, socket) => server.#accept(headers, socket));
        resolve(server);
      });
    });
  }

  get last(): TestConnection {
    const connection = this.connections[this.connections.length - 1];
    if (connection === undefined) throw new Error("nobody connected");
    return connection;
  }

  stop(): void {
    for (const connection of this.connections) connection.cut();
    this.#close();
  }

  #accept(headers: { [name: string]: string }, socket: Duplex): void {
    const key = headers["sec-websocket-key"] ?? "";
    const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    const protocol = headers["sec-websocket-protocol"];
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + `Sec-WebSocket-Accept: ${accept}\r\n`
        + (protocol === undefined ? "" : `Sec-WebSocket-Protocol: ${protocol}\r\n`)
        + "\r\n",
    );
    const connection = new TestConnection(socket);
    this.connections.push(connection);
    let buffer = new Uint8Array(0);
    socket.on("data", (chunk) => {
      const joined = new Uint8Array(buffer.length + chunk.length);
      joined.set(buffer);
      joined.set(chunk, buffer.length);
      const { frames, rest } = unframe(joined);
      buffer = new Uint8Array(rest);
      for (const { opcode, payload } of frames) {
        if (opcode === 8) {
          connection.isOpen = false;
          socket.end();
        } else if (opcode === 1) {
          const message = JSON.parse(new TextDecoder().decode(payload)) as Call;
          const call = { id: message.id, method: message.method, params: message.params };
          connection.calls.push(call);
          this.handler(call, connection);
        }
      }
    });
    socket.on("close", () => {
      connection.isOpen = false;
    });
    socket.on("error", () => {
      connection.isOpen = false;
    });
  }
}

export function welcome(change: Json = {}): Json {
  return {
    connectionId: "c",
    userId: "alice",
    role: "customer",
    resume: "r1",
    heartbeatSeconds: 20,
    serverTime: "2026-03-01T09:30:00Z",
    resumed: false,
    ...change,
  };
}

export const billing = {
  state: "free",
  mediaSeconds: 0,
  thresholdSeconds: 600,
  horizonSeconds: 600,
  charged: null,
  running: false,
};

export const bob = {
  userId: "bob",
  name: "Bob",
  role: "consultant",
  media: { mic: true, camera: true, screen: false },
  connected: true,
};

export function room(change: Json = {}): Json {
  return {
    room: "demo",
    mode: "relay",
    participants: [],
    iceServers: [],
    billing,
    slots: ["mic", "camera", "screen"],
    you: { userId: "alice", name: "Alice", role: "customer" },
    ...change,
  };
}

/** Waits until something is so, and fails when it does not come. */
export async function until(what: string, condition: () => boolean, patience = 3_000): Promise<void> {
  const deadline = Date.now() + patience;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
