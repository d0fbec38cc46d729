/** `config.json`: where the client learns every address from. */
import { integer, nullable, object, string } from "../signaling/shape";
import type { Infer } from "../signaling/shape";

const shape = object(
  { websocket: string, version: string },
  {
    api: nullable(string),
    /** The media time in which a call costs nothing; null where calls are not charged. */
    freeSeconds: nullable(integer),
  },
);

export type ClientConfig = Infer<typeof shape>;

export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ConfigError";
  }
}

/** The address of the signaling server; `/ws` and `https://…` mean what they would on this page. */
export function websocketAddress(address: string, base: string): string {
  const url = new URL(address, base);
  if (url.protocol === "http:") url.protocol = "ws:";
  if (url.protocol === "https:") url.protocol = "wss:";
  return url.href;
}

export async function loadConfig(
  base: string = new URL("/", document.baseURI).href,
  load: (address: string) => Promise<Response> = (address) => fetch(address, { cache: "no-store" }),
): Promise<ClientConfig> {
  let response: Response;
  try {
    response = await load(new URL("config.json", base).href);
  } catch {
    throw new ConfigError("The server could not be reached.");
  }
  if (!response.ok) throw new ConfigError(`The server answered with status ${response.status}.`);
  try {
    const body: unknown = await response.json();
    const config = shape.read(body, "config.json");
    return { ...config, websocket: websocketAddress(config.websocket, base) };
  } catch {
    throw new ConfigError("The server's settings could not be read.");
  }
}
