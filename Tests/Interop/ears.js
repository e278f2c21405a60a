// Loaded before any script of the page: its microphone becomes a tone, its remote tracks are measured.
(() => {
  const connections = [];
  const tracks = [];
  let context;
  const audio = () => (context ??= new AudioContext({ sampleRate: 48000 }));

  navigator.mediaDevices.getUserMedia = async () => {
    const oscillator = new OscillatorNode(audio(), { frequency: TONE_HZ });
    const gain = new GainNode(audio(), { gain: TONE_HZ > 0 ? 0.4 : 0 });
    const destination = new MediaStreamAudioDestinationNode(audio(), { channelCount: 1 });
    oscillator.connect(gain).connect(destination);
    oscillator.start();
    return destination.stream;
  };

  const Connection = window.RTCPeerConnection;
  window.RTCPeerConnection = function (...parameters) {
    const connection = new Connection(...parameters);
    connections.push(connection);
    connection.addEventListener('track', ({ track }) => {
      // An analyser is silent unless an element pulls the remote stream.
      const stream = new MediaStream([track]);
      const element = new Audio();
      element.srcObject = stream;
      element.muted = true;
      element.play();
      const analyser = new AnalyserNode(audio(), { fftSize: 8192, smoothingTimeConstant: 0 });
      new MediaStreamAudioSourceNode(audio(), { mediaStream: stream }).connect(analyser);
      tracks.push({ track, element, analyser, samples: new Float32Array(8192) });
    });
    return connection;
  };
  window.RTCPeerConnection.prototype = Connection.prototype;

  window.ears = {
    connections,
    // The amplitude of `hertz` in the last 170 ms of every live remote track.
    levels(hertz) {
      return tracks.filter(({ track }) => track.readyState === 'live').map(({ analyser, samples }) => {
        analyser.getFloatTimeDomainData(samples);
        let real = 0, imaginary = 0, weight = 0;
        samples.forEach((sample, n) => {
          const window = 0.5 - 0.5 * Math.cos(2 * Math.PI * n / samples.length);
          const turn = 2 * Math.PI * hertz * n / 48000;
          real += sample * window * Math.cos(turn);
          imaginary -= sample * window * Math.sin(turn);
          weight += window;
        });
        return 2 * Math.hypot(real, imaginary) / weight;
      });
    },
    async statistics() {
      const result = [];
      for (const connection of connections) {
        (await connection.getStats()).forEach(entry => result.push(entry));
      }
      return JSON.parse(JSON.stringify(result));
    },
  };
})();
