import { useEffect, useRef } from "react";
import { watchLevel } from "../../call/level";

export interface LevelMeterProps {
  readonly track: MediaStreamTrack | null;
  /** Hears each level, from 0 to 1. */
  readonly onLevel?: (level: number) => void;
}

/** Moves by itself, without React, several times per second. */
export function LevelMeter({ track, onLevel }: LevelMeterProps) {
  const meter = useRef<HTMLDivElement>(null);
  const fill = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const show = (level: number) => {
      if (fill.current !== null) fill.current.style.transform = `scaleX(${level.toFixed(3)})`;
      meter.current?.setAttribute("aria-valuenow", String(Math.round(level * 100)));
    };
    show(0);
    return track === null ? undefined : watchLevel(track, (level) => {
      show(level);
      onLevel?.(level);
    });
  }, [track, onLevel]);

  return (
    <div
      ref={meter}
      className="meter"
      role="meter"
      aria-label="Microphone level"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
      data-testid="mic-level"
    >
      <div ref={fill} className="meter__fill" />
    </div>
  );
}
