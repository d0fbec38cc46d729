import type { LocalMediaState } from "../../call/localMedia";
import type { CallState } from "../../call/state";
import { counterpart, counterpartNames, shownOf } from "../../call/state";
import { Icon } from "../../ui/Icon";
import { MediaVideo } from "../../ui/MediaVideo";

export interface StageProps {
  readonly state: CallState;
  readonly media: LocalMediaState;
  readonly layout: Layout;
  /** Whether one sees oneself. */
  readonly selfView: boolean;
}

/** How two pictures share the stage: the other side's large, or both alike. A screen that is shared is large in either. */
export type Layout = "speaker" | "side";

const nothingShown = { mic: false, camera: false, screen: false };

/** The pictures. A video element never moves in the document, only its place on the stage changes. */
export function Stage({ state, media, layout, selfView }: StageProps) {
  const other = counterpart(state);
  const watching = state.you.role === "observer";
  const shown = other === null || watching ? nothingShown : shownOf(state, other);
  return (
    <div className="stage" data-testid="stage" data-layout={shown.screen ? "screen" : layout === "side" && selfView && !watching ? "side" : "speaker"}>
      <div className="tile tile--screen" hidden={!shown.screen}>
        <MediaVideo
          track={state.tracks.screen}
          testId="remote-screen"
          className="tile__video"
          aria-label={`Screen of ${other?.name ?? "the other side"}`}
        />
      </div>
      <div className="tile tile--remote">
        <MediaVideo
          track={state.tracks.camera}
          testId="remote-camera"
          className="tile__video"
          aria-label={`Camera of ${other?.name ?? "the other side"}`}
          hidden={!shown.camera}
        />
        {shown.camera ? null : <Avatar name={counterpartNames(state)} watching={watching} />}
        {other === null || watching ? null : (
          <p className="tile__name tile__name--remote">
            {shown.mic ? null : <Icon name="mic-off" />}
            {other.name}
          </p>
        )}
      </div>
      {watching ? null : (
        <div className="tile tile--own" hidden={!selfView}>
          <MediaVideo
            track={media.camera.track}
            testId="local-camera"
            className={`tile__video ${facesAway(media.camera.track) ? "" : "tile__video--mirrored"}`}
            aria-label="Your camera"
            hidden={media.camera.track === null}
          />
          {media.camera.track === null ? (
            <div className="tile__off">
              <Icon name="camera-off" />
            </div>
          ) : null}
          <p className="tile__name">
            {media.mic.on ? null : <Icon name="mic-off" />}
            You
          </p>
        </div>
      )}
    </div>
  );
}

function Avatar({ name, watching }: { readonly name: string | null; readonly watching: boolean }) {
  if (name === null) {
    return (
      <div className="avatar avatar--empty">
        <Icon name="person" />
      </div>
    );
  }
  return (
    <div className="avatar">
      <span className="avatar__initials" aria-hidden="true">{initials(name)}</span>
      <p className="avatar__name">{name}</p>
      {watching ? <p className="avatar__note">Observers do not receive sound and pictures.</p> : null}
    </div>
  );
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = [...(words[0] ?? "?")][0] ?? "?";
  const last = words.length > 1 ? [...(words[words.length - 1] ?? "")][0] ?? "" : "";
  return (first + last).toUpperCase();
}

/** The camera on the back of a phone shows the world, and the world is not mirrored. */
function facesAway(track: MediaStreamTrack | null): boolean {
  return track?.getSettings().facingMode === "environment";
}
