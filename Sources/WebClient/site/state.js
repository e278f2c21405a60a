// What the gateway's dispatches add up to: guilds, channels, names and who is in voice. No DOM.

export const TEXT = 0, VOICE = 2, CATEGORY = 4, NEWS = 5, STAGE = 13;
export const isVoice = channel => channel.type === VOICE || channel.type === STAGE;
export const isText = channel => channel.type === TEXT || channel.type === NEWS;

export class State {
  constructor() {
    this.reset();
  }

  reset() {
    this.me = null;
    this.guilds = new Map();
    this.users = new Map();
  }

  /// Takes a dispatch; true when something that is shown may have changed.
  apply(name, data) {
    switch (name) {
      case 'READY':
        this.reset();
        this.me = data.user;
        this.#user(data.user);
        for (const user of data.users ?? []) this.#user(user);
        for (const guild of data.guilds ?? []) if (!guild.unavailable) this.#guild(guild);
        return true;
      case 'READY_SUPPLEMENTAL':
        for (const guild of data.guilds ?? []) {
          for (const state of guild.voice_states ?? []) this.#voice({ ...state, guild_id: guild.id });
        }
        return true;
      case 'GUILD_CREATE': this.#guild(data); return true;
      case 'GUILD_UPDATE': Object.assign(this.guilds.get(data.id) ?? {}, { name: data.name }); return true;
      case 'GUILD_DELETE': this.guilds.delete(data.id); return true;
      case 'CHANNEL_CREATE':
      case 'CHANNEL_UPDATE': this.guilds.get(data.guild_id)?.channels.set(data.id, data); return true;
      case 'CHANNEL_DELETE': this.guilds.get(data.guild_id)?.channels.delete(data.id); return true;
      case 'GUILD_MEMBER_ADD':
      case 'GUILD_MEMBER_UPDATE': this.#member(data.guild_id, data); return true;
      case 'GUILD_MEMBER_REMOVE': this.guilds.get(data.guild_id)?.nicks.delete(data.user.id); return true;
      case 'USER_UPDATE':
        this.me = { ...this.me, ...data };
        this.#user(data);
        return true;
      case 'VOICE_STATE_UPDATE': this.#voice(data); return true;
      case 'MESSAGE_CREATE':
        this.#user(data.author);
        if (data.member && data.guild_id) this.#member(data.guild_id, { ...data.member, user: data.author });
        return false;
      default: return false;
    }
  }

  name(user, guild) {
    const known = this.users.get(user);
    return this.guilds.get(guild)?.nicks.get(user) || known?.global_name || known?.username || 'Somebody';
  }

  /// The channels of a guild as they are listed: by category, text before voice, by position.
  channelsOf(guild) {
    const channels = [...(this.guilds.get(guild)?.channels.values() ?? [])];
    const order = (a, b) => isVoice(a) - isVoice(b) || (a.position ?? 0) - (b.position ?? 0) || compare(a.id, b.id);
    const shown = channels.filter(channel => isText(channel) || isVoice(channel));
    const result = shown.filter(channel => !channel.parent_id).sort(order);
    for (const category of channels.filter(channel => channel.type === CATEGORY).sort(order)) {
      const children = shown.filter(channel => channel.parent_id === category.id).sort(order);
      if (children.length > 0) result.push(category, ...children);
    }
    return result;
  }

  channel(id) {
    for (const guild of this.guilds.values()) {
      if (guild.channels.has(id)) return guild.channels.get(id);
    }
    return undefined;
  }

  guildOf(channel) {
    for (const guild of this.guilds.values()) if (guild.channels.has(channel)) return guild;
    return undefined;
  }

  /// The voice states in a channel, in the order in which their users came.
  voiceIn(guild, channel) {
    return [...(this.guilds.get(guild)?.voice.values() ?? [])].filter(state => state.channel_id === channel);
  }

  voiceOf(guild, user) {
    return this.guilds.get(guild)?.voice.get(user);
  }

  #guild(data) {
    const guild = {
      id: data.id, name: data.name ?? data.properties?.name ?? 'Guild', channels: new Map(), nicks: new Map(), voice: new Map(),
    };
    this.guilds.set(guild.id, guild);
    for (const channel of data.channels ?? []) guild.channels.set(channel.id, { ...channel, guild_id: guild.id });
    for (const member of data.members ?? []) this.#member(guild.id, member);
    for (const state of data.voice_states ?? []) this.#voice({ ...state, guild_id: guild.id });
  }

  #user(user) {
    if (user?.id) this.users.set(user.id, { ...this.users.get(user.id), ...user });
  }

  #member(guild, member) {
    const id = member.user?.id ?? member.user_id;
    if (!id) return;
    this.#user(member.user);
    if (member.nick) this.guilds.get(guild)?.nicks.set(id, member.nick);
    else this.guilds.get(guild)?.nicks.delete(id);
  }

  #voice(state) {
    const guild = this.guilds.get(state.guild_id);
    if (!guild) return;
    if (state.member?.user) this.#member(state.guild_id, state.member);
    if (state.channel_id) guild.voice.set(state.user_id, state);
    else guild.voice.delete(state.user_id);
  }
}

// Ids are decimal numbers of up to 20 digits, more than a double holds.
export function compare(a, b) {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
