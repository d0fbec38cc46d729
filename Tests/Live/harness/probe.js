// What a test can see of a page in a call: decoded media, pixels, sound. Runs inside the page, in any browser.
(() => {
  if (window.__probe) return;

  const element = (id) => document.querySelector(`[data-testid="${id}"]`);
  const video = (id) => {
    const found = element(id);
    return found instanceof HTMLVideoElement ? found : found?.querySelector("video") ?? null;
  };
  const connection = () => window.__consult?.engine?.peerConnection ?? null;
  const watched = new WeakMap();
  const heardTrack = () => connection()?.getReceivers().map((receiver) => receiver.track)
    .find((candidate) => candidate?.kind === "audio") ?? null;
  let listening = null;

  window.__probe = {
    // Counters of what was received, by m-line.
    async inbound() {
      const peer = connection();
      if (!peer) return null;
      const report = [...(await peer.getStats()).values()];
      const pick = (kind) => report
        .filter((entry) => entry.type === "inbound-rtp" && entry.kind === kind)
        .map((entry) => ({
          mid: entry.mid ?? null, packets: entry.packetsReceived, bytes: entry.bytesReceived,
          frames: entry.framesDecoded ?? 0, energy: entry.totalAudioEnergy ?? 0, lost: entry.packetsLost,
          freezes: entry.freezeCount ?? 0, track: entry.trackIdentifier ?? null,
          codec: report.find((other) => other.id === entry.codecId)?.mimeType ?? null,
        }));
      const transport = report.find((entry) => entry.type === "transport" && entry.selectedCandidatePairId);
      const pair = report.find((entry) => entry.id === transport?.selectedCandidatePairId)
        ?? report.find((entry) => entry.type === "candidate-pair" && (entry.selected || entry.nominated));
      const end = (id) => {
        const candidate = report.find((entry) => entry.id === id);
        return candidate && { protocol: candidate.protocol, type: candidate.candidateType, address: candidate.address,
          port: candidate.port, tcpType: candidate.tcpType ?? null, relayProtocol: candidate.relayProtocol ?? null };
      };
      return { audio: pick("audio"), video: pick("video"), state: peer.connectionState, ice: peer.iceConnectionState,
        local: end(pair?.localCandidateId), remote: end(pair?.remoteCandidateId) };
    },

    // Frames put on the screen by an element, and the longest pause between two since the last call.
    presented(id) {
      const screen = video(id);
      if (!screen) return null;
      let watch = watched.get(screen);
      if (!watch) {
        watch = { frames: 0, last: null, gap: 0 };
        watched.set(screen, watch);
        const next = () => screen.requestVideoFrameCallback((now) => {
          if (watch.last !== null) watch.gap = Math.max(watch.gap, now - watch.last);
          watch.last = now;
          watch.frames += 1;
          next();
        });
        next();
      }
      const open = watch.last === null ? 0 : performance.now() - watch.last;
      const answer = { frames: watch.frames, gap: Math.max(watch.gap, open) / 1000, width: screen.videoWidth,
        height: screen.videoHeight, time: screen.currentTime };
      watch.gap = 0;
      return answer;
    },

    // The mean colour of the middle of every cell of a grid over the picture.
    cells(id, columns, rows) {
      const screen = video(id);
      if (!screen?.videoWidth) return null;
      const canvas = document.createElement("canvas");
      canvas.width = columns * 20;
      canvas.height = rows * 20;
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context.drawImage(screen, 0, 0, canvas.width, canvas.height);
      const cells = [];
      for (let row = 0; row < rows; row += 1) {
        for (let column = 0; column < columns; column += 1) {
          const { data } = context.getImageData(column * 20 + 6, row * 20 + 6, 8, 8);
          const sum = [0, 0, 0];
          for (let at = 0; at < data.length; at += 4) for (let part = 0; part < 3; part += 1) sum[part] += data[at + part];
          cells.push(sum.map((value) => value / (data.length / 4)));
        }
      }
      return cells;
    },

    // The last 8192 samples of what is received as sound.
    async sound() {
      const track = heardTrack();
      if (!track) return null;
      if (listening?.track !== track) {
        await listening?.context.close();
        const context = new AudioContext();
        const analyser = context.createAnalyser();
        analyser.fftSize = 8192;
        context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
        listening = { track, context, analyser };
      }
      if (listening.context.state !== "running") await listening.context.resume();
      const samples = new Float32Array(listening.analyser.fftSize);
      listening.analyser.getFloatTimeDomainData(samples);
      return { rate: listening.context.sampleRate, samples: Array.from(samples, (value) => Math.round(value * 32767)) };
    },

    // A recording of the sound received, as base64: for browsers that run no AudioContext without a sound device.
    async recording(milliseconds) {
      const track = heardTrack();
      if (!track) return null;
      const recorder = new MediaRecorder(new MediaStream([track]));
      const parts = [];
      recorder.ondataavailable = (event) => parts.push(event.data);
      const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
      recorder.start();
      setTimeout(() => recorder.stop(), milliseconds);
      await stopped;
      const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    },
  };
})();
