import Base
import Testing

@testable import Wire

/// Every parser on every kind of damage: nothing traps and nothing points outside the packet.
///
/// Inputs have exactly their own size, so that a read behind the end stops the test run.
@Suite struct HostileInputTests {
  @Test(arguments: Vector.all.map(\.octets))
  func `Every truncation of a vector is parsed or refused`(_ vector: [UInt8]) {
    for count in 0...vector.count {
      let octets = Array(vector.prefix(count))
      let found = violation(octets.span)
      #expect(found == nil, "first \(count) octets")
    }
  }

  @Test(arguments: Vector.all.map(\.octets))
  func `Every single flipped bit of a vector is parsed or refused`(_ vector: [UInt8]) {
    for bit in 0..<(8 * vector.count) {
      var octets = vector
      octets[bit / 8] ^= 1 << (bit % 8)
      let found = violation(octets.span)
      #expect(found == nil, "bit \(bit)")
    }
  }

  @Test(arguments: [0x5EED_0001, 0x5EED_0002] as [UInt64])
  func `Random octets are parsed or refused`(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for run in 0..<fuzzRuns {
      var octets = random.octets(random.below(120))
      // Most random octets fail at the first field: give half of them a start that leads further in.
      if random.below(2) == 0, octets.count >= 4 { octets[0] = [0x80, 0x90, 0x00, 0x81][random.below(4)] }
      if let found = violation(octets.span) {
        Issue.record("seed \(seed), run \(run): \(found)")
        return
      }
    }
  }

  @Test(arguments: [0x5EED_0003, 0x5EED_0004] as [UInt64])
  func `Vectors with random damage are parsed or refused`(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for run in 0..<(fuzzRuns / 2) {
      var octets = Vector.all[random.below(Vector.all.count)].octets
      for _ in 0...random.below(4) { octets[random.below(octets.count)] = UInt8(random.below(256)) }
      if random.below(4) == 0 { octets += random.octets(random.below(16)) }
      if random.below(4) == 0 { octets.removeLast(random.below(octets.count)) }
      if let found = violation(octets.span) {
        Issue.record("seed \(seed), run \(run): \(found)")
        return
      }
    }
  }
}

/// Runs all parsers on `octets` and says which promise was broken, if any.
private func violation(_ octets: Span<UInt8>) -> String? {
  let kind = DatagramKind.classify(octets)
  if kind == .stun, octets.count < STUNHeader.count { return "short STUN" }
  if kind == .rtp || kind == .rtcp, octets.count < RTPHeader.fixedCount { return "short RTP" }
  return rtpViolation(octets) ?? rtcpViolation(octets) ?? stunViolation(octets) ?? discordViolation(octets)
    ?? fragmentViolation(octets) ?? formatsViolation(octets) ?? videoViolation(octets)
    ?? relayViolation(octets)
}

private func rtpViolation(_ octets: Span<UInt8>) -> String? {
  let whole = 0..<octets.count
  if let header = try? RTPHeader(octets) {
    guard header.headerCount <= octets.count,
      header.preambleCount + header.extensionCount == header.headerCount
    else { return "RTP header reaches out" }
    var walk = HeaderExtensions(header)
    var end = header.extensionOffset
    while let element = walk.next(in: octets) {
      guard element.range.lowerBound > end || element.range.lowerBound == end + 1,
        element.range.upperBound <= header.headerCount
      else { return "extension element reaches out" }
      end = element.range.upperBound
      if HeaderExtensions.find(id: element.id, in: octets, header: header) == nil { return "lost element" }
    }
    if let padding = try? header.paddingCount(in: octets), padding > octets.count - header.headerCount {
      return "padding reaches into the header"
    }
  }
  if let header = try? RTPHeader(encryptedExtension: octets), !whole.contains(header.headerCount + 19) {
    return "no room for the trailer"
  }
  return nil
}

private func rtcpViolation(_ octets: Span<UInt8>) -> String? {
  var walk = RTCPWalk()
  var steps = 0
  while let packet = try? walk.next(in: octets) {
    steps += 1
    guard steps <= octets.count / 4 else { return "RTCP walk does not end" }
    switch packet {
    case .senderReport(_, let blocks), .receiverReport(_, let blocks):
      for index in 0..<blocks.count where blocks.block(index, in: octets) == nil { return "lost block" }
    case .transportFeedback(_, _, _, let range), .payloadFeedback(_, _, _, let range):
      guard range.lowerBound >= 4, range.upperBound <= octets.count else { return "feedback reaches out" }
      let items = NACKItems(range)
      let entries = FullIntraEntries(range)
      for index in 0..<items.count where items.item(index, in: octets) == nil { return "lost item" }
      for index in 0..<entries.count where entries.entry(index, in: octets) == nil { return "lost entry" }
    case .sourceDescription(_, let range), .bye(let range), .application(_, _, _, let range),
      .extendedReport(_, let range), .unknown(_, let range):
      guard range.lowerBound >= 4, range.upperBound <= octets.count else { return "RTCP body reaches out" }
    }
  }
  _ = try? RTCPHeader(octets)
  return nil
}

