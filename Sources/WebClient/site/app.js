// The page: who is logged in, which channel is open, which call is on.

import { API, PAGE } from './api.js';
import { Gateway } from './gateway.js';
import { Peer } from './peer.js';
import { State, compare, isText, isVoice } from './state.js';
import * as ui from './ui.js';
import { Voice } from './voice.js';

const SESSION_KEY = 'roost.session';
const CALL_KEY = 'roost.call';
const MESSAGES_MAX = 2000;
// A call that cannot be had again this often within a minute is given up.
const REJOINS_MAX = 4;

const api = new API();
const state = new State();
const speaking = new Set();

let gateway = null;
let guild = null;
let channel = null;
let messages = [];
/// Whether the channel has older messages than those, and whether they are on their way.
let hasOlder = false, isLoading = false;
/// { guild, channel, state, muted, deafened, blocked, rejoins: [time], microphone: promise of a stream, server: the
/// token of the newest VOICE_SERVER_UPDATE, voice, peer }
let call = null;
let invite = inviteIn(location.pathname + location.hash);

function inviteIn(text) {
  const match = /invite\/([A-Za-z0-9-]{1,64})\/?$/.exec(text) ?? /^([A-Za-z0-9-]{1,64})$/.exec(text);
  return match ? match[1] : null;
}

// Entry.

async function enter(action, username, password) {
  if (!username || !password) return ui.entryError('A username and a password are needed.');
  ui.entryError('');
  ui.entryBusy(true);
  try {
    const { token } = await action(username, password);
    localStorage.setItem(SESSION_KEY, JSON.stringify({ token }));
    await start(token);
  } catch (error) {
    ui.entryError(error.message);
  } finally {
    ui.entryBusy(false);
  }
  return undefined;
}

async function showEntry() {
  ui.showEntry(null);
  if (!invite) return;
  try {
    const { guild: where } = await api.invite(invite);
    ui.showEntry(`You are invited to ${where.name}. Register, or log in if you have an account here.`);
  } catch (error) {
    ui.showEntry(`The invite does not work: ${error.message}`);
  }
}

async function start(token) {
  api.token = token;
  if (invite) await followInvite();
  const { url } = await api.gateway();
  gateway = new Gateway(url, token);
  gateway.addEventListener('dispatch', ({ detail }) => dispatch(detail.name, detail.data));
  gateway.addEventListener('state', ({ detail }) => ui.connected(detail.connected));
  gateway.addEventListener('refused', ({ detail }) => { if (detail.code === 4004) logout(); });
  gateway.connect();
  ui.showApp();
}

async function followInvite() {
  const code = invite;
  invite = null;
  try {
    await api.acceptInvite(code);
  } catch (error) {
    if (error.status === 401) throw error;
    ui.announce(`The invite does not work: ${error.message}`);
  }
  history.replaceState(null, '', '/');
}

function logout() {
  leave();
  gateway?.stop();
  gateway = null;
  api.token = null;
  localStorage.removeItem(SESSION_KEY);
  state.reset();
  guild = channel = null;
  showEntry();
}

// What happens.

function dispatch(name, data) {
  const before = state.voiceOf(data?.guild_id, data?.user_id)?.channel_id ?? null;
  const changed = state.apply(name, data);
  switch (name) {
    case 'READY': ready(); break;
    case 'GUILD_CREATE': settle(); rejoinAfterReload(); break;
    case 'GUILD_DELETE':
    case 'CHANNEL_DELETE': settle(); break;
    case 'MESSAGE_CREATE':
    case 'MESSAGE_UPDATE': if (data.channel_id === channel) keep(data); break;
    case 'MESSAGE_DELETE': drop([data.id]); break;
    case 'MESSAGE_DELETE_BULK': drop(data.ids); break;
    case 'VOICE_STATE_UPDATE':
      greet(before, data);
      voiceState(data);
      break;
    case 'VOICE_SERVER_UPDATE': voiceServer(data); break;
  }
  if (changed) render();
}

function ready() {
  settle();
  if (call) {
    // A new session knows nothing of the call of the old one.
    sendVoiceState();
  } else {
    rejoinAfterReload();
  }
}

