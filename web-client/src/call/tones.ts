/** Short tones that the browser makes itself. */

export interface Tone {
  /** In hertz. */
  readonly frequency: number;
  /** When it begins, in seconds from now. */
  readonly at: number;
}

/** With soft edges, so that they do not click. */
const rise = 0.02;
const fall = 0.04;

/** @param length of each, in seconds. */
export function playTones(context: AudioContext, tones: readonly Tone[], length: number, loudness: number): void {
  for (const { frequency, at } of tones) {
    const begin = context.currentTime + at;
    const oscillator = context.createOscillator();
    const gain = context.createGain();
    oscillator.frequency.value = frequency;
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(loudness, begin + rise);
    gain.gain.setValueAtTime(loudness, begin + length - fall);
    gain.gain.linearRampToValueAtTime(0, begin + length);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(begin);
    oscillator.stop(begin + length);
  }
}
