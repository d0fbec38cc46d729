import type { LocalMedia, LocalMediaState } from "../../../call/localMedia";
import { Icon } from "../../../ui/Icon";
import { MediaVideo } from "../../../ui/MediaVideo";
import { SourceButton } from "../SourceButton";

export interface PreviewProps {
  readonly media: LocalMedia;
  readonly state: LocalMediaState;
  readonly name: string;
}

export function Preview({ media, state, name }: PreviewProps) {
  const { camera, mic } = state;
  return (
    <div className="preview">
      <MediaVideo
        track={camera.track}
        testId="local-camera"
        className="preview__picture"
        aria-label="Your camera"
        hidden={camera.track === null}
      />
      {camera.track === null ? (
        <div className="preview__empty">
          <Icon name="person" />
          <p>{camera.starting ? "Starting the camera…" : "Your camera is off"}</p>
        </div>
      ) : null}
      <p className="preview__name">{name}</p>
      <div className="preview__controls">
        <SourceButton
          kind="mic"
          source={mic}
          testId="mute-button"
          onToggle={() => void media.setMic(!mic.on)}
        />
        <SourceButton
          kind="camera"
          source={camera}
          testId="camera-button"
          onToggle={() => void media.setCamera(!camera.on)}
        />
      </div>
    </div>
  );
}
