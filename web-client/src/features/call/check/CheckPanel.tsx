import { useCallback, useEffect, useState } from "react";
import { LocalMedia } from "../../../call/localMedia";
import { playTestSound } from "../../../call/testSound";
import { Button } from "../../../ui/Button";
import { MediaVideo } from "../../../ui/MediaVideo";
import { useStore } from "../../../ui/useStore";
import { DevicePickers } from "../DevicePickers";
import { CheckPoint } from "./CheckPoint";
import { networkVerdict } from "./networkWords";
import { useNetworkTest } from "./useNetworkTest";
import { cameraVerdict, microphoneVerdict, readiness, speakerVerdict } from "./words";
import type { Hearing } from "./words";

/** As loud as speech is. */
const speech = 0.25;

/** Camera, microphone, speaker and network, each with its verdict; the devices are closed when it goes. */
export function CheckPanel() {
  const [media, setMedia] = useState<LocalMedia | null>(null);

  useEffect(() => {
    const opened = new LocalMedia();
    void opened.open({ mic: "on", camera: true });
    // The devices are the outside world here: they are opened with the effect and go with it.
    // oxlint-disable-next-line react/set-state-in-effect
    setMedia(opened);
    return () => opened.close();
  }, []);

  return media === null ? null : <Points media={media} />;
}

function Points({ media }: { readonly media: LocalMedia }) {
  const state = useStore(media.store);
  const [wasHeard, setHeard] = useState(false);
  const [hearing, setHearing] = useState<Hearing>("untried");
  const network = useNetworkTest();
  const [size, setSize] = useState<{ readonly width: number; readonly height: number } | null>(null);

  const play = () => {
    if (hearing === "playing") return;
    setHearing("playing");
    playTestSound(state.chosen.speaker).then(() => setHearing("asked"), () => setHearing("not-heard"));
  };
  const onLevel = useCallback((level: number) => {
    if (level > speech) setHeard(true);
  }, []);
  const verdicts = {
    camera: cameraVerdict(state.camera, size),
    microphone: microphoneVerdict(state.mic, wasHeard),
    speaker: speakerVerdict(hearing),
    network: networkVerdict(network.finding),
  };
  const all = readiness(Object.values(verdicts));
  const again = (what: "camera" | "mic") => (
    <Button onClick={() => void (what === "camera" ? media.setCamera(true) : media.setMic(true))}>Try again</Button>
  );
  return (
    <>
      <p className={`check__all check__all--${all.grade}`} role="status" data-testid="check-all" data-grade={all.grade}>{all.text}</p>
      <div className="check__columns">
        <div className="check__picture">
          <MediaVideo
            track={state.camera.track}
            testId="check-camera-picture"
            className="check__video"
            aria-label="Your camera"
            hidden={state.camera.track === null}
            onLoadedMetadata={({ currentTarget: { videoWidth: width, videoHeight: height } }) => setSize({ width, height })}
          />
        </div>
        <DevicePickers media={media} state={state} onLevel={onLevel} />
      </div>
      <ul className="check__points">
        <CheckPoint name="Camera" testId="check-camera" verdict={verdicts.camera} action={state.camera.problem === null ? undefined : again("camera")} />
        <CheckPoint name="Microphone" testId="check-microphone" verdict={verdicts.microphone} action={state.mic.problem === null ? undefined : again("mic")} />
        <CheckPoint
          name="Speaker"
          testId="check-speaker"
          verdict={verdicts.speaker}
          action={(
            <>
              <Button icon="sound" data-testid="check-play" aria-disabled={hearing === "playing"} onClick={play}>
                {hearing === "untried" ? "Play the test sound" : "Play it again"}
              </Button>
              {hearing === "asked" ? (
                <>
                  <Button look="primary" data-testid="check-heard" onClick={() => setHearing("heard")}>Yes, I heard it</Button>
                  <Button data-testid="check-not-heard" onClick={() => setHearing("not-heard")}>No</Button>
                </>
              ) : null}
            </>
          )}
        />
        <CheckPoint
          name="Network"
          testId="check-network"
          verdict={verdicts.network}
          action={network.isOver ? <Button data-testid="check-network-again" onClick={network.again}>Test again</Button> : undefined}
        />
      </ul>
    </>
  );
}
