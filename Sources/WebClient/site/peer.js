// The media of one call: a microphone out, one receiving section for each other member.
//
// Members come and go without a word to the server: its transport stays the same, only our own
// description changes, and buildAnswer answers it.

import { buildAnswer, fragmentOf, localSSRC, parseServerFragment } from './sdp.js';

const SPEAKING_LEVEL = 0.01;
const HOLD_MS = 300;
const POLL_MS = 60;

export class Peer extends EventTarget {
  #connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' });
  #microphone = null;
  #sender = null;
  #server = null;
  #version = 0;
  #negotiating = false;
  #stale = false;
  /// user → { ssrc, transceiver, element, flagged, heardAt, speaking }
  #remotes = new Map();
  /// Sections without a member, with the SSRC that they had: { transceiver, ssrc }
  #free = [];
  #muted = false;
  #deafened = false;
  #spokeAt = -Infinity;
  #speaking = false;

  constructor(microphone, sinks) {
    super();
    this.#microphone = microphone;
    this.sinks = sinks;
    const track = microphone?.getAudioTracks()[0];
    this.#sender = this.#connection.addTransceiver(track ?? 'audio', {
      direction: track ? 'sendonly' : 'inactive', streams: microphone ? [microphone] : [],
    });
    this.#connection.ontrack = ({ transceiver, track: remote }) => this.#play(transceiver, remote);
    this.#connection.onconnectionstatechange = () => this.#tell('state', this.#connection.connectionState);
    this.#listen();
    this.timer = setInterval(() => this.#poll(), POLL_MS);
  }

  /// What SELECT_PROTOCOL carries; `iceRestart` after the path to the server was lost.
  async offer(iceRestart = false) {
    if (this.#connection.signalingState === 'stable') {
      await this.#connection.setLocalDescription(await this.#connection.createOffer({ iceRestart }));
    }
    return fragmentOf(this.#connection.localDescription.sdp);
  }

  /// Takes SESSION_DESCRIPTION.
  async accept(fragment) {
    this.#server = parseServerFragment(fragment);
    if (this.#connection.signalingState === 'have-local-offer') await this.#answer();
    await this.#negotiate();
  }

  /// The SSRC of the microphone, for SPEAKING.
  get ssrc() {
    return localSSRC(this.#connection.localDescription?.sdp ?? '', this.#sender.mid) ?? 0;
  }

  /// A member can be heard under `ssrc`; `flagged` is what it says of itself.
  add(user, ssrc, flagged) {
    const remote = this.#remotes.get(user);
    if (remote?.ssrc === ssrc) {
      remote.flagged = flagged;
      return;
    }
    if (remote) this.#release(user);
    this.#remotes.set(user, { ssrc, transceiver: null, element: null, flagged, heardAt: -Infinity, speaking: false });
    this.#negotiate();
  }

  remove(user) {
    if (!this.#remotes.has(user)) return;
    this.#release(user);
    this.#negotiate();
  }

  set muted(value) {
    this.#muted = value;
    for (const track of this.#microphone?.getAudioTracks() ?? []) track.enabled = !value;
  }

  set deafened(value) {
    this.#deafened = value;
    for (const { element } of this.#remotes.values()) if (element) element.muted = value;
  }

  /// Plays what the browser refused to play before the user touched the page.
  unblock() {
    if (this.context?.state === 'suspended') this.context.resume();
    for (const { element } of this.#remotes.values()) if (element?.paused) this.#start(element);
  }

  close() {
    clearInterval(this.timer);
    this.context?.close();
    this.#connection.ontrack = this.#connection.onconnectionstatechange = null;
    this.#connection.close();
    for (const { element } of this.#remotes.values()) element?.remove();
    for (const track of this.#microphone?.getTracks() ?? []) track.stop();
  }

  // Negotiation with ourselves, one round at a time.

  async #negotiate() {
    this.#stale = true;
    if (this.#negotiating || !this.#server || this.#connection.signalingState !== 'stable') return;
    this.#negotiating = true;
    try {
      while (this.#stale) {
        this.#stale = false;
        this.#assign();
        await this.#connection.setLocalDescription(await this.#connection.createOffer());
        await this.#answer();
      }
    } catch (error) {
      if (this.#connection.signalingState !== 'closed') this.#tell('error', error);
    } finally {
      this.#negotiating = false;
    }
  }

  async #answer() {
    const remotes = new Map();
    for (const [user, { ssrc, transceiver }] of this.#remotes) {
      if (transceiver?.mid) remotes.set(transceiver.mid, { user, ssrc });
    }
    this.#version += 1;
    const sdp = buildAnswer(this.#connection.localDescription.sdp, this.#server, remotes, this.#version);
    await this.#connection.setRemoteDescription({ type: 'answer', sdp });
  }

  #assign() {
    // A section that was given up in this round rests until the next: its old source has to end first. And
    // Chromium's sound stays off when a section gets the very SSRC back that it had before.
    const isReady = remote => ({ transceiver, ssrc }) =>
      transceiver.currentDirection === 'inactive' && ssrc !== remote.ssrc;
    for (const remote of this.#remotes.values()) {
      if (remote.transceiver) continue;
      const index = this.#free.findIndex(isReady(remote));
      if (index >= 0) {
        remote.transceiver = this.#free.splice(index, 1)[0].transceiver;
        remote.transceiver.direction = 'recvonly';
      } else {
        remote.transceiver = this.#connection.addTransceiver('audio', { direction: 'recvonly' });
      }
    }
  }

  #release(user) {
    const { transceiver, ssrc, element, speaking } = this.#remotes.get(user);
    this.#remotes.delete(user);
    element?.remove();
    if (speaking) this.#tell('speaking', { user, speaking: false });
    if (!transceiver) return;
    transceiver.direction = 'inactive';
    this.#free.push({ transceiver, ssrc });
  }

  // Sound.

  #play(transceiver, track) {
    for (const remote of this.#remotes.values()) {
      if (remote.transceiver !== transceiver) continue;
      remote.element?.remove();
      remote.element = document.createElement('audio');
      remote.element.autoplay = true;
      remote.element.muted = this.#deafened;
      remote.element.srcObject = new MediaStream([track]);
      this.sinks.append(remote.element);
      this.#start(remote.element);
    }
  }

  #start(element) {
    element?.play().catch(error => { if (error.name === 'NotAllowedError') this.#tell('blocked', true); });
  }

  #listen() {
    if (!this.#microphone) return;
    try {
      this.context = new AudioContext();
      this.analyser = this.context.createAnalyser();
      this.analyser.fftSize = 1024;
      this.context.createMediaStreamSource(this.#microphone).connect(this.analyser);
      this.samples = new Float32Array(this.analyser.fftSize);
    } catch {
      this.analyser = null;  // Then the sender's statistics tell the level.
    }
  }

  async #level() {
    if (this.#muted || !this.#microphone) return 0;
    if (this.analyser && this.context.state === 'running') {
      this.analyser.getFloatTimeDomainData(this.samples);
      return Math.sqrt(this.samples.reduce((sum, sample) => sum + sample * sample, 0) / this.samples.length);
    }
    for (const entry of (await this.#sender.sender.getStats()).values()) {
      if (entry.type === 'media-source' && entry.audioLevel !== undefined) return entry.audioLevel;
    }
    return 0;
  }

  async #poll() {
    const now = performance.now();
    if (await this.#level() > SPEAKING_LEVEL) this.#spokeAt = now;
    const speaking = now - this.#spokeAt < HOLD_MS;
    if (speaking !== this.#speaking) {
      this.#speaking = speaking;
      this.#tell('microphone', speaking);
    }
    for (const [user, remote] of this.#remotes) this.#watch(user, remote, now);
  }

  #watch(user, remote, now) {
    const source = remote.transceiver?.receiver.getSynchronizationSources()[0];
    const isFresh = source && performance.timeOrigin + now - source.timestamp < HOLD_MS;
    // Without a level the member's own word has to do.
    const isHeard = isFresh && (source.audioLevel === undefined ? remote.flagged : source.audioLevel > SPEAKING_LEVEL);
    if (isHeard) remote.heardAt = now;
    const speaking = now - remote.heardAt < HOLD_MS;
    if (speaking === remote.speaking) return;
    remote.speaking = speaking;
    this.#tell('speaking', { user, speaking });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
