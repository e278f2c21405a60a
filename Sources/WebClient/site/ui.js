// The page's elements: values in, DOM out. What a person does comes back through `on`.

import { renderFiles } from './files.js';
import { CATEGORY, isVoice } from './state.js';

const $ = id => document.getElementById(id);

function make(tag, text = '', attributes = {}) {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Makes `container` hold one element for each item, in order; those that stay keep focus and identity.
function reconcile(container, items, key, create, update) {
  const known = new Map([...container.children].map(element => [element.dataset.key, element]));
  let next = container.firstElementChild;
  for (const item of items) {
    let element = known.get(key(item));
    if (!element) {
      element = create(item);
      element.dataset.key = key(item);
    }
    known.delete(key(item));
    if (element === next) next = next.nextElementSibling;
    else container.insertBefore(element, next);
    update(element, item);
  }
  for (const element of known.values()) element.remove();
}

/// Connects what a person does to `on`, an object of functions.
export function listen(on) {
  const credentials = () => [$('username').value.trim(), $('password').value];
  $('login-form').addEventListener('submit', event => {
    event.preventDefault();
    on.login(...credentials());
  });
  $('register').addEventListener('click', () => on.register(...credentials()));
  $('invite-form').addEventListener('submit', event => {
    event.preventDefault();
    on.acceptInvite($('invite').value);
  });
  $('message-form').addEventListener('submit', event => {
    event.preventDefault();
    const text = $('message').value.trim();
    const files = [...$('files').files];
    if (!text && files.length === 0) return;
    $('message').value = $('files').value = '';
    on.send(text, files);
  });
  $('messages').addEventListener('scroll', () => { if ($('messages').scrollTop < 100) on.older(); });
  $('guilds').addEventListener('click', event => {
    const button = event.target.closest('[data-guild-id]');
    if (button) on.openGuild(button.dataset.guildId);
  });
  $('channels').addEventListener('click', event => {
    const button = event.target.closest('[data-channel-id]');
    if (button) on.openChannel(button.dataset.channelId);
  });
  for (const name of ['mute', 'deafen', 'leave', 'unblock', 'logout']) $(name).addEventListener('click', () => on[name]());
}

export function showEntry(preview) {
  $('app').hidden = true;
  $('entry').hidden = false;
  $('invite-preview').hidden = !preview;
  write($('invite-preview'), preview ?? '');
  $('username').focus();
}

export function showApp() {
  $('entry').hidden = true;
  $('app').hidden = false;
}

export function entryError(text) {
  write($('entry-error'), text);
}

export function entryBusy(busy) {
  $('login').disabled = $('register').disabled = busy;
}

export function clearInvite() {
  $('invite').value = '';
}

/// Says something to everybody, also to who does not see the page.
export function announce(text) {
  write($('status'), text);
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => write($('status'), ''), 6000);
}

export function connected(isConnected) {
  set($('connection'), 'data-connected', isConnected);
  write($('connection'), isConnected ? 'Connected' : 'Connecting…');
}

/// `view`: { state, guild, channel (open text channel), call (voice channel or null), speaking: Set }
export function render(view) {
  const { state, guild } = view;
  const guilds = [...state.guilds.values()];
  write($('guild-name'), state.guilds.get(guild)?.name ?? 'Roost');
  write($('own-name'), state.me ? state.name(state.me.id, guild) : '');
  $('guilds').hidden = guilds.length < 2;
  reconcile($('guilds'), guilds, item => item.id, item => {
    const element = make('li');
    element.append(make('button', '', { type: 'button', 'data-guild-id': item.id }));
    return element;
  }, (element, item) => {
    write(element.firstElementChild, item.name);
    set(element.firstElementChild, 'aria-pressed', item.id === guild);
  });
  reconcile($('channels'), state.channelsOf(guild), item => item.id, makeChannel,
    (element, item) => updateChannel(element, item, view));
  const open = state.channel(view.channel);
  write($('channel-name'), open ? `# ${open.name}` : '');
  $('message-form').hidden = !open;
}

