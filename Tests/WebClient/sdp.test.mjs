// Run with: node --test Tests/WebClient
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  attribute, buildAnswer, fragmentOf, localSSRC, opusPayloadType, parseServerFragment, sections,
} from '../../Sources/WebClient/site/sdp.js';

const offer = name => readFileSync(new URL(`offers/${name}.sdp`, import.meta.url), 'utf8');
const SPEAKING = offer('chromium-audio');
const RECEIVING = offer('chromium-receiving');
const HASH = 'sha-256 ' + Array(32).fill('AB').join(':');
const SERVER = [
  'm=audio 50001 ICE/SDP', `a=fingerprint:${HASH}`, 'c=IN IP4 203.0.113.10', 'a=rtcp:50001', 'a=ice-ufrag:abcdefgh',
  'a=ice-pwd:0123456789abcdefghijklmn', `a=fingerprint:${HASH}`,
  'a=candidate:1 1 UDP 2130706431 203.0.113.10 50001 typ host',
  'a=candidate:2 1 UDP 2130706175 2001:db8::10 50001 typ host',
].join('\n');

test('the fragment holds the transport, the extensions and Opus once, and nothing else', () => {
  const { data, codecs } = fragmentOf(SPEAKING);
  const lines = data.split('\n');
  assert.equal(new Set(lines).size, lines.length);
  for (const line of lines) assert.match(line, /^a=(extmap-allow-mixed|ice-|fingerprint:|extmap:|rtpmap:111 opus)/);
  assert.ok(attribute(lines, 'ice-ufrag') && attribute(lines, 'ice-pwd') && attribute(lines, 'fingerprint'));
  assert.deepEqual(codecs, [{ name: 'opus', type: 'audio', priority: 1000, payload_type: 111 }]);
  assert.equal(lines.filter(line => line.startsWith('a=ice-ufrag')).length, 1);
});

test('an offer without Opus is an error', () => {
  assert.throws(() => fragmentOf(SPEAKING.replaceAll('opus/48000/2', 'pcm/48000/2')), /Opus/);
});

test('the server\'s fragment is read, and an incomplete one is refused', () => {
  const server = parseServerFragment(SERVER);
  assert.equal(server.port, 50001);
  assert.equal(server.connection, 'c=IN IP4 203.0.113.10');
  assert.equal(server.fingerprint, HASH);
  assert.equal(server.candidates.length, 2);
  for (const needed of ['a=ice-ufrag', 'a=ice-pwd', 'a=fingerprint', 'a=candidate', 'c=', 'm=']) {
    const cut = SERVER.split('\n').filter(line => !line.startsWith(needed)).join('\n');
    assert.throws(() => parseServerFragment(cut), /incomplete/, needed);
  }
});

test('the answer has a section for each offered one, in order and bundled', () => {
  const answer = buildAnswer(RECEIVING, parseServerFragment(SERVER), new Map([['1', { user: '42', ssrc: 1010 }]]), 3);
  const { session, media } = sections(answer);
  assert.ok(session.includes('a=ice-lite'));
  assert.ok(session.includes('o=- 1420070400000 3 IN IP4 127.0.0.1'));
  assert.equal(media.length, sections(RECEIVING).media.length);
  assert.deepEqual(media.map(lines => attribute(lines, 'mid')), ['0', '1', '2', '3', '4']);
  for (const lines of media.slice(0, 3)) {
    assert.equal(lines[0], 'm=audio 50001 UDP/TLS/RTP/SAVPF 111');
    assert.equal(attribute(lines, 'setup'), 'passive');
    assert.equal(attribute(lines, 'rtcp-mux'), '');
    assert.equal(opusPayloadType(lines), 111);
    assert.match(attribute(lines, 'fmtp'), /useinbandfec=1/);
  }
  assert.equal(answer.split('\r\n').at(-1), '');
  assert.ok(!/[^\r]\n/.test(answer));
});

test('directions mirror the offer: a member without an SSRC yet is inactive', () => {
  const remotes = new Map([['1', { user: '42', ssrc: 1010 }]]);
  const { media } = sections(buildAnswer(RECEIVING, parseServerFragment(SERVER), remotes, 1));
  const directions = media.slice(0, 3).map(lines =>
    ['sendrecv', 'sendonly', 'recvonly', 'inactive'].filter(name => attribute(lines, name) === ''));
  assert.deepEqual(directions, [['inactive'], ['sendonly'], ['inactive']]);
  assert.ok(media[1].includes('a=ssrc:1010 cname:42-1010'));
  assert.ok(media[1].includes('a=msid:42-1010 a42-1010'));
  assert.ok(!media[0].some(line => line.startsWith('a=ssrc') || line.startsWith('a=msid')));
  for (const [offered, answered] of [['sendonly', 'recvonly'], ['sendrecv', 'recvonly'], ['inactive', 'inactive']]) {
    const changed = SPEAKING.replace(/a=(sendrecv|sendonly)/, `a=${offered}`);
    const [lines] = sections(buildAnswer(changed, parseServerFragment(SERVER), new Map(), 1)).media;
    assert.equal(attribute(lines, answered), '', `${offered} is answered with ${answered}`);
  }
});

test('what cannot be served is rejected in its place and left out of the bundle', () => {
  const { session, media } = sections(buildAnswer(RECEIVING, parseServerFragment(SERVER), new Map(), 1));
  assert.match(media[3][0], /^m=video 0 /);
  const stopped = RECEIVING.replace(/m=audio 9 /, 'm=audio 0 ');
  const again = sections(buildAnswer(stopped, parseServerFragment(SERVER), new Map(), 1));
  assert.match(again.media[1][0], /^m=audio 0 /);
  assert.ok(session.includes('a=group:BUNDLE 0 1 2'));
  assert.ok(again.session.includes('a=group:BUNDLE 0 2'));
});

test('extensions of the answer are some of the offer\'s, with its ids', () => {
  const directed = SPEAKING.replace('a=extmap:1 urn', 'a=extmap:1/sendonly urn');
  const [lines] = sections(buildAnswer(directed, parseServerFragment(SERVER), new Map(), 1)).media;
  const extensions = lines.filter(line => line.startsWith('a=extmap:'));
  assert.ok(extensions.includes('a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level'));
  assert.ok(extensions.every(line => !line.includes('transport-wide-cc')));
});

test('the microphone\'s SSRC is found in its own section', () => {
  const [, expected] = /a=ssrc:(\d+) cname/.exec(SPEAKING);
  assert.equal(localSSRC(SPEAKING, '0'), Number(expected));
  assert.equal(localSSRC(SPEAKING, '7'), undefined);
  assert.equal(localSSRC('', '0'), undefined);
});

test('no cut through an offer or a fragment does worse than throw an Error', () => {
  for (const text of [SPEAKING, RECEIVING]) {
    for (let count = 0; count < text.length; count += 7) {
      try {
        fragmentOf(text.slice(0, count));
        buildAnswer(text.slice(0, count), parseServerFragment(SERVER), new Map(), 1);
      } catch (error) {
        assert.ok(error instanceof Error);
      }
    }
  }
});
