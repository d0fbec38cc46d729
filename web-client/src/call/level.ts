/** How loud a microphone is, from 0 to 1, told a few times per second until stopped. */
export function watchLevel(track: MediaStreamTrack, tell: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  const source = context.createMediaStreamSource(new MediaStream([track]));
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);

  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    tell(loudness(samples));
  }, 80);

  // Some browsers keep an audio context asleep until the page is touched.
  const wake = () => void context.resume().catch(() => undefined);
  wake();
  document.addEventListener("pointerdown", wake);
  document.addEventListener("keydown", wake);

  return () => {
    clearInterval(timer);
    document.removeEventListener("pointerdown", wake);
    document.removeEventListener("keydown", wake);
    source.disconnect();
    context.close().catch(() => undefined);
  };
}

/** −60 dB and below is nothing, −6 dB is full: how ears judge, not how volts do. */
export function loudness(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < samples.length; index += 1) sum += (samples[index] ?? 0) ** 2;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  if (rms <= 0) return 0;
  const decibels = 20 * Math.log10(rms);
  return Math.min(1, Math.max(0, (decibels + 60) / 54));
}
