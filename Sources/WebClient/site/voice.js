// The voice gateway, version 9, protocol webrtc: one socket that identifies, resumes and feeds a Peer.

const VERSION = 9;
// Beyond this the server has given the session to nobody.
const RESUME_MS = 40_000;
const BACKOFF_MS = [200, 500, 1000, 2000, 4000];
// The session is over but its user may come back at once.
const REJOIN = new Set([4004, 4006, 4011, 4013, 4015]);

export class Voice extends EventTarget {
  #socket = null;
  #peer;
  #sequence = -1;
  #identified = false;
  #stopped = false;
  #lostAt = null;
  #attempts = 0;
  #speaking = false;

  /// `place`: { endpoint, token, guild, channel, user, session }
  constructor(place, peer) {
    super();
    this.place = place;
    this.#peer = peer;
    peer.addEventListener('microphone', ({ detail }) => this.#speak(detail));
    peer.addEventListener('state', ({ detail }) => this.#transport(detail));
    this.#connect();
  }

  /// `code` 1000 leaves, 4000 lets a successor take over.
  stop(code = 1000) {
    this.#stopped = true;
    clearTimeout(this.beat);
    clearTimeout(this.retry);
    this.#socket?.close(code);
    this.#peer.close();
  }

  #connect() {
    const socket = new WebSocket(`wss://${this.place.endpoint}/?v=${VERSION}`);
    this.#socket = socket;
    this.#tell('state', this.#identified ? 'reconnecting' : 'connecting');
    socket.onopen = () => this.#greet();
    socket.onmessage = event => { if (socket === this.#socket && typeof event.data === 'string') this.#queue(JSON.parse(event.data)); };
    socket.onclose = event => { if (socket === this.#socket) this.#closed(event.code); };
  }

  #greet() {
    const { guild, channel, user, session, token } = this.place;
    if (this.#identified) {
      this.#send(7, { server_id: guild, channel_id: channel, session_id: session, token, seq_ack: this.#sequence });
    } else {
      this.#send(0, {
        server_id: guild, channel_id: channel, user_id: user, session_id: session, token,
        video: false, streams: [], max_dave_protocol_version: 0,
      });
    }
  }

  // Messages are taken one after another: some of them await the browser's WebRTC.
  #queue(message) {
    this.tail = (this.tail ?? Promise.resolve()).then(() => this.#receive(message)).catch(error => this.#fail(error));
  }

  async #receive({ op, d, seq }) {
    if (this.#stopped) return;
    if (typeof seq === 'number') this.#sequence = seq;
    switch (op) {
      case 2:
        this.#identified = true;
        await this.#select(false);
        break;
      case 4:
        await this.#peer.accept(d.sdp);
        this.#settled();
        break;
      case 5:
        if (d.user_id !== this.place.user) this.#peer.add(d.user_id, d.ssrc, d.speaking !== 0);
        break;
      case 8: this.#heartbeats(d.heartbeat_interval); break;
      case 9: this.#settled(); break;
      case 13: this.#peer.remove(d.user_id); break;
    }
  }

  async #select(iceRestart) {
    const { data, codecs } = await this.#peer.offer(iceRestart);
    this.#send(1, { protocol: 'webrtc', data, sdp: data, codecs, rtc_connection_id: crypto.randomUUID() });
  }

  #settled() {
    this.#lostAt = null;
    this.#attempts = 0;
    this.#tell('state', 'connected');
    if (this.#speaking) this.#speak(true);
  }

  #speak(speaking) {
    this.#speaking = speaking;
    this.#send(5, { speaking: speaking ? 1 : 0, delay: 0, ssrc: this.#peer.ssrc });
    this.#tell('speaking', { user: this.place.user, speaking });
  }

  #transport(state) {
    // The socket outlives the path: new ICE credentials find another one.
    if (state === 'failed' && this.#identified) this.#select(true).catch(error => this.#fail(error));
  }

  #heartbeats(interval) {
    clearTimeout(this.beat);
    const beat = () => {
      this.#send(3, { t: Date.now(), seq_ack: this.#sequence });
      this.beat = setTimeout(beat, Math.min(interval, 5000));
    };
    beat();
  }

  #closed(code) {
    clearTimeout(this.beat);
    if (this.#stopped) return;
    this.#lostAt ??= performance.now();
    const isOver = code >= 4001 && code !== 4009;
    const isTooLate = performance.now() - this.#lostAt > RESUME_MS;
    if (isOver || isTooLate || (!this.#identified && this.#attempts >= BACKOFF_MS.length)) {
      this.#end({ code, mayRejoin: !isOver || REJOIN.has(code) });
      return;
    }
    this.#tell('state', 'reconnecting');
    const delay = BACKOFF_MS[Math.min(this.#attempts++, BACKOFF_MS.length - 1)];
    this.retry = setTimeout(() => this.#connect(), delay);
  }

  #fail(error) {
    if (!this.#stopped) this.#end({ code: 0, mayRejoin: false, error });
  }

  #end(detail) {
    this.stop(1000);
    this.#tell('lost', detail);
  }

  #send(op, d) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ op, d }));
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
