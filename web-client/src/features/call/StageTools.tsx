import { IconButton } from "../../ui/Button";
import type { FullScreen } from "./useFullScreen";
import type { View } from "./useLayout";

export interface StageToolsProps {
  readonly view: View;
  readonly fullScreen: FullScreen;
  /** Whether there is a picture of one's own to hide. */
  readonly canHide: boolean;
}

/** How the pictures are shown: beside them, as it is nobody's business but one's own. */
export function StageTools({ view, fullScreen, canHide }: StageToolsProps) {
  const { layout, selfView, toggleLayout, toggleSelfView } = view;
  return (
    <div className="stage-tools" role="group" aria-label="Pictures">
      <IconButton
        icon={layout === "side" ? "speaker-view" : "side-by-side"}
        label={layout === "side" ? "Show the other side large" : "Show both side by side"}
        aria-keyshortcuts="l"
        data-testid="layout-button"
        onClick={toggleLayout}
      />
      {canHide ? (
        <IconButton
          icon={selfView ? "eye-off" : "person"}
          label={selfView ? "Hide your own picture" : "Show your own picture"}
          aria-keyshortcuts="o"
          data-testid="self-view-button"
          onClick={toggleSelfView}
        />
      ) : null}
      {fullScreen.toggle === undefined ? null : (
        <IconButton
          icon={fullScreen.isOn ? "shrink" : "expand"}
          label={fullScreen.isOn ? "Leave full screen" : "Full screen"}
          aria-keyshortcuts="f"
          data-testid="full-screen-button"
          onClick={fullScreen.toggle}
        />
      )}
    </div>
  );
}
