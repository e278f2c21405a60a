public import Base

/// One shard of a media node: a thread with a UDP port of its own.
public struct ShardID: Hashable, Sendable {
  /// Counts from 0.
  public let rawValue: UInt8

  /// Makes an id of its number.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }
}

/// What clients must know of a media node: made once at start, copied to the voice gateway.
public struct MediaNodeDescription: Hashable, Sendable {
  /// The addresses that candidates and READY announce for the peers of each shard, in the order of the ids.
  ///
  /// At least one shard; the first IPv4 address of each is READY's `ip`.
  public let shards: [[SocketAddress]]
  /// SHA-256 of the node's DTLS certificate, which all shards show: 32 octets.
  public let fingerprint: [UInt8]

  /// Makes a description of its parts.
  public init(shards: [[SocketAddress]], fingerprint: [UInt8]) {
    self.shards = shards
    self.fingerprint = fingerprint
  }

  /// The addresses of `shard`; none of one that the node does not have.
  public func addresses(of shard: ShardID) -> [SocketAddress] {
    let index = Int(shard.rawValue)
    return index < shards.count ? shards[index] : []
  }
}
