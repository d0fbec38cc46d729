import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import type { TokenReading } from "../../api/roomToken";
import { CallEngine } from "../../call/engine";
import { LocalMedia } from "../../call/localMedia";
import { SessionRecords } from "../../call/sessionRecord";
import type { CallState, EndedReason } from "../../call/state";
import { expose } from "../../diagnostics";
import { useStore } from "../../ui/useStore";
import { JoinPage } from "./join/JoinPage";
import { CallPage } from "./CallPage";
import type { CallMoney } from "./CallPage";

export type RoomReading = Extract<TokenReading, { kind: "room" }>;

export interface VisitsProps {
  readonly websocket: string;
  readonly reading: RoomReading;
  /** Whether one goes in at once, with camera and microphone; otherwise there is a preview first. */
  readonly direct?: boolean;
  /** For calls that are paid for. */
  readonly money?: CallMoney;
  /** What is shown after the end. */
  readonly ended: (state: CallState, reason: EndedReason, onRejoin: () => void) => ReactNode;
  /** How one joins after a refusal, where the same token will not do. */
  readonly onJoinAgain?: () => void;
}

/** One visit after the other: each has an engine of its own. */
export function Visits({ websocket, reading, direct = false, money, ended, onJoinAgain }: VisitsProps) {
  const [round, setRound] = useState(0);
  const [engine, setEngine] = useState<CallEngine | null>(null);

  useEffect(() => {
    const visit = begin(websocket, reading, direct);
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
  }, [websocket, reading, direct, round]);

  if (engine === null) return null;
  return (
    <Visit
      engine={engine}
      reading={reading}
      money={money}
      ended={ended}
      onRejoin={() => setRound((count) => count + 1)}
      onJoinAgain={onJoinAgain}
    />
  );
}

interface VisitProps extends Pick<VisitsProps, "reading" | "money" | "ended" | "onJoinAgain"> {
  readonly engine: CallEngine;
  readonly onRejoin: () => void;
}

function Visit({ engine, reading, money, ended, onRejoin, onJoinAgain }: VisitProps) {
  const state = useStore(engine.store);
  switch (state.phase.name) {
    case "lobby":
    case "joining": {
      const isRefused = state.phase.name === "lobby" && state.phase.error !== null;
      const again = isRefused && onJoinAgain !== undefined ? { onJoin: onJoinAgain } : {};
      return <JoinPage engine={engine} claims={reading.claims} {...again} />;
    }
    case "call":
      return <CallPage engine={engine} money={money} />;
    case "ended":
      return <>{ended(state, state.phase.reason, onRejoin)}</>;
  }
}

function begin(websocket: string, { token, claims }: RoomReading, direct: boolean): CallEngine {
  const media = new LocalMedia();
  const records = SessionRecords.inBrowser();
  const engine = new CallEngine({ websocket, token, claims, media, records });
  const record = records.find(claims.room, claims.userId, Date.now());
  // A page that was reloaded in mid-call goes straight back into it.
  if (record !== null || direct) engine.join(record);
  if (engine.canSend) {
    void media.open(record === null ? { mic: "on", camera: true } : { mic: record.mic, camera: record.camera });
  }
  return engine;
}
