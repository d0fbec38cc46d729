// Test tones are not speech: without this, echo cancellation and noise suppression take them for noise.
(() => {
  const devices = navigator.mediaDevices;
  if (!devices || devices.__plain) return;
  const original = devices.getUserMedia.bind(devices);
  devices.__plain = true;
  devices.getUserMedia = (constraints) => {
    const plain = { ...constraints };
    if (plain.audio) {
      plain.audio = { ...(plain.audio === true ? {} : plain.audio),
        echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    }
    return original(plain);
  };
})();
