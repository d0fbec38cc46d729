/** Three rising tones, to hear whether a speaker works; the browser makes them itself. */
const tones = [523, 659, 784] as const;
const length = 0.22;
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
    tones.forEach((frequency, index) => {
      const begin = context.currentTime + index * length;
      const oscillator = context.createOscillator();
      const gain = context.createGain();
      oscillator.frequency.value = frequency;
      // Soft edges, so that it does not click.
      gain.gain.setValueAtTime(0, begin);
      gain.gain.linearRampToValueAtTime(loudness, begin + 0.02);
      gain.gain.setValueAtTime(loudness, begin + length - 0.05);
      gain.gain.linearRampToValueAtTime(0, begin + length);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(begin);
      oscillator.stop(begin + length);
    });
    await new Promise((resolve) => setTimeout(resolve, tones.length * length * 1_000 + 100));
  } finally {
    await context.close().catch(() => undefined);
  }
}
