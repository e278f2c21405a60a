/// Why something that arrived had no effect; every drop of the media plane has one and is counted.
public enum DropReason: UInt8, Error, CaseIterable, Hashable, Sendable {
  // Datagrams of nobody.
  /// Empty, oversized, or of no protocol that we speak.
  case unrecognised
  /// From an address that belongs to no peer, without an SSRC or user fragment that does.
  case unknownAddress
  /// An SSRC that belongs to no peer, or is not this peer's.
  case unknownSSRC
  /// A connectivity check for a user fragment that we did not hand out.
  case unknownUfrag

  // ICE and DTLS.
  /// A STUN message that is malformed, or not a binding request.
  case stunMalformed
  /// A connectivity check whose integrity is wrong; an error was answered.
  case stunUnauthorised
  /// An error reply that the token bucket withheld.
  case stunErrorSuppressed
  /// A check from an address that another peer holds.
  case addressHeld
  /// A check from one address more than a peer may have.
  case addressesFull
  /// A DTLS datagram where no check had passed, for a peer without WebRTC, or of no handshake.
  case dtlsUnexpected
  /// A DTLS datagram beyond those that may wait, of its peer or of all.
  case handshakeQueueFull
  /// A handshake beyond the node's capacity.
  case handshakesFull

  // Media, before it is opened.
  /// RTP, RTCP or a Discord packet whose layout is invalid.
  case malformed
  /// Media before keys were agreed.
  case notConnected
  /// Audio of a peer that may not speak, or may not any more when it was to be sent.
  case muted
  /// The sequence number was seen already, or is too old to tell.
  case replayed
  /// One SSRC more than a peer may have.
  case sourcesFull

  // Media, opened.
  /// The authentication tag does not fit.
  case unauthentic
  /// A payload type that was not negotiated for Opus.
  case payloadType
  /// A second audio source of a peer whose first still sounds.
  case secondSource
  /// A late packet of a stretch that nobody was given.
  case stale
  /// RTP without a payload: padding only, a probe.
  case empty
  /// It gave up its slot to a newer packet while it waited to be sent, or there was none.
  case stagingFull
  /// Its publisher left while it waited to be sent.
  case unpublished
  /// It had waited too long when its turn to be sent came.
  case late

  // Video, opened.
  /// Video that its sender did not announce, or of no layer that it announced.
  case unannounced
  /// Video of a peer that may not show.
  case hidden
  /// A video packet that had arrived already, or a retransmission of one that nobody misses.
  case repeated
  /// No block to keep a video packet in: it is forwarded, and lost for those who lose it.
  case historyFull

  // Forwarding: counted once a receiver.
  /// The receiver may not hear.
  case deafened
  /// The receiver has no keys or no address yet.
  case receiverNotReady
  /// The cipher refused, or its nonces are used up.
  case sealFailed
  /// No room for the rows of a track, or of a member: the pairs of publisher and subscriber.
  case subscriptionsFull
  /// A late packet from before the receiver's subscription, or of a stretch withheld from it.
  case withheld

  /// The receiver has not got the picture's codec; counted when its layer is chosen.
  case codecMissing
  /// The receiver waits for a key frame of its layer.
  case keyFrameAwaited

  // Requests of receivers.
  /// A packet was asked for that is not kept any more, or was never sent.
  case forgotten
  /// A packet was asked for beyond the receiver's allowance.
  case retransmissionsSpent
  /// A key frame was asked for beyond the receiver's allowance.
  case keyFramesSpent

  // Between shards.
  /// A relayed frame for which the way to the other shard had no room.
  case relayFull
  /// A relayed frame of a member that is not on the shard it came from, or not any more.
  case unknownRelay

  // Harmless and expected.
  /// A Discord keepalive: eight octets, no answer.
  case keepalive
  /// A ping before the transport exists, or from an unbound address.
  case pingUnbound

  // Commands.
  /// A command for a peer that is not here.
  case unknownPeer
  /// An admission of a peer or SSRC that is here already.
  case duplicateAdmission
  /// An admission beyond a capacity.
  case admissionsFull
  /// An offer with an impossible key, user fragment or fingerprint, or a user fragment that is taken.
  case badOffer
  /// A picture beyond a capacity.
  case videosFull
  /// The end of a room that still has members here.
  case roomInUse
  /// Permissions, a publication or wants that are not newer than those in force.
  case staleVersion
}
