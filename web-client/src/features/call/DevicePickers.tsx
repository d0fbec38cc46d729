import type { LocalMedia, LocalMediaState } from "../../call/localMedia";
import type { MediaProblem } from "../../call/mediaProblem";
import { SelectField } from "../../ui/Field";
import { LevelMeter } from "./LevelMeter";

/** Browsers that cannot send sound to a chosen speaker have no such choice to offer. */
const canChooseSpeaker = typeof HTMLMediaElement !== "undefined" && "setSinkId" in HTMLMediaElement.prototype;

export interface DevicePickersProps {
  readonly media: LocalMedia;
  readonly state: LocalMediaState;
  readonly onLevel?: (level: number) => void;
}

export function DevicePickers({ media, state, onLevel }: DevicePickersProps) {
  return (
    <div className="devices">
      <SelectField
        label="Camera"
        value={currentDevice(state.camera.track) ?? state.chosen.camera}
        options={state.cameras}
        none={noneWords(state.camera.problem, "camera")}
        onChange={(id) => void media.chooseCamera(id)}
      />
      <div className="devices__mic">
        <SelectField
          label="Microphone"
          value={currentDevice(state.mic.track) ?? state.chosen.mic}
          options={state.microphones}
          none={noneWords(state.mic.problem, "microphone")}
          onChange={(id) => void media.chooseMic(id)}
        />
        <LevelMeter track={state.mic.on ? state.mic.track : null} onLevel={onLevel} />
      </div>
      {canChooseSpeaker ? (
        <SelectField
          label="Speaker"
          value={state.chosen.speaker}
          options={state.speakers}
          none="The system's speaker"
          onChange={(id) => media.chooseSpeaker(id)}
        />
      ) : null}
    </div>
  );
}

function noneWords(problem: MediaProblem | null, what: string): string {
  return problem === "refused" || problem === "insecure" ? "Not allowed" : `No ${what} found`;
}

function currentDevice(track: MediaStreamTrack | null): string | null {
  return track?.getSettings().deviceId ?? null;
}
