import { useCallback, useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import type { CallEngine } from "../../call/engine";
import { LocalMedia } from "../../call/localMedia";
import { unread } from "../../call/chat";
import { summarize } from "../../call/state";
import type { CallState } from "../../call/state";
import type { Money } from "../../signaling/messages";
import { Dialog } from "../../ui/Dialog";
import { LiveRegion } from "../../ui/LiveRegion";
import { Toasts } from "../../ui/Toasts";
import { useStore } from "../../ui/useStore";
import { DevicePickers } from "./DevicePickers";
import { MediaProblems } from "./MediaProblems";
import { ChatPanel } from "./ChatPanel";
import { Controls } from "./Controls";
import { HelpDialog } from "./HelpDialog";
import { Notices } from "./Notices";
import { RemoteAudio } from "./RemoteAudio";
import { SpeakerTest } from "./SpeakerTest";
import { Stage } from "./Stage";
import { StageTools } from "./StageTools";
import { TopBar } from "./TopBar";
import { useAnnouncements } from "./useAnnouncements";
import { useShortcuts } from "./useShortcuts";
import { useFullScreen } from "./useFullScreen";
import { useLayout } from "./useLayout";
import { useToasts } from "./useToasts";

type Panel = "none" | "help" | "devices" | "card";

/** What a call that is paid for shows besides. */
export interface CallMoney {
  /** How its money stands; `onAddCard` opens the dialog. */
  readonly line: (state: CallState, onAddCard: () => void) => ReactNode;
  /** Another card, without leaving the call. */
  readonly card: (onClose: () => void) => ReactNode;
  /** What the free time's end costs, where this side pays for it; null where it does not. */
  readonly firstPrice: Money | null;
}

export interface CallPageProps {
  readonly engine: CallEngine;
  readonly money?: CallMoney;
}

const shortcutsKey = "consult.shortcuts";

function storedShortcuts(): boolean {
  try {
    return localStorage.getItem(shortcutsKey) !== "off";
  } catch {
    return true;
  }
}

export function CallPage({ engine, money }: CallPageProps) {
  const state = useStore(engine.store);
  const media = useStore(engine.media.store);
  const [chatOpen, setChatOpen] = useState(false);
  const [panel, setPanel] = useState<Panel>("none");
  const [shortcuts, setShortcuts] = useState(storedShortcuts);
  const [soundBlocked, setSoundBlocked] = useState<(() => void) | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const page = useRef<HTMLDivElement>(null);
  const view = useLayout();
  const fullScreen = useFullScreen(page);
  const chatButton = useRef<HTMLButtonElement>(null);

  const summary = summarize(state);
  const spoken = useAnnouncements(state, chatOpen);
  const [toasts, toast] = useToasts(state, chatOpen);

  useEffect(() => {
    heading.current?.focus();
  }, []);

  const lastSequence = state.chat.entries.length;
  useEffect(() => {
    if (chatOpen) engine.readChat();
  }, [chatOpen, lastSequence, engine]);

  const toggleMic = useCallback(() => {
    const { mic } = engine.media.store.get();
    void engine.media.setMic(!mic.on);
  }, [engine]);

  const toggleCamera = useCallback(() => {
    const { camera } = engine.media.store.get();
    void engine.media.setCamera(!camera.on);
  }, [engine]);

  const toggleScreen = useCallback(async () => {
    const { screen } = engine.media.store.get();
    if (screen.on) {
      engine.media.stopScreen();
    } else if (!(await engine.media.startScreen())) {
      toast("The screen is not shared.");
    }
  }, [engine, toast]);

  const closeChat = useCallback(() => {
    setChatOpen(false);
    chatButton.current?.focus();
  }, []);

  const chooseShortcuts = (on: boolean) => {
    setShortcuts(on);
    try {
      localStorage.setItem(shortcutsKey, on ? "on" : "off");
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  };

  const openCard = useCallback(() => setPanel("card"), []);
  const canShare = LocalMedia.canShareScreen && engine.canSend;
  useShortcuts(shortcuts && panel === "none", {
    m: engine.canSend ? toggleMic : undefined,
    v: engine.canSend ? toggleCamera : undefined,
    s: canShare ? () => void toggleScreen() : undefined,
    c: () => (chatOpen ? closeChat() : setChatOpen(true)),
    l: view.toggleLayout,
    o: engine.canSend ? view.toggleSelfView : undefined,
    f: fullScreen.toggle,
    "?": () => setPanel("help"),
  });

  return (
    <div ref={page} className={`call ${chatOpen ? "call--chat" : ""}`}>
      <TopBar state={state} summary={summary} heading={heading} />
      {money === undefined ? null : money.line(state, openCard)}
      <main className="call__main">
        <Stage state={state} media={media} layout={view.layout} selfView={view.selfView} />
        <StageTools view={view} fullScreen={fullScreen} canHide={engine.canSend} />
        <Notices
          engine={engine}
          state={state}
          media={media}
          summary={summary}
          soundBlocked={soundBlocked}
          firstPrice={money?.firstPrice ?? null}
        />
        <Toasts toasts={toasts} />
      </main>
      <Controls
        engine={engine}
        media={media}
        unread={unread(state.chat)}
        chatOpen={chatOpen}
        chatButton={chatButton}
        canShare={canShare}
        onMic={toggleMic}
        onCamera={toggleCamera}
        onScreen={() => void toggleScreen()}
        onChat={() => (chatOpen ? closeChat() : setChatOpen(true))}
        onDevices={() => setPanel("devices")}
        onHelp={() => setPanel("help")}
      />
      {chatOpen ? <ChatPanel engine={engine} state={state} onClose={closeChat} /> : null}
      <RemoteAudio track={state.tracks.mic} speaker={media.chosen.speaker} onBlocked={setSoundBlocked} />
      <LiveRegion text={spoken} />
      {panel === "help"
        ? <HelpDialog shortcuts={shortcuts} onShortcuts={chooseShortcuts} onClose={() => setPanel("none")} />
        : null}
      {panel === "devices" ? (
        <Dialog title="Camera, microphone, speaker" onClose={() => setPanel("none")}>
          <MediaProblems media={engine.media} state={media} />
          <DevicePickers media={engine.media} state={media} />
          <SpeakerTest speaker={media.chosen.speaker} />
        </Dialog>
      ) : null}
      {panel === "card" ? money?.card(() => setPanel("none")) : null}
    </div>
  );
}
