import { useState } from "react";
import { hasExpired } from "../../../api/roomToken";
import type { RoomClaims } from "../../../api/roomToken";
import type { CallEngine } from "../../../call/engine";
import { Banner } from "../../../ui/Banner";
import { Brand } from "../../../ui/Brand";
import { Button } from "../../../ui/Button";
import { useHeading } from "../../../ui/useHeading";
import { useStore } from "../../../ui/useStore";
import { DevicePickers } from "../DevicePickers";
import { SpeakerTest } from "../SpeakerTest";
import { MediaProblems } from "../MediaProblems";
import { joinErrorWords } from "../words";
import { Preview } from "./Preview";

export interface JoinPageProps {
  readonly engine: CallEngine;
  readonly claims: RoomClaims;
  /** How one joins, where it is not with the token at hand. */
  readonly onJoin?: () => void;
}

export function JoinPage({ engine, claims, onJoin = () => engine.join() }: JoinPageProps) {
  const { phase, signaling } = useStore(engine.store);
  const media = useStore(engine.media.store);
  const heading = useHeading();
  const joining = phase.name === "joining";
  const error = phase.name === "lobby" ? phase.error : null;
  const advice = error === null ? null : joinErrorWords(error);
  const [openedAt] = useState(Date.now);
  const expired = advice === null && hasExpired(claims, openedAt);
  const watching = claims.role === "observer";

  return (
    <div className="page">
      <header className="page__head">
        <Brand />
      </header>
      <main className="join">
        <section className="join__preview" aria-label="Camera preview">
          {watching
            ? <p className="join__observer">You join as an observer: you see the call's state and its chat.</p>
            : <Preview media={engine.media} state={media} name={claims.name} />}
        </section>
        <section className="join__side" aria-labelledby="join-title">
          <div>
            <h1 id="join-title" ref={heading} tabIndex={-1}>
              Ready to join?
            </h1>
            <p className="join__lead">Check how you look and sound, then go in.</p>
          </div>
          <RoomFacts claims={claims} />
          {advice !== null ? (
            <Banner tone="error" title={advice.title} testId="error">
              <p>{advice.whatToDo}</p>
            </Banner>
          ) : null}
          {expired ? (
            <Banner tone="error" title="This link has expired" testId="error">
              <p>Ask for a new one. If the clock of this device is wrong, you can still try.</p>
            </Banner>
          ) : null}
          {watching ? null : <MediaProblems media={engine.media} state={media} />}
          {watching ? null : <DevicePickers media={engine.media} state={media} />}
          {watching ? null : <SpeakerTest speaker={media.chosen.speaker} />}
          <div className="join__actions">
            <Button look="primary" wide data-testid="join-button" disabled={joining} onClick={onJoin}>
              {joining ? <span className="spinner" /> : null}
              {joinLabel(joining, watching, media.mic.track !== null, media.camera.track !== null)}
            </Button>
            {joining ? (
              <>
                <p className="join__progress" role="status" data-testid="connection-state" data-state="connecting">
                  {signaling.name === "waiting"
                    ? waitingWords(signaling.cause)
                    : "Connecting to the server…"}
                </p>
                <Button look="plain" onClick={() => engine.cancel()}>Cancel</Button>
              </>
            ) : null}
          </div>
        </section>
      </main>
    </div>
  );
}

function joinLabel(joining: boolean, watching: boolean, mic: boolean, camera: boolean): string {
  if (joining) return "Joining…";
  if (watching) return "Join as observer";
  if (mic && camera) return "Join now";
  if (mic) return "Join without camera";
  return camera ? "Join without microphone" : "Join to watch and listen";
}

function waitingWords(cause: "lost" | "full" | "refused" | "offline"): string {
  switch (cause) {
    case "full":
      return "The server is full at the moment. Trying again by itself…";
    case "offline":
      return "You are offline. Joining as soon as the network is back…";
    case "lost":
    case "refused":
      return "The server does not answer. Trying again by itself…";
  }
}

const roles = { customer: "Customer", consultant: "Consultant", observer: "Observer" } as const;

function RoomFacts({ claims }: { readonly claims: RoomClaims }) {
  return (
    <dl className="facts">
      <div>
        <dt>You are</dt>
        <dd>
          {claims.name} <span className="facts__note">{roles[claims.role]}</span>
        </dd>
      </div>
      <div>
        <dt>Room</dt>
        <dd className="facts__room">{claims.room}</dd>
      </div>
      <div>
        <dt>Connection</dt>
        <dd>{claims.mode === "relay" ? "Through the server" : "Peer to peer"}</dd>
      </div>
      <div>
        <dt>Time</dt>
        <dd>{claims.unmetered ? "Not metered" : "Metered"}</dd>
      </div>
    </dl>
  );
}
