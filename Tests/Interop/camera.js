// A voice client with a camera in as few lines as the protocol allows (voice.md §6): no page of ours.
class Camera {
  constructor(place) {
    this.place = place;
    this.remotes = new Map();  // user → { audio, video }
    this.sections = new Map();  // SSRC → transceiver
    this.tail = Promise.resolve();
    this.version = 0;
  }

  // The connection's two sockets.

  join() {
    return new Promise((resolve, reject) => {
      const { gateway, token, guild, channel } = this.place;
      const main = new WebSocket(`${gateway}/?v=10&encoding=json`);
      this.main = main;
      let session, user;
      main.onclose = event => reject(new Error(`main gateway ${event.code}`));
      main.onmessage = ({ data }) => {
        const { op, t, d } = JSON.parse(data);
        if (op === 10) {
          main.send(JSON.stringify({ op: 2, d: { token: token.replace('Bot ', ''), intents: 128, properties: {} } }));
          setInterval(() => main.send(JSON.stringify({ op: 1, d: null })), d.heartbeat_interval / 2);
        }
        if (t === 'READY') {
          ({ session_id: session, user } = d);
          this.user = user.id;
          main.send(JSON.stringify({ op: 4, d: { guild_id: guild, channel_id: channel, self_mute: false, self_deaf: false, self_video: true } }));
        }
        if (t === 'VOICE_STATE_UPDATE' && d.user_id === this.user) this.voiceState = d;
        if (t === 'VOICE_SERVER_UPDATE') {
          this.connect({ endpoint: d.endpoint, server_id: guild, channel_id: channel, user_id: user.id, session_id: session, token: d.token }).then(resolve, reject);
        }
      };
    });
  }

  connect({ endpoint, ...identify }) {
    this.voice = new WebSocket(`wss://${endpoint}/?v=9`);
    return new Promise((resolve, reject) => {
      this.voice.onclose = event => { this.closed = event.code; reject(new Error(`voice gateway ${event.code}`)); };
      this.voice.onopen = () => this.say(0, { ...identify, video: true, streams: [{ type: 'video', rid: '100', quality: 100 }], max_dave_protocol_version: 0 });
      this.voice.onmessage = ({ data }) => {
        if (typeof data !== 'string') return;
        const { op, d, seq } = JSON.parse(data);
        if (seq !== undefined) this.sequence = seq;
        this.tail = this.tail.then(() => this.hear(op, d)).then(() => { if (op === 4) resolve(); }).catch(reject);
      };
    });
  }

  say(op, d) { this.voice.send(JSON.stringify({ op, d })); }

  async hear(op, d) {
    switch (op) {
      case 8: setInterval(() => this.say(3, { t: Date.now(), seq_ack: this.sequence ?? -1 }), 5000); break;
      case 2: this.ready = d; await this.select(); break;
      case 4: this.server = d; await this.negotiate(); break;
      case 5: this.remote(d.user_id).audio = d.ssrc; break;
      case 12: this.remote(d.user_id).video = d.video_ssrc; await this.negotiate(); break;
      case 13: this.remotes.delete(d.user_id); await this.negotiate(); break;
    }
  }

  remote(user) {
    if (!this.remotes.has(user)) this.remotes.set(user, {});
    return this.remotes.get(user);
  }

  // The media.

  async select() {
    this.connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    this.connection.addTransceiver('audio', { direction: 'sendonly' });
    this.sender = this.connection.addTransceiver('video', { direction: 'sendonly' });
    const offer = await this.connection.createOffer();
    await this.connection.setLocalDescription(offer);
    const lines = [...new Set(offer.sdp.split('\r\n'))];
    const type = (name, after = 0) => Number(lines.slice(after).find(line => line.startsWith('a=rtpmap:') && line.includes(` ${name}/`)).match(/:(\d+)/)[1]);
    this.vp8 = type('VP8');
    this.rtx = Number(lines.find(line => line === `a=fmtp:${line.match(/:(\d+)/)?.[1]} apt=${this.vp8}`).match(/:(\d+)/)[1]);
    this.opus = type('opus');
    const data = lines.filter(line => /^a=(extmap-allow-mixed|ice-|fingerprint|extmap:)/.test(line)
      || line.startsWith(`a=rtpmap:${this.opus} `) || line.startsWith(`a=rtpmap:${this.vp8} `) || line.startsWith(`a=rtpmap:${this.rtx} `)).join('\n');
    this.say(1, {
      protocol: 'webrtc', data, sdp: data, rtc_connection_id: crypto.randomUUID(),
      codecs: [
        { name: 'opus', type: 'audio', priority: 1000, payload_type: this.opus, rtx_payload_type: null },
        { name: 'VP8', type: 'video', priority: 1000, payload_type: this.vp8, rtx_payload_type: this.rtx, encode: true, decode: true },
      ],
    });
  }

  async negotiate() {
    if (!this.server) return;
    for (const { video } of this.remotes.values()) {
      if (video && !this.sections.has(video)) this.sections.set(video, this.connection.addTransceiver('video', { direction: 'recvonly' }));
    }
    if (this.connection.signalingState === 'stable') await this.connection.setLocalDescription(await this.connection.createOffer());
    await this.connection.setRemoteDescription({ type: 'answer', sdp: this.answer(this.connection.localDescription.sdp) });
  }

