import { useEffect, useState } from "react";
import type { ClientConfig } from "./api/config";
import { readToken, tokenInFragment } from "./api/roomToken";
import type { TokenReading } from "./api/roomToken";
import { CallEngine } from "./call/engine";
import { LocalMedia } from "./call/localMedia";
import { SessionRecords } from "./call/sessionRecord";
import { expose } from "./diagnostics";
import { CallPage } from "./features/call/CallPage";
import { EndedPage } from "./features/call/EndedPage";
import { JoinPage } from "./features/join/JoinPage";
import { LinkPage } from "./features/join/LinkPage";
import { StartPage } from "./features/StartPage";
import { useConfig } from "./features/useConfig";
import { useStore } from "./ui/useStore";

type RoomReading = Extract<TokenReading, { kind: "room" }>;

export function App() {
  const [reading, setReading] = useState(() => readToken(tokenInFragment(window.location.hash)));
  const [config, retry] = useConfig();

  useEffect(() => {
    const onHash = () => setReading(readToken(tokenInFragment(window.location.hash)));
    window.addEventListener("hashchange", onHash);
    return () => window.removeEventListener("hashchange", onHash);
  }, []);

  if (reading.kind !== "room") {
    return (
      <LinkPage
        key={reading.kind}
        trouble={reading.kind}
        onToken={(token) => {
          window.location.hash = `token=${token}`;
        }}
      />
    );
  }
  if (config === null || config instanceof Error) {
    return <StartPage error={config} onRetry={retry} />;
  }
  return <Visits key={reading.token} config={config} reading={reading} />;
}

/** One visit after the other: each has an engine of its own. */
function Visits({ config, reading }: { readonly config: ClientConfig; readonly reading: RoomReading }) {
  const [round, setRound] = useState(0);
  const [engine, setEngine] = useState<CallEngine | null>(null);

  useEffect(() => {
    const visit = begin(config, reading);
    const hide = expose(visit);
    const keep = () => visit.keepRecord();
    window.addEventListener("pagehide", keep);
    // The engine is the outside world here: it is made with the effect and goes with it.
    // oxlint-disable-next-line react/set-state-in-effect
    setEngine(visit);
    return () => {
      window.removeEventListener("pagehide", keep);
      visit.dispose();
      hide();
      setEngine(null);
    };
  }, [config, reading, round]);

  if (engine === null) return null;
  return <Visit engine={engine} reading={reading} onRejoin={() => setRound((count) => count + 1)} />;
}

interface VisitProps {
  readonly engine: CallEngine;
  readonly reading: RoomReading;
  readonly onRejoin: () => void;
}

function Visit({ engine, reading, onRejoin }: VisitProps) {
  const state = useStore(engine.store);
  switch (state.phase.name) {
    case "lobby":
    case "joining":
      return <JoinPage engine={engine} claims={reading.claims} />;
    case "call":
      return <CallPage engine={engine} />;
    case "ended":
      return <EndedPage state={state} reason={state.phase.reason} onRejoin={onRejoin} />;
  }
}

function begin(config: ClientConfig, { token, claims }: RoomReading): CallEngine {
  const media = new LocalMedia();
  const records = SessionRecords.inBrowser();
  const engine = new CallEngine({ websocket: config.websocket, token, claims, media, records });
  const record = records.find(claims.room, claims.userId, Date.now());
  // A page that was reloaded in mid-call goes straight back into it.
  if (record !== null) engine.join(record);
  if (engine.canSend) {
    void media.open(record === null ? { mic: "on", camera: true } : { mic: record.mic, camera: record.camera });
  }
  return engine;
}