// Opens something that is still there.
function settle() {
  if (!state.guilds.has(guild)) guild = state.guilds.keys().next().value ?? null;
  if (!state.channel(channel) || state.guildOf(channel)?.id !== guild) {
    openText(state.channelsOf(guild).find(isText)?.id ?? null);
  }
  render();
}

function render() {
  ui.render({ state, guild, channel, call: call?.channel ?? null, speaking });
  ui.renderCall(call && {
    state: call.state, channel: state.channel(call.channel)?.name ?? '', muted: call.muted,
    deafened: call.deafened, blocked: call.blocked,
  });
}

// Messages.

async function openText(id) {
  if (id === channel && id !== null) return;
  channel = id;
  messages = [];
  hasOlder = false;
  ui.clearMessages();
  render();
  if (id === null) return;
  try {
    await load(id);
  } catch (error) {
    ui.announce(error.message);
  }
}

async function load(id, before) {
  const loaded = await api.messages(id, before);
  if (channel !== id) return;
  hasOlder = loaded.length === PAGE;
  for (const message of loaded) keep(message, false);
  showMessages();
}

// The reader has come to the beginning of what is shown.
async function older() {
  if (!hasOlder || isLoading || messages.length >= MESSAGES_MAX) return;
  isLoading = true;
  await load(channel, messages[0].id).catch(error => ui.announce(error.message));
  isLoading = false;
}

function keep(message, show = true) {
  const index = messages.findIndex(known => known.id === message.id);
  if (index >= 0) messages[index] = message;
  else messages.push(message);
  if (show) showMessages();
}

function drop(ids) {
  messages = messages.filter(message => !ids.includes(message.id));
  showMessages();
}

function showMessages() {
  messages.sort((a, b) => compare(a.id, b.id));
  messages.splice(0, messages.length - MESSAGES_MAX);
  ui.renderMessages(messages, author => state.guilds.get(guild)?.nicks.get(author.id) || author.global_name || author.username);
}

async function send(text, files) {
  try {
    keep(await api.sendMessage(channel, text, crypto.randomUUID().slice(0, 23), files));
    ui.showNewest();
  } catch (error) {
    ui.announce(`The message was not sent: ${error.message}`);
  }
}

// The call.

function join(id) {
  if (call?.channel === id) return;
  const place = { guild: state.guildOf(id).id, channel: id };
  call = {
    muted: false, deafened: false, ...call, ...place, state: 'connecting', blocked: false, rejoins: [],
  };
  sessionStorage.setItem(CALL_KEY, JSON.stringify(place));
  // Asking now, not when the server is ready, saves the time that the question takes.
  call.microphone ??= microphone();
  sendVoiceState();
  render();
}

async function microphone() {
  try {
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    ui.announce(`There is no microphone, you can only listen: ${error.message}`);
    return null;
  }
}

function sendVoiceState() {
  gateway.updateVoiceState(call.guild, call.channel, call.muted || call.deafened, call.deafened);
}

function leave(announcement) {
  if (!call) return;
  const { guild: from, voice, microphone: source } = call;
  call = null;
  sessionStorage.removeItem(CALL_KEY);
  if (voice) voice.stop();
  else source?.then(stream => { for (const track of stream?.getTracks() ?? []) track.stop(); });
  if (!announcement) gateway?.updateVoiceState(from, null, false, false);
  speaking.clear();
  ui.announce(announcement ?? 'You left the call.');
  render();
}

function voiceState(data) {
  if (!call || data.user_id !== state.me.id || data.guild_id !== call.guild) return;
  if (data.channel_id === null) {
    leave('You were disconnected from the call.');
  } else if (data.session_id !== gateway.session?.id) {
    leave('The call goes on in another window.');
  } else {
    call.channel = data.channel_id;
    sessionStorage.setItem(CALL_KEY, JSON.stringify({ guild: call.guild, channel: call.channel }));
  }
}

function greet(before, { user_id: user, channel_id: now, guild_id: where }) {
  if (!call || user === state.me.id || before === now) return;
  if (now === call.channel) ui.announce(`${state.name(user, where)} joined.`);
  else if (before === call.channel) ui.announce(`${state.name(user, where)} left.`);
}