function makeChannel(channel) {
  const element = make('li');
  if (channel.type === CATEGORY) {
    element.className = 'category';
    return element;
  }
  const button = make('button', '', {
    type: 'button', 'data-channel-id': channel.id, 'data-channel-type': channel.type,
  });
  element.append(button);
  if (isVoice(channel)) {
    element.append(make('ul', '', { 'data-voice-channel-id': channel.id, 'aria-label': `In ${channel.name}` }));
  }
  return element;
}

function updateChannel(element, channel, view) {
  if (channel.type === CATEGORY) return write(element, channel.name);
  const button = element.firstElementChild;
  if (!isVoice(channel)) {
    write(button, `# ${channel.name}`);
    set(button, 'aria-current', channel.id === view.channel ? 'true' : null);
    return undefined;
  }
  const isHere = channel.id === view.call;
  write(button, `♪ ${channel.name}`);
  set(button, 'aria-pressed', isHere);
  set(button, 'title', isHere ? 'You are in this channel' : 'Join');
  reconcile(element.lastElementChild, view.state.voiceIn(view.guild, channel.id), state => state.user_id, state => {
    const item = make('li', '', { 'data-user-id': state.user_id });
    item.append(make('span', '', { class: 'name' }), make('span', '', { class: 'flags' }));
    return item;
  }, (item, state) => updateVoice(item, state, view));
  return undefined;
}

function updateVoice(item, state, view) {
  const muted = state.mute || state.self_mute || state.suppress;
  const deafened = state.deaf || state.self_deaf;
  write(item.firstElementChild, view.state.name(state.user_id, view.guild));
  write(item.lastElementChild, [muted && 'muted', deafened && 'deafened'].filter(Boolean).join(', '));
  set(item, 'data-muted', Boolean(muted));
  set(item, 'data-deafened', Boolean(deafened));
  set(item, 'data-speaking', view.speaking.has(state.user_id));
}

export function speaking(user, isSpeaking) {
  for (const item of document.querySelectorAll(`[data-user-id="${user}"]`)) set(item, 'data-speaking', isSpeaking);
}

/// `call`: null, or { state, channel (name), muted, deafened, blocked }
export function renderCall(call) {
  $('call').hidden = call === null;
  if (call === null) return;
  const words = { connecting: 'Connecting to', connected: 'In', reconnecting: 'Reconnecting to' };
  set($('call'), 'data-state', call.state);
  write($('call-state'), words[call.state]);
  write($('call-channel'), call.channel);
  set($('mute'), 'aria-pressed', call.muted);
  set($('deafen'), 'aria-pressed', call.deafened);
  $('unblock').hidden = !call.blocked;
}

/// `messages` are oldest first.
export function renderMessages(messages, nameOf) {
  const list = $('messages');
  const first = list.firstElementChild, heightBefore = list.scrollHeight, topBefore = list.scrollTop;
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  reconcile(list, messages, message => message.id, message => {
    const item = make('li', '', { 'data-message-id': message.id, 'data-author-id': message.author.id });
    const time = new Date(message.timestamp);
    item.append(
      make('span', '', { class: 'author' }),
      make('time', time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }), { datetime: message.timestamp }),
      make('p'), make('ul', '', { class: 'files' }));
    return item;
  }, (item, message) => {
    write(item.firstElementChild, nameOf(message.author));
    write(item.querySelector('p'), textOf(message));
    renderFiles(item.lastElementChild, message.attachments ?? []);
    set(item, 'data-type', message.type);
  });
  if (atEnd) list.scrollTop = list.scrollHeight;
  // What is being read stays in its place when older messages come before it.
  else if (first && first !== list.firstElementChild) list.scrollTop = topBefore + list.scrollHeight - heightBefore;
}

// Messages that people did not write say what happened.
const EVENTS = { 6: 'pinned a message.', 7: 'joined the guild.', 27: 'began a stage.', 28: 'ended the stage.' };

function textOf(message) {
  const embeds = (message.embeds ?? []).map(embed => [embed.title, embed.description].filter(Boolean).join('\n'));
  const text = [message.content || EVENTS[message.type], ...embeds].filter(Boolean).join('\n');
  return message.edited_timestamp ? `${text} (edited)` : text;
}

/// Whoever writes wants to see it, wherever they were reading.
export function showNewest() {
  $('messages').scrollTop = $('messages').scrollHeight;
}

export function clearMessages() {
  $('messages').replaceChildren();
}

export const sinks = () => $('sinks');
