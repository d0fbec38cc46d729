import { useEffect, useRef } from "react";

export interface RemoteAudioProps {
  readonly track: MediaStreamTrack | null;
  readonly speaker: string | null;
  /** Told how to play once the user has clicked, or null when it plays. */
  readonly onBlocked: (play: (() => () => void) | null) => void;
}

interface SinkElement extends HTMLAudioElement {
  setSinkId(id: string): Promise<void>;
}

function hasSink(element: HTMLAudioElement): element is SinkElement {
  return "setSinkId" in element;
}

/** The other side's sound. */
export function RemoteAudio({ track, speaker, onBlocked }: RemoteAudioProps) {
  const ref = useRef<HTMLAudioElement>(null);

  useEffect(() => {
    const audio = ref.current;
    if (audio === null) return undefined;
    audio.srcObject = track === null ? null : new MediaStream([track]);
    onBlocked(null);
    if (track === null) return undefined;
    let current = true;
    const play = () => {
      audio.play().then(
        () => current && onBlocked(null),
        (error: unknown) => {
          const blocked = error instanceof DOMException && error.name === "NotAllowedError";
          // React calls a function that is given as a new state, hence one that returns the one to keep.
          if (current && blocked) onBlocked(() => play);
        },
      );
    };
    play();
    return () => {
      current = false;
    };
  }, [track, onBlocked]);

  useEffect(() => {
    const audio = ref.current;
    if (audio === null || speaker === null || !hasSink(audio)) return;
    // A speaker that is gone leaves the sound where it was.
    audio.setSinkId(speaker).catch(() => undefined);
  }, [speaker]);

  return <audio ref={ref} autoPlay data-testid="remote-audio" />;
}
