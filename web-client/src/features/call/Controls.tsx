import type { RefObject } from "react";
import type { CallEngine } from "../../call/engine";
import type { LocalMediaState } from "../../call/localMedia";
import { Icon } from "../../ui/Icon";
import type { IconName } from "../../ui/Icon";
import { SourceButton } from "./SourceButton";

export interface ControlsProps {
  readonly engine: CallEngine;
  readonly media: LocalMediaState;
  readonly unread: number;
  readonly chatOpen: boolean;
  readonly chatButton: RefObject<HTMLButtonElement>;
  readonly canShare: boolean;
  readonly onMic: () => void;
  readonly onCamera: () => void;
  readonly onScreen: () => void;
  readonly onChat: () => void;
  readonly onDevices: () => void;
  readonly onHelp: () => void;
}

export function Controls({ engine, media, unread, chatOpen, chatButton, canShare, ...on }: ControlsProps) {
  const chatLabel = chatOpen ? "Close chat" : unread === 0 ? "Open chat" : `Open chat, ${unread} unread`;
  return (
    <section className="controls" aria-label="Call controls">
      {engine.canSend ? (
        <>
          <SourceButton kind="mic" source={media.mic} testId="mute-button" onToggle={on.onMic} />
          <SourceButton kind="camera" source={media.camera} testId="camera-button" onToggle={on.onCamera} />
        </>
      ) : null}
      {canShare
        ? <SourceButton kind="screen" source={media.screen} testId="screen-button" onToggle={on.onScreen} />
        : null}
      <button
        ref={chatButton}
        type="button"
        className={`control ${chatOpen ? "control--marked" : ""}`}
        data-testid="chat-button"
        aria-label={chatLabel}
        aria-expanded={chatOpen}
        aria-keyshortcuts="c"
        title={`${chatOpen ? "Close chat" : "Open chat"} (c)`}
        onClick={on.onChat}
      >
        <Icon name="chat" />
        {unread > 0 ? <span className="control__badge" data-testid="chat-unread">{unread > 99 ? "99+" : unread}</span> : null}
      </button>
      {engine.canSend
        ? <PlainControl icon="settings" label="Devices" testId="devices-button" onClick={on.onDevices} />
        : null}
      <PlainControl icon="help" label="Help and shortcuts" testId="help-button" shortcut="?" onClick={on.onHelp} />
      <button
        type="button"
        className="control control--hang-up"
        data-testid="hangup-button"
        aria-label="Hang up"
        title="Hang up"
        onClick={() => engine.leave()}
      >
        <Icon name="hang-up" />
      </button>
    </section>
  );
}

interface PlainControlProps {
  readonly icon: IconName;
  readonly label: string;
  readonly testId: string;
  readonly shortcut?: string;
  readonly onClick: () => void;
}

function PlainControl({ icon, label, testId, shortcut, onClick }: PlainControlProps) {
  return (
    <button
      type="button"
      className="control"
      data-testid={testId}
      aria-label={label}
      aria-haspopup="dialog"
      aria-keyshortcuts={shortcut}
      title={shortcut === undefined ? label : `${label} (${shortcut})`}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
