import type { Source } from "../../call/localMedia";
import { Icon } from "../../ui/Icon";
import type { IconName } from "../../ui/Icon";

type Kind = "mic" | "camera" | "screen";

interface Face {
  readonly on: IconName;
  readonly off: IconName;
  readonly turnOn: string;
  readonly turnOff: string;
  readonly key: string;
}

const faces: { readonly [K in Kind]: Face } = {
  mic: { on: "mic", off: "mic-off", turnOn: "Unmute", turnOff: "Mute", key: "m" },
  camera: { on: "camera", off: "camera-off", turnOn: "Start camera", turnOff: "Stop camera", key: "v" },
  screen: { on: "screen-stop", off: "screen", turnOn: "Share screen", turnOff: "Stop sharing", key: "s" },
};

export interface SourceButtonProps {
  readonly kind: Kind;
  readonly source: Source;
  readonly testId: string;
  readonly onToggle: () => void;
}

/** Its words say what a click does; how things stand is in its look and in `data-on`. */
export function SourceButton({ kind, source, testId, onToggle }: SourceButtonProps) {
  const face = faces[kind];
  const label = source.on ? face.turnOff : face.turnOn;
  const quiet = kind === "screen" ? source.on : !source.on;
  return (
    <button
      type="button"
      className={`control ${quiet ? "control--marked" : ""}`}
      data-testid={testId}
      data-on={source.on}
      aria-label={label}
      aria-keyshortcuts={face.key}
      title={`${label} (${face.key})`}
      disabled={source.starting}
      onClick={onToggle}
    >
      {source.starting ? <span className="spinner" /> : <Icon name={source.on ? face.on : face.off} />}
    </button>
  );
}
