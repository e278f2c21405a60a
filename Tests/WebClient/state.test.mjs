import assert from 'node:assert/strict';
import { test } from 'node:test';
import { State, compare } from '../../Sources/WebClient/site/state.js';

const user = (id, username) => ({ id, username, global_name: null });
const guild = {
  id: '1', name: 'Roost', members: [{ user: user('10', 'alice'), nick: 'Al' }, { user: user('11', 'bruno'), nick: null }],
  channels: [
    { id: '103', type: 2, name: 'Lounge', position: 0 }, { id: '101', type: 0, name: 'general', position: 1 },
    { id: '104', type: 4, name: 'Area', position: 0 }, { id: '105', type: 13, name: 'Stage', position: 5, parent_id: '104' },
    { id: '102', type: 0, name: 'news', position: 0 }, { id: '106', type: 4, name: 'Empty', position: 9 },
  ],
  voice_states: [{ user_id: '11', channel_id: '103', session_id: 's' }],
};

function ready() {
  const state = new State();
  state.apply('READY', { user: user('10', 'alice'), guilds: [{ id: '1', unavailable: true }] });
  state.apply('GUILD_CREATE', guild);
  return state;
}

test('channels come by category, text before voice, by position', () => {
  assert.deepEqual(ready().channelsOf('1').map(channel => channel.id), ['102', '101', '103', '104', '105']);
});

test('a guild may come whole in READY', () => {
  const state = new State();
  state.apply('READY', { user: user('10', 'alice'), guilds: [guild] });
  assert.equal(state.channel('103').name, 'Lounge');
  assert.equal(state.guildOf('103').id, '1');
});

test('names are nick, display name, username', () => {
  const state = ready();
  assert.equal(state.name('10', '1'), 'Al');
  assert.equal(state.name('11', '1'), 'bruno');
  state.apply('GUILD_MEMBER_UPDATE', { guild_id: '1', user: { ...user('11', 'bruno'), global_name: 'Bruno B.' }, nick: null });
  assert.equal(state.name('11', '1'), 'Bruno B.');
});

test('voice states follow people from channel to channel and out', () => {
  const state = ready();
  const here = channel => state.voiceIn('1', channel).map(voice => voice.user_id);
  assert.deepEqual(here('103'), ['11']);
  state.apply('VOICE_STATE_UPDATE', { guild_id: '1', user_id: '10', channel_id: '103', member: guild.members[0] });
  assert.deepEqual(here('103'), ['11', '10']);
  state.apply('VOICE_STATE_UPDATE', { guild_id: '1', user_id: '11', channel_id: '105' });
  assert.deepEqual([here('103'), here('105')], [['10'], ['11']]);
  state.apply('VOICE_STATE_UPDATE', { guild_id: '1', user_id: '11', channel_id: null });
  assert.deepEqual(here('105'), []);
});

test('ids are compared as numbers without losing digits', () => {
  const ids = ['1200000000000000002', '999', '1200000000000000001'];
  assert.deepEqual(ids.sort(compare), ['999', '1200000000000000001', '1200000000000000002']);
});
