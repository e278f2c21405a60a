import Base

/// The capacities and times of the voice gateway, each with its reason.
enum VoiceLimits {
  /// Octets of one client message.
  ///
  /// A browser's SELECT_PROTOCOL with its SDP fragment twice and all codecs is 6 to 8 KiB.
  static let messageOctetsMax = 16_384

  /// Nesting of a client message: SELECT_PROTOCOL needs 4, video streams need 5.
  static let messageDepthMax = 12

  /// Open voice sockets; the loop's descriptors (20,000 a process) run out first.
  static let connectionsMax = 65_536

  /// Admissions that wait for their IDENTIFY; one each for as many sockets as can be open.
  static let ticketsMax = 65_536

  /// How long a token may wait for its IDENTIFY: the longest connect timeout of a client is 60 s.
  static let ticketLifetime = Interval.seconds(60)

  /// What HELLO asks for; clients beat at the lesser of this and 5 s.
  static let heartbeatMilliseconds: Int64 = 13_750

  /// Two intervals: one lost heartbeat is forgiven.
  static let heartbeatTimeout = Interval.milliseconds(2 * heartbeatMilliseconds)

  /// How long a socket may stay without IDENTIFY or RESUME; clients send it with the first round trip.
  static let identifyTimeout = Interval.seconds(20)

  /// How long a session waits for RESUME: between the 30 s and 60 s that clients derive from Discord.
  static let lingerTime = Interval.seconds(45)

  /// Messages kept for RESUME.
  ///
  /// A join of a 99-member channel is 99 SPEAKING messages and a few more; twice that is room for 45 s of
  /// speaking changes. Older ones fall out, and a client that missed them is told 4006.
  static let replayMessagesMax = 256

  /// What one more member is taken to cost a shard, as a share of a processor, until it publishes its load.
  ///
  /// 50 packets a second at 3 µs each for every speaker that is heard; now and then three at once.
  static let memberLoad = 0.000_5

  /// Differences of shards' utilisation below this do not decide where a room begins.
  static let loadStep = 0.05

  /// Members of a room on one shard below which it does not spread, however busy the shard is.
  ///
  /// A relayed stream costs about what one listener costs, so that moving fewer would gain little.
  static let spreadMembersMin = 50

  /// Octets kept for RESUME: 256 messages of the usual 100 to 200 octets and a session description.
  static let replayOctetsMax = 65_536

  /// Client messages that may come in one burst: a connect sends about ten.
  static let messageBurst = 60.0

  /// Client messages a second after the burst; speaking changes come at most every 20 ms for moments.
  static let messagesPerSecond = 10.0

  /// Failed IDENTIFYs of one address in a burst, before its new sockets are closed with 4021.
  static let failureBurst = 20.0

  /// Failed IDENTIFYs a second that one address is forgiven.
  static let failuresPerSecond = 0.5

  /// Addresses whose failures are remembered; when full, those already forgiven are forgotten.
  static let failingAddressesMax = 4_096

  /// Characters of an id or token that a client may send: ours have at most 43.
  static let identifierOctetsMax = 128

  /// Codecs that a client may list; Chromium lists about 20.
  static let codecsMax = 64

  /// Entries of a client's `streams`: three layers of a camera and of a screen, and some to spare.
  static let streamsMax = 16

  /// Streams that READY gives SSRCs: each takes two of the fifteen that follow the audio's.
  static let offeredStreamsMax = 7

  /// Octets of a stream's `rid`: RFC 8852 sets no limit, RFC 8285's one-byte form carries 16.
  static let ridOctetsMax = 16

  /// Entries of op 15: some clients name every SSRC that they know, audio too.
  static let wantsMax = 1_024

  /// Wants that reach the media plane: a camera and a screen of each of 25 members, and some to spare.
  static let forwardedWantsMax = 64

  /// Members of a channel who show pictures at the same time: Discord's `max_video_channel_users`.
  static let picturesMax = 25

  /// The least time between two words to a channel about who has come and gone.
  ///
  /// Shorter tells sooner, longer costs less: 100 joins a second in a room of 1,000 are 10,000 messages a
  /// second at 100 ms, and were 100,000 without.
  static let announcementInterval = Interval.milliseconds(100)

  /// Arrivals and departures that wait for their announcement: more go out at once.
  static let announcementsMax = 256

  /// Members of a channel up to which the SSRC of a silent one is told too.
  ///
  /// A voice channel of 25 on video, twice. Beyond, clients learn an SSRC when its owner first speaks.
  static let silentIntroductionsMax = 50

  /// How often `expire` looks at everything: the timeouts above are all far longer.
  static let sweepInterval = Interval.seconds(1)
}
