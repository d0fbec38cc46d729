import { playTones } from "./tones";

/** Three rising tones, to hear whether a speaker works. */
const length = 0.22;
const tones = [523, 659, 784].map((frequency, index) => ({ frequency, at: index * length }));
const loudness = 0.2;
const patience = 2_000;

type SinkContext = AudioContext & { setSinkId?: (id: string) => Promise<void> };

/** Plays on this speaker, or on the system's; ends when it has been played, and fails where nothing can be played. */
export async function playTestSound(speaker: string | null): Promise<void> {
  const context: SinkContext = new AudioContext();
  try {
    // A speaker that is gone leaves the sound where it was.
    if (speaker !== null) await context.setSinkId?.(speaker).catch(() => undefined);
    // Where there is no sound device, some browsers never say so.
    await Promise.race([context.resume(), new Promise((_, fail) => setTimeout(() => fail(new Error("no sound")), patience))]);
    playTones(context, tones, length, loudness);
    await new Promise((resolve) => setTimeout(resolve, tones.length * length * 1_000 + 100));
  } finally {
    await context.close().catch(() => undefined);
  }
}
