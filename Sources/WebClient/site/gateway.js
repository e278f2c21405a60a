// The main gateway, version 10: one socket that heartbeats, resumes and hands dispatches on.

const FATAL = new Set([4004, 4010, 4011, 4012, 4013, 4014]);
const BACKOFF_MS = [250, 500, 1000, 2000, 5000, 10000];

export class Gateway extends EventTarget {
  constructor(url, token) {
    super();
    this.url = url;
    this.token = token;
    this.session = null;
    this.sequence = null;
    this.failures = 0;
    this.stopped = false;
  }

  connect() {
    const base = this.session?.resumeURL ?? this.url;
    const socket = new WebSocket(`${base.replace(/\/?$/, '/')}?v=10&encoding=json`);
    this.socket = socket;
    socket.onmessage = event => { if (this.socket === socket) this.#receive(JSON.parse(event.data)); };
    socket.onclose = event => { if (this.socket === socket) this.#closed(event.code); };
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    clearTimeout(this.retry);
    this.socket?.close(1000);
  }

  get isOpen() {
    return this.socket?.readyState === WebSocket.OPEN && this.session !== null;
  }

  updateVoiceState(guild, channel, selfMute, selfDeaf) {
    this.#send(4, { guild_id: guild, channel_id: channel, self_mute: selfMute, self_deaf: selfDeaf });
  }

  #send(op, d) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ op, d }));
  }

  #receive({ op, d, s, t }) {
    if (typeof s === 'number') this.sequence = s;
    switch (op) {
      case 0: this.#dispatch(t, d); break;
      case 1: this.#heartbeat(); break;
      case 7: this.#reconnect(4000); break;
      case 9:
        if (!d) this.#forget();
        this.#reconnect(4000, 1000 + Math.random() * 4000);
        break;
      case 10: this.#hello(d); break;
      case 11: this.acknowledged = true; break;
    }
  }

  #hello({ heartbeat_interval: interval }) {
    this.acknowledged = true;
    clearTimeout(this.timer);
    const beat = () => {
      if (!this.acknowledged) return this.#reconnect(4000);
      this.#heartbeat();
      this.timer = setTimeout(beat, interval);
    };
    this.timer = setTimeout(beat, interval * Math.random());
    if (this.session) {
      this.#send(6, { token: this.token, session_id: this.session.id, seq: this.sequence ?? 0 });
    } else {
      this.#send(2, {
        token: this.token,
        properties: { os: navigator.platform, browser: 'Roost', device: '' },
        presence: { status: 'online', since: 0, activities: [], afk: false },
        compress: false,
      });
    }
  }

  #heartbeat() {
    this.acknowledged = false;
    this.#send(1, this.sequence);
  }

  #dispatch(name, data) {
    if (name === 'READY') {
      this.session = { id: data.session_id, resumeURL: data.resume_gateway_url };
    }
    if (name === 'READY' || name === 'RESUMED') {
      this.failures = 0;
      this.#tell('state', { connected: true });
    }
    this.#tell('dispatch', { name, data });
  }

  #closed(code) {
    clearTimeout(this.timer);
    if (this.stopped) return;
    this.#tell('state', { connected: false });
    if (FATAL.has(code)) {
      this.stopped = true;
      this.#tell('refused', { code });
      return;
    }
    if (code === 4007 || code === 4003) this.#forget();
    this.#retry(BACKOFF_MS[Math.min(this.failures++, BACKOFF_MS.length - 1)]);
  }

  #reconnect(code, delay = 0) {
    const old = this.socket;
    this.socket = null;
    clearTimeout(this.timer);
    old?.close(code);
    this.#tell('state', { connected: false });
    this.#retry(delay);
  }

  #retry(delay) {
    clearTimeout(this.retry);
    this.retry = setTimeout(() => { if (!this.stopped) this.connect(); }, delay);
  }

  #forget() {
    this.session = null;
    this.sequence = null;
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