/// Whatever a descriptor says must lie in the payload, as the octets there say it.
private func videoViolation(_ octets: Span<UInt8>) -> String? {
  let descriptors = [
    try? VideoDescriptor(vp8: octets), try? VideoDescriptor(vp9: octets), try? VideoDescriptor(h264: octets),
    try? VideoDescriptor(h265: octets), try? VideoDescriptor(av1: octets),
  ]
  for descriptor in descriptors {
    guard let descriptor else { continue }
    if descriptor.temporalID > 7 || descriptor.spatialID > 7 { return "layer" }
    if let picture = descriptor.pictureID {
      let offset = Int(picture.offset)
      guard offset + (picture.isLong ? 2 : 1) < octets.count, picture.value <= picture.mask,
        picture.value & 0xFF == octets[offset + (picture.isLong ? 1 : 0)]
      else { return "picture id" }
    }
    if let index = descriptor.baseLayerIndex {
      guard Int(index.offset) + 1 < octets.count, index.value == octets[Int(index.offset)] else {
        return "TL0PICIDX"
      }
    }
  }
  if let original = try? RTXPayload.originalSequenceNumber(octets), original != octets.uint16(at: 0) {
    return "original sequence number"
  }
  return nil
}

private func stunViolation(_ octets: Span<UInt8>) -> String? {
  guard let header = try? STUNHeader(octets) else { return nil }
  guard header.length + STUNHeader.count == octets.count else { return "STUN length" }
  for type in [STUNAttribute.username, STUNAttribute.priority, STUNAttribute.useCandidate] {
    if let range = header.find(type, in: octets), range.upperBound > octets.count { return "attribute" }
  }
  if let name = header.username(in: octets) {
    guard !name.local.isEmpty, !name.remote.isEmpty, octets[name.local.upperBound] == 0x3A,
      name.remote.upperBound <= octets.count
    else { return "user name" }
  }
  return nil
}

private func discordViolation(_ octets: Span<UInt8>) -> String? {
  if (try? IPDiscovery.parseRequest(octets)) != nil, DatagramKind.classify(octets) != .ipDiscovery {
    return "discovery is not classified as such"
  }
  if (try? VoicePing.parseRequest(octets)) != nil, octets.count != 8 { return "long ping" }
  return nil
}

private func formatsViolation(_ octets: Span<UInt8>) -> String? {
  guard let formats = try? SDPVideoFormats(octets).formats else { return nil }
  guard Set(formats.map(\.payloadType)).count == formats.count,
    formats.allSatisfy({ $0.payloadType <= 127 && $0.rtxPayloadType != $0.payloadType && !$0.name.isEmpty })
  else { return "video formats" }
  return nil
}

private func relayViolation(_ octets: Span<UInt8>) -> String? {
  var again: [UInt8] = []
  switch RelayKind(of: octets) {
  case .audio:
    guard let frame = try? RelayFrame(octets) else { return nil }
    guard octets.count > RelayFrame.headerCount, frame.index < 1 << 48 else { return "relay frame's fields" }
    let payload = octets.extracting(RelayFrame.headerCount..<octets.count)
    again = written(octets.count) { frame.write(payload, into: &$0) }
  case .video:
    guard let frame = try? RelayVideoFrame(octets) else { return nil }
    guard octets.count > RelayVideoFrame.headerCount, frame.index < 1 << 48, frame.place.layer < 16 else {
      return "a relayed packet's fields"
    }
    let payload = octets.extracting(RelayVideoFrame.headerCount..<octets.count)
    again = written(octets.count) { frame.write(payload, into: &$0) }
  case .picture:
    guard let picture = try? RelayPicture(octets) else { return nil }
    again = written(octets.count) { picture.write(into: &$0) }
  case .demand:
    guard let demand = try? RelayDemand(octets) else { return nil }
    again = written(octets.count) { demand.write(into: &$0) }
  case .repeats:
    guard let repeats = try? RelayRepeats(octets) else { return nil }
    let list = NACKItems(RelayRepeats.headerCount..<octets.count)
    var items: [NACKItem] = []
    for index in 0..<list.count { if let item = list.item(index, in: octets) { items.append(item) } }
    again = written(octets.count) { repeats.write(items.span, into: &$0) }
  case nil: return nil
  }
  guard again.count == octets.count else { return "a relay frame has another length than it reads as" }
  for index in octets.indices where again[index] != octets[index] {
    return "a relay frame is not what it reads as"
  }
  return nil
}

private func fragmentViolation(_ octets: Span<UInt8>) -> String? {
  guard let fragment = try? WebRTCFragment(octets) else { return nil }
  guard fragment.fingerprint.count == 32, (4...256).contains(fragment.ufrag.utf8.count),
    (22...256).contains(fragment.password.utf8.count)
  else { return "fragment's fields" }
  return nil
}