async function voiceServer({ guild_id: where, endpoint, token }) {
  const current = call;
  if (!current || where !== current.guild || !endpoint) return;
  // A newer server, a move, or a new session: the older connection gives way.
  current.voice?.stop(4000);
  current.voice = null;
  current.microphone ??= microphone();
  current.server = token;
  const stream = await current.microphone;
  if (call !== current || current.server !== token) return;
  current.microphone = null;
  const peer = new Peer(stream, ui.sinks());
  current.peer = peer;
  const voice = new Voice({
    endpoint, token, guild: current.guild, channel: current.channel, user: state.me.id, session: gateway.session.id,
  }, peer);
  current.voice = voice;
  silence();
  peer.addEventListener('blocked', () => { current.blocked = true; render(); });
  peer.addEventListener('speaking', ({ detail }) => speak(detail));
  peer.addEventListener('error', ({ detail }) => ui.announce(`Sound failed: ${detail.message}`));
  voice.addEventListener('speaking', ({ detail }) => speak(detail));
  voice.addEventListener('state', ({ detail }) => { if (call?.voice === voice) { call.state = detail; render(); } });
  voice.addEventListener('lost', ({ detail }) => { if (call?.voice === voice) lost(detail); });
}

function speak({ user, speaking: isSpeaking }) {
  if (isSpeaking) speaking.add(user);
  else speaking.delete(user);
  ui.speaking(user, isSpeaking);
}

function lost({ code, mayRejoin, error }) {
  call.voice = null;
  const now = performance.now();
  call.rejoins = [...call.rejoins.filter(time => now - time < 60_000), now];
  if (code === 4014 && state.voiceOf(call.guild, state.me.id)) {
    // Moved: the server for the new channel is on its way.
    call.state = 'connecting';
    render();
  } else if (mayRejoin && call.rejoins.length <= REJOINS_MAX) {
    call.state = 'reconnecting';
    setTimeout(() => { if (call && !call.voice) sendVoiceState(); }, 500 * call.rejoins.length);
    render();
  } else {
    leave();
    ui.announce(`The call was lost${error ? `: ${error.message}` : ''}.`);
  }
}

function silence() {
  if (!call.peer) return;
  call.peer.muted = call.muted || call.deafened;
  call.peer.deafened = call.deafened;
}

function change(what) {
  if (!call) return;
  call[what] = !call[what];
  silence();
  sendVoiceState();
  render();
}

function rejoinAfterReload() {
  if (call) return;
  let place = null;
  try {
    place = JSON.parse(sessionStorage.getItem(CALL_KEY));
  } catch {
    sessionStorage.removeItem(CALL_KEY);
  }
  if (!place || !state.channel(place.channel)) return;
  guild = place.guild;
  settle();
  join(place.channel);
}

ui.listen({
  login: (username, password) => enter((...pair) => api.login(...pair), username, password),
  register: (username, password) => enter((...pair) => {
    const code = invite;
    return api.register(...pair, code).then(answer => { if (code) forgetInvite(); return answer; });
  }, username, password),
  logout: () => { api.logout().catch(() => {}); logout(); },
  async acceptInvite(text) {
    invite = inviteIn(text.trim());
    if (!invite) return ui.announce('That is no invite.');
    await followInvite();
    return ui.clearInvite();
  },
  send,
  older,
  openGuild(id) { guild = id; settle(); },
  openChannel(id) { if (isVoice(state.channel(id))) join(id); else openText(id); },
  mute: () => change('muted'),
  deafen: () => change('deafened'),
  leave: () => leave(),
  unblock,
});

// Any touch of the page lets the browser play and listen, not only the button that asks for it.
for (const type of ['pointerdown', 'keydown']) document.addEventListener(type, () => unblock());

function unblock() {
  if (!call?.peer) return;
  call.peer.unblock();
  if (!call.blocked) return;
  call.blocked = false;
  render();
}

// Registering with an invite accepts it.
function forgetInvite() {
  invite = null;
  history.replaceState(null, '', '/');
}

try {
  const { token } = JSON.parse(localStorage.getItem(SESSION_KEY)) ?? {};
  if (token) await start(token);
  else showEntry();
} catch (error) {
  api.token = null;
  if (error.status === 401) localStorage.removeItem(SESSION_KEY);
  await showEntry();
  ui.entryError(error.message);
}
