import { useEffect, useRef } from "react";
import type { VideoHTMLAttributes } from "react";

export interface MediaVideoProps extends VideoHTMLAttributes<HTMLVideoElement> {
  readonly track: MediaStreamTrack | null;
  readonly testId: string;
}

/** A picture without sound; sound has an element of its own, so that no autoplay rule ever stops the picture. */
export function MediaVideo({ track, testId, ...rest }: MediaVideoProps) {
  const ref = useRef<HTMLVideoElement>(null);

  useEffect(() => {
    const video = ref.current;
    if (video === null) return;
    video.srcObject = track === null ? null : new MediaStream([track]);
    if (track !== null) video.play().catch(() => undefined);
  }, [track]);

  return <video ref={ref} data-testid={testId} autoPlay playsInline muted disablePictureInPicture {...rest} />;
}
