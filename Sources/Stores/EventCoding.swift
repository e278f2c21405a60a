import Base
import ChatCore

/// The events of one log entry as octets: about ten for a message.
///
///     event = kind octet · count of ids varint · ids · length of text varint · text (UTF-8)
///     id    = zigzag varint of the difference from the id in the same place of the event before
///
/// Most events of a batch are of one guild and channel, and their messages' ids are near each other.
enum EventCoding {
  static func octets(_ events: [LoggedEvent]) -> [UInt8] {
    var writer = VarintWriter()
    var before: [UInt64] = []
    for event in events {
      writer.octets.append(event.kind.rawValue)
      writer.append(UInt64(event.ids.count))
      for (place, id) in event.ids.enumerated() {
        let known = place < before.count ? before[place] : 0
        writer.append(signed: Int64(bitPattern: id.rawValue &- known))
      }
      before = event.ids.map(\.rawValue)
      writer.append(UInt64(event.text.utf8.count))
      writer.octets.append(contentsOf: event.text.utf8)
    }
    return writer.octets
  }

  /// - Throws: ``StoreError/corrupt`` when it is not what ``octets(_:)`` wrote.
  static func events(_ octets: [UInt8]) throws(StoreError) -> [LoggedEvent] {
    var reader = VarintReader(octets)
    var events: [LoggedEvent] = []
    var before: [UInt64] = []
    while !reader.isAtEnd {
      guard let kind = LoggedEvent.Kind(rawValue: try reader.octet()) else { throw .corrupt }
      var ids: [UInt64] = []
      for place in 0..<(try reader.count()) {
        let known = place < before.count ? before[place] : 0
        ids.append(known &+ UInt64(bitPattern: try reader.signed()))
      }
      before = ids
      let text = String(decoding: try reader.octets(try reader.count()), as: UTF8.self)
      events.append(LoggedEvent(kind, ids.map(Snowflake.init(rawValue:)), text: text))
    }
    return events
  }
}

/// Writes numbers in 7-bit groups, the lowest first (LEB128).
struct VarintWriter {
  var octets: [UInt8] = []

  mutating func append(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      octets.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    octets.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Small numbers of either sign are short.
  mutating func append(signed value: Int64) {
    append(UInt64(bitPattern: value << 1) ^ UInt64(bitPattern: value >> 63))
  }
}

/// Reads what ``VarintWriter`` wrote; whatever else it is given ends in ``StoreError/corrupt``.
struct VarintReader {
  private let source: [UInt8]
  private var position = 0

  init(_ octets: [UInt8]) {
    source = octets
  }

  var isAtEnd: Bool { position >= source.count }

  mutating func octet() throws(StoreError) -> UInt8 {
    guard position < source.count else { throw .corrupt }
    defer { position += 1 }
    return source[position]
  }

  mutating func value() throws(StoreError) -> UInt64 {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      let octet = try octet()
      result |= UInt64(octet & 0x7F) << shift
      if octet < 0x80 { return result }
    }
    throw .corrupt
  }

  mutating func signed() throws(StoreError) -> Int64 {
    let value = try value()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  /// A number of things that follow, of which each takes an octet at least.
  mutating func count() throws(StoreError) -> Int {
    let value = try value()
    guard value <= UInt64(source.count - position) else { throw .corrupt }
    return Int(value)
  }

  mutating func octets(_ count: Int) throws(StoreError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= source.count - position else { throw .corrupt }
    defer { position += count }
    return source[position..<position + count]
  }
}