  answer(offer) {
    const server = this.server.sdp.split('\n');
    const pick = start => server.filter(line => line.startsWith(start));
    const port = server[0].split(' ')[1];
    const sections = offer.split(/\r\n(?=m=)/).slice(1).map(section => section.split('\r\n'));
    const of = new Map([...this.sections].map(([ssrc, { mid }]) => [mid, ssrc]));
    const shown = new Set([...this.remotes.values()].map(({ video }) => video));
    const media = sections.map(lines => {
      const mid = lines.find(line => line.startsWith('a=mid:')).slice(6);
      const isAudio = lines[0].startsWith('m=audio');
      const ssrc = shown.has(of.get(mid)) ? of.get(mid) : undefined;
      const offered = ['sendonly', 'recvonly', 'inactive'].find(name => lines.includes(`a=${name}`)) ?? 'sendrecv';
      const direction = offered === 'sendonly' ? 'recvonly' : ssrc ? 'sendonly' : 'inactive';
      const types = isAudio ? [this.opus] : [this.vp8, this.rtx];
      return [
        `m=${isAudio ? 'audio' : 'video'} ${port} UDP/TLS/RTP/SAVPF ${types.join(' ')}`, pick('c=')[0],
        ...pick('a=candidate'), 'a=end-of-candidates', ...pick('a=ice-'), pick('a=fingerprint')[0],
        'a=setup:passive', `a=mid:${mid}`, `a=${direction}`, 'a=rtcp-mux', 'a=rtcp-rsize',
        ...lines.filter(line => /^a=extmap:\d+ \S*(abs-send-time|sdes:mid)$/.test(line)),
        ...(isAudio ? [`a=rtpmap:${this.opus} opus/48000/2`] : [
          `a=rtpmap:${this.vp8} VP8/90000`, `a=rtpmap:${this.rtx} rtx/90000`, `a=fmtp:${this.rtx} apt=${this.vp8}`,
          ...['ccm fir', 'nack', 'nack pli'].map(name => `a=rtcp-fb:${this.vp8} ${name}`),
        ]),
        ...(ssrc ? [
          `a=msid:${ssrc} v${ssrc}`, `a=ssrc-group:FID ${ssrc} ${ssrc + 1}`,
          `a=ssrc:${ssrc} cname:${ssrc}`, `a=ssrc:${ssrc + 1} cname:${ssrc}`,
        ] : []),
      ].join('\r\n');
    });
    const mids = sections.map(lines => lines.find(line => line.startsWith('a=mid:')).slice(6)).join(' ');
    this.version += 1;
    return ['v=0', `o=- 1420070400000 ${this.version} IN IP4 127.0.0.1`, 's=-', 't=0 0', 'a=ice-lite',
      `a=group:BUNDLE ${mids}`, 'a=msid-semantic: WMS *', ...media, ''].join('\r\n');
  }

  // What the test does and asks.

  async show() {
    // Chromium's fake device moves by itself; the page's own getUserMedia has been replaced by a tone.
    const stream = await MediaDevices.prototype.getUserMedia.call(navigator.mediaDevices, { video: { width: 640, height: 480 } });
    await this.sender.sender.replaceTrack(stream.getVideoTracks()[0]);
    const lines = this.connection.localDescription.sdp.split(/\r\n(?=m=)/)[2].split('\r\n');
    const [ssrc, rtx] = lines.find(line => line.startsWith('a=ssrc-group:FID')).split(' ').slice(1).map(Number);
    this.say(12, {
      audio_ssrc: 0, video_ssrc: ssrc, rtx_ssrc: rtx,
      streams: [{ type: 'video', rid: '100', ssrc, rtx_ssrc: rtx, quality: 100, active: true, max_bitrate: 2500000,
        max_framerate: 30, max_resolution: { type: 'fixed', width: 640, height: 480 } }],
    });
  }

  hide() {
    this.sender.sender.replaceTrack(null);
    this.say(12, { audio_ssrc: 0, video_ssrc: 0, rtx_ssrc: 0, streams: [] });
  }

  // What the browser's own encoder makes of a moving picture: frames of VP8 in base64, a key frame each second.
  static async encoded(count) {
    const canvas = new OffscreenCanvas(320, 240);
    const context = canvas.getContext('2d');
    const frames = [];
    const encoder = new VideoEncoder({
      output: chunk => {
        const octets = new Uint8Array(chunk.byteLength);
        chunk.copyTo(octets);
        frames.push({ isKey: chunk.type === 'key', octets: btoa(String.fromCharCode(...octets)) });
      },
      error: problem => { throw problem; },
    });
    encoder.configure({ codec: 'vp8', width: 320, height: 240, bitrate: 300000, framerate: 15 });
    for (let number = 0; number < count; number += 1) {
      context.fillStyle = `hsl(${number * 7}, 80%, 50%)`;
      context.fillRect(0, 0, 320, 240);
      context.fillStyle = 'white';
      context.fillRect(number * 5 % 300, 100, 20, 40);
      const frame = new VideoFrame(canvas, { timestamp: number * 66667 });
      encoder.encode(frame, { keyFrame: number % 15 === 0 });
      frame.close();
    }
    await encoder.flush();
    return frames;
  }

  state() { return this.connection?.connectionState ?? 'new'; }

  shown() { return [...this.remotes.values()].filter(({ video }) => video).length; }

  async decoded() {
    let frames = 0;
    (await this.connection.getStats()).forEach(entry => {
      if (entry.type === 'inbound-rtp' && entry.kind === 'video') frames += entry.framesDecoded ?? 0;
    });
    return frames;
  }
}

window.Camera = Camera;
