/** A picture and a sound that nobody sees or hears: what a trial call sends instead of a camera and a microphone. */

export interface SyntheticMedia {
  readonly camera: MediaStreamTrack;
  /** Null where the browser makes no sound. */
  readonly mic: MediaStreamTrack | null;
  close(): void;
}

const width = 640;
const height = 480;
const framesPerSecond = 24;
/** Blocks that are drawn anew for each frame: enough that no encoder gets by with little. */
const blocks = 60;
const loudness = 0.05;

/** What is sent; null where the browser cannot make a picture by itself. */
export function makeSyntheticMedia(): SyntheticMedia | null {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d");
  if (pen === null || typeof canvas.captureStream !== "function") return null;
  const draw = () => drawFrame(pen);
  draw();
  const camera = canvas.captureStream(framesPerSecond).getVideoTracks()[0];
  if (camera === undefined) return null;
  const timer = setInterval(draw, 1_000 / framesPerSecond);
  const sound = makeSound();
  return {
    camera,
    mic: sound?.track ?? null,
    close() {
      clearInterval(timer);
      camera.stop();
      sound?.close();
    },
  };
}

function drawFrame(pen: CanvasRenderingContext2D): void {
  for (let block = 0; block < blocks; block += 1) {
    const [left, top, hue] = [Math.random() * width, Math.random() * height, Math.random() * 360];
    pen.fillStyle = `hsl(${hue} 70% 50%)`;
    pen.fillRect(left, top, 16 + Math.random() * 48, 16 + Math.random() * 48);
  }
}

/** A quiet tone that goes to no speaker. */
function makeSound(): { readonly track: MediaStreamTrack; close(): void } | null {
  if (typeof AudioContext === "undefined") return null;
  const context = new AudioContext();
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  const out = context.createMediaStreamDestination();
  gain.gain.value = loudness;
  oscillator.frequency.value = 220;
  oscillator.connect(gain).connect(out);
  oscillator.start();
  void context.resume().catch(() => undefined);
  const close = () => {
    out.stream.getTracks().forEach((track) => track.stop());
    void context.close().catch(() => undefined);
  };
  const track = out.stream.getAudioTracks()[0];
  if (track === undefined) {
    close();
    return null;
  }
  return { track, close };
}
