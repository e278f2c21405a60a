package import Base

/// Every queue between threads, with the sum that produced it and what happens when it is full.
package enum Limits {
  /// How long the chat thread sleeps at most while something is due later: a minute in milliseconds.
  static let clockCheck: Int64 = 60_000
  /// Requests to bots' endpoints at a time, each with up to 128 KiB of answer: 32 MiB; more fail at once.
  static let outgoingRequests = 256
  /// Requests that wait for the chat thread.
  ///
  /// A batch of 256 takes about 5 ms with its sync, so a full mailbox is a wait of 160 ms. Full: the
  /// request is answered "overloaded" at once.
  static let chatRequests = 8_192
  /// How long the chat thread leaves new messages out of the search index: so many share one change of it.
  static let upkeepPause = Interval.milliseconds(100)
  /// Batches of outputs that wait for the HTTP loop.
  ///
  /// Full: the chat thread waits, because nothing of its output may be lost.
  static let chatOutputs = 1_024
  /// Passwords that wait for Argon2id: 64 × 100 ms is as long as a person waits.
  ///
  /// Full: answered "overloaded" at once.
  static let passwords = 64
  /// Forms with files that are received or wait for the file worker: each has a body on disk.
  ///
  /// Full: answered 503 before the body is sent.
  static let fileJobs = 128
  /// Of those, how many one account, or one address without an account, may have at a time: a client sends one
  /// message after the other, a bot a handful.
  ///
  /// Full: answered 429 before the body is sent.
  static let spoolsPerSender = 8
  /// How many forms of the greatest length one sender's bodies may come to together.
  static let spooledFormsPerSender = 4
  /// Octets of a file that is kept in memory after it was served: an avatar, a thumbnail.
  static let hotBlob = 64 << 10
  /// Octets of all files that are kept in memory.
  static let hotBlobs = 32 << 20
  /// Pictures that wait to be made smaller: at 20 ms for a photo's thumbnail, a second or two.
  ///
  /// Full: answered 503 at once.
  static let renditionJobs = 64
  /// Pixels of a picture that is decoded: what phones take.
  ///
  /// A progressive JPEG of that size needs 300 MB while it is, one at a time.
  static let renderedPixels = 50_000_000
  /// Octets of smaller pictures that are kept.
  static let renditionOctets = 512 << 20
  /// Smaller pictures that are kept, about 300 octets of memory each.
  static let renditions = 16_384
  /// Links and pictures of elsewhere that wait to be looked up.
  ///
  /// Full: messages are left without cards, pictures are answered 503.
  static let linkJobs = 256
  /// Requests to other servers at a time, each with an answer of at most 8 MiB.
  static let linkRequests = 32
  /// Octets of pictures of elsewhere that are kept.
  static let externalOctets = 256 << 20
  /// Pictures of elsewhere that are kept, and those that were none, about 500 octets of memory each.
  static let externals = 4_096
  /// How old a blob that nothing names must be to be swept, in seconds: longer than any upload takes from its
  /// file being kept to its message being stored, which is a minute at most.
  static let sweepAge: Int64 = 3_600
  /// How often blobs that nothing names are looked for.
  static let sweepInterval = Interval.seconds(1_800)
  /// Blobs that the chat core is asked about at a time: about a millisecond.
  static let sweptTogether = 256
  /// Media threads: more processors than one node's network card feeds, and one octet numbers them.
  static let shards = 64
  /// Commands that wait for a shard, a dozen octets to a kilobyte each.
  ///
  /// Several a voice connection when everybody joins at once. Full: counted and held back, in order, until
  /// there is room.
  static let mediaCommands = 16_384
  /// How soon commands that were held back are tried again: well within the 100 ms that a mute may take.
  static let commandRetry = Interval.milliseconds(5)
  /// Octets of relayed frames that wait between two shards: 40 ms of 200 Mbit/s, far longer than a turn of
  /// the loop that takes them; 7,000 packets of audio.
  ///
  /// Full: refused and counted. Pages that nothing reached cost no memory.
  static let relayOctets = 1 << 20
  /// Frames of one other shard that are taken in one turn: one batch of datagrams.
  static let turnFrames = 256
  /// Events that wait for the HTTP loop: one or two a voice connection.
  ///
  /// Full: dropped and counted.
  static let mediaEvents = 16_384
  /// Datagrams that wait to be sent: they leave in batches of 64 runs, so more wait only while the kernel
  /// has no room, which is then for some 10 ms; 2 KiB each, and only those that were ever used cost memory.
  ///
  /// Full: flushed, then the oldest is dropped and counted.
  static let sendSlots = 4_096
  /// Datagrams that one system call receives.
  package static let receiveSlots = 64
  /// Packets sent in a row before checks, commands and timers have their turn: about 3 ms.
  package static let slicePackets = 1_024
  /// Commands carried out in a row, about 0.2 ms: a storm of them must not delay media.
  package static let turnCommands = 64
  /// How long deferred work, which is DTLS, waits at most for a moment without media: then one unit of it has
  /// its turn, at most 0.4 ms, so that people can join a shard that never rests.
  package static let deferredInterval = Interval.milliseconds(2)
  /// Datagrams that waited longer mean that the shard is behind, whatever processor time it gets: twice the
  /// longest coalescing window.
  package static let behindAge = Interval.milliseconds(10)
  /// The oldest media that is still forwarded: longer than any jitter buffer of a call.
  ///
  /// A shard that is overloaded drops what is older, counted, and is up to date again this long after the
  /// load has ended. Connectivity checks are never too old.
  package static let mediaAgeMax = Interval.milliseconds(200)
  /// Batches taken from one socket before the other socket, timers and sending have their turn: 1,024
  /// datagrams, about 0.7 ms.
  ///
  /// Many, so that a shard that cannot send all that comes still takes it all, and the checks in it.
  package static let turnBatches = 16
  /// Octets that the kernel keeps for us, each way: 100 ms of 20,000 datagrams a second.
  static let socketBuffer = 4 << 20
  /// The longest a stop may take before the process ends itself.
  static let stopTimeout = Interval.seconds(10)
  /// How nice the threads of signaling are (sched(7)): they take the processor from nobody when they wake, and
  /// otherwise have the share of everybody, so that people can join on a machine that is busy.
  static let signalingNiceness = 0
  /// How nice those are for which hardly anybody waits, files and passwords: half a share.
  static let workerNiceness = 3
  /// Connections that come or go before the heap is trimmed: what their handshakes needed and gave back is
  /// some 100 KiB each.
  static let trimConnections = 16
  /// How long after the first of these: a storm has gone by, and trimming costs little beside it.
  static let trimDelay = Interval.seconds(2)
  /// Octets of a message from a client of either gateway.
  ///
  /// Discord's user clients send up to 15 KiB, browsers' session descriptions a little more.
  static let gatewayMessageCountMax = 64 * 1024
  /// Octets of a PEM file: a chain of a dozen certificates.
  static let certificateCountMax = 256 * 1024
}
