// SDP between a browser and a voice gateway, in Discord's format. Pure functions, no DOM: tested with node.
//
// The client never sends its whole offer, only a fragment of it; the server answers with another fragment.
// The answer that the browser wants is built here, for as many media sections as the offer has.

const EOL = '\r\n';

/// The sections of a description: the session's lines, then one list of lines for each `m=`.
export function sections(sdp) {
  const result = [[]];
  for (const line of sdp.split(/\r\n|\n/)) {
    if (line === '') continue;
    if (line.startsWith('m=')) result.push([]);
    result[result.length - 1].push(line);
  }
  return { session: result[0], media: result.slice(1) };
}

/// The value of the first `a=name:value` (or `a=name`) line; undefined without one.
export function attribute(lines, name) {
  for (const line of lines) {
    if (line === `a=${name}`) return '';
    if (line.startsWith(`a=${name}:`)) return line.slice(name.length + 3);
  }
  return undefined;
}

/// The payload type that a section gives Opus; undefined when it offers none.
export function opusPayloadType(lines) {
  for (const line of lines) {
    const match = /^a=rtpmap:(\d+) opus\/48000\/2$/i.exec(line);
    if (match) return Number(match[1]);
  }
  return undefined;
}

/// What op 1 SELECT_PROTOCOL carries of an offer: `data` and `codecs`.
export function fragmentOf(offer) {
  const { session, media } = sections(offer);
  const lines = [];
  const add = line => { if (!lines.includes(line)) lines.push(line); };
  for (const line of [session, ...media].flat()) {
    if (/^a=(extmap-allow-mixed$|ice-|fingerprint:|extmap:)/.test(line)) add(line);
    else if (/^a=rtpmap:\d+ opus\//i.test(line)) add(line);
  }
  const opus = opusPayloadType(media.flat());
  if (opus === undefined) throw new Error('the browser offers no Opus');
  return {
    data: lines.join('\n'),
    codecs: [{ name: 'opus', type: 'audio', priority: 1000, payload_type: opus }],
  };
}

/// Reads the server's fragment of op 4 SESSION_DESCRIPTION.
export function parseServerFragment(text) {
  const lines = text.split(/\r\n|\n/).filter(line => line !== '');
  const server = {
    ufrag: attribute(lines, 'ice-ufrag'),
    password: attribute(lines, 'ice-pwd'),
    fingerprint: attribute(lines, 'fingerprint'),
    candidates: lines.filter(line => line.startsWith('a=candidate:')),
    connection: lines.find(line => line.startsWith('c=')),
    port: Number((/^m=\w+ (\d+) /.exec(lines.find(line => line.startsWith('m=')) ?? '') ?? [])[1]),
  };
  const complete = server.ufrag && server.password && server.fingerprint && server.connection
    && server.candidates.length > 0 && server.port > 0;
  if (!complete) throw new Error('the server\'s session description is incomplete');
  return server;
}

/// The header extensions that are of use to a call, by URI.
const EXTENSIONS = new Set([
  'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
]);

/// Builds the answer to `offer`.
///
/// `remotes` maps the mid of a receiving section to `{ user, ssrc }`; a receiving section without a remote
/// is inactive. `version` has to grow from answer to answer. The server is ICE-lite and waits for DTLS.
export function buildAnswer(offer, server, remotes, version) {
  const { media } = sections(offer);
  const bundled = media.filter(isServable).map(lines => attribute(lines, 'mid'));
  const answer = [
    'v=0',
    `o=- 1420070400000 ${version} IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    'a=ice-lite',
    `a=group:BUNDLE ${bundled.join(' ')}`,
    'a=msid-semantic: WMS *',
  ];
  for (const lines of media) {
    const mid = attribute(lines, 'mid');
    answer.push(...(bundled.includes(mid) ? section(lines, mid, server, remotes.get(mid)) : rejected(lines, mid)));
  }
  return answer.join(EOL) + EOL;
}

// Port 0 is a stopped section, unless it only says that it has no transport of its own.
function isServable(lines) {
  const isStopped = /^m=\w+ 0 /.test(lines[0]) && attribute(lines, 'bundle-only') === undefined;
  return !isStopped && opusPayloadType(lines) !== undefined;
}

function directionOf(lines) {
  return ['sendrecv', 'sendonly', 'recvonly', 'inactive'].find(name => lines.includes(`a=${name}`)) ?? 'sendrecv';
}

function rejected(lines, mid) {
  return [lines[0].replace(/^(m=\w+) \d+/, '$1 0'), 'c=IN IP4 0.0.0.0', `a=mid:${mid}`, 'a=inactive'];
}

function section(lines, mid, server, remote) {
  const opus = opusPayloadType(lines);
  const offered = directionOf(lines);
  const hears = offered === 'sendrecv' || offered === 'recvonly';
  const speaks = offered === 'sendrecv' || offered === 'sendonly';
  const sends = hears && remote !== undefined;
  const result = [
    `m=audio ${server.port} UDP/TLS/RTP/SAVPF ${opus}`,
    server.connection,
    `a=rtcp:${server.port}`,
    ...server.candidates,
    'a=end-of-candidates',
    `a=ice-ufrag:${server.ufrag}`,
    `a=ice-pwd:${server.password}`,
    `a=fingerprint:${server.fingerprint}`,
    'a=setup:passive',
    `a=mid:${mid}`,
    ...extensions(lines),
    `a=${sends ? (speaks ? 'sendrecv' : 'sendonly') : (speaks ? 'recvonly' : 'inactive')}`,
    'a=rtcp-mux',
    `a=rtpmap:${opus} opus/48000/2`,
    `a=fmtp:${opus} minptime=10;useinbandfec=1;usedtx=0`,
    'a=maxptime:60',
  ];
  if (sends) {
    const stream = `${remote.user}-${remote.ssrc}`;
    result.push(`a=msid:${stream} a${stream}`, `a=ssrc:${remote.ssrc} cname:${stream}`);
  }
  return result;
}

function extensions(lines) {
  return lines.filter(line => {
    const match = /^a=extmap:\d+(?:\/\w+)? (\S+)/.exec(line);
    return match !== null && EXTENSIONS.has(match[1]);
  }).map(line => line.replace(/^(a=extmap:\d+)\/\w+ /, '$1 '));
}

/// The SSRC under which the browser sends in its section `mid`; undefined before it is known.
export function localSSRC(offer, mid) {
  const lines = sections(offer).media.find(candidate => attribute(candidate, 'mid') === mid) ?? [];
  const match = lines.map(line => /^a=ssrc:(\d+) /.exec(line)).find(found => found !== null);
  return match ? Number(match[1]) : undefined;
}
