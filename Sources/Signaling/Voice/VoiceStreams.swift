import JSON
import MediaControl

/// A stream that a client means to send, as IDENTIFY lists it; READY answers with its SSRCs.
struct VoiceStreamOffer: Hashable {
  let rid: String
  let quality: UInt8

  /// Reads `streams` of IDENTIFY; absent is none, and what no SSRC is free for is left out.
  static func list(_ value: JSONValue?) throws(VoiceCloseCode) -> [VoiceStreamOffer] {
    guard let value, !value.isNull else { return [] }
    guard let list = value.array, list.count <= VoiceLimits.streamsMax else { throw .malformedPayload }
    var offers: [VoiceStreamOffer] = []
    for stream in list.prefix(VoiceLimits.offeredStreamsMax) {
      offers.append(
        VoiceStreamOffer(
          rid: try VoiceStream.rid(stream["rid"]), quality: try VoiceStream.quality(stream["quality"])))
    }
    return offers
  }
}

/// One stream of op 12 as its publisher announces it.
struct VoiceStream: Hashable {
  let source: VideoSource
  let layer: VideoLayer

  /// Reads a stream; `nil` for a kind that is no picture.
  init?(_ d: JSONValue) throws(VoiceCloseCode) {
    guard d.object != nil else { throw .malformedPayload }
    switch d["type"]?.string {
    case "video", nil: source = .camera
    case "screen": source = .screen
    default: return nil
    }
    let resolution = d["max_resolution"]
    layer = VideoLayer(
      sourceSSRC: try VoiceStream.ssrc(d["ssrc"]), rtxSSRC: try VoiceStream.ssrc(d["rtx_ssrc"]),
      rid: try VoiceStream.rid(d["rid"]), quality: max(1, try VoiceStream.quality(d["quality"])),
      isActive: d["active"]?.bool ?? true,
      bounds: VideoBounds(
        width: VoiceStream.bound(resolution?["width"]), height: VoiceStream.bound(resolution?["height"]),
        bitrate: VoiceStream.bound(d["max_bitrate"]), framerate: VoiceStream.bound(d["max_framerate"])))
  }

  /// A stream without a list: one layer under the SSRCs that op 12 names itself.
  init(ssrc: UInt32, rtxSSRC: UInt32?) {
    source = .camera
    layer = VideoLayer(
      sourceSSRC: ssrc, rtxSSRC: rtxSSRC, rid: "100", quality: 100, isActive: true, bounds: .unknown)
  }

  /// 0 and absence are none.
  static func ssrc(_ value: JSONValue?) throws(VoiceCloseCode) -> UInt32? {
    guard let value, !value.isNull else { return nil }
    guard let number = value.int.flatMap(UInt32.init(exactly:)) else { throw .malformedPayload }
    return number == 0 ? nil : number
  }

  /// RFC 8852 §3.3 takes letters and digits; Discord's are `100` and `50`.
  static func rid(_ value: JSONValue?) throws(VoiceCloseCode) -> String {
    guard let value, !value.isNull else { return "100" }
    guard let text = value.string, (1...VoiceLimits.ridOctetsMax).contains(text.utf8.count),
      text.utf8.allSatisfy({ octet in
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "a")...UInt8(ascii: "z"):
          true
        default: false
        }
      })
    else { throw .malformedPayload }
    return text
  }

  /// 0 to 100; absent is the best.
  static func quality(_ value: JSONValue?) throws(VoiceCloseCode) -> UInt8 {
    guard let value, !value.isNull else { return 100 }
    guard let number = value.double, (0...100).contains(number) else { throw .malformedPayload }
    return UInt8(number.rounded())
  }

  // What is said of a layer's size is for show: a number that makes no sense is taken as none.
  private static func bound<Number: FixedWidthInteger>(_ value: JSONValue?) -> Number? {
    guard let number = value?.double, number >= 1, number <= Double(Number.max) else { return nil }
    return Number(exactly: number.rounded(.down))
  }
}

/// Op 12 of a client: what it sends of its pictures.
struct VoiceVideoRequest: Hashable {
  let streams: [VoiceStream]

  init(_ d: JSONValue) throws(VoiceCloseCode) {
    guard d.object != nil else { throw .malformedPayload }
    let main = try VoiceStream.ssrc(d["video_ssrc"])
    let rtx = try VoiceStream.ssrc(d["rtx_ssrc"])
    guard let value = d["streams"], !value.isNull else {
      streams = main.map { [VoiceStream(ssrc: $0, rtxSSRC: rtx)] } ?? []
      return
    }
    guard let list = value.array, list.count <= VoiceLimits.streamsMax else { throw .malformedPayload }
    var streams: [VoiceStream] = []
    for entry in list {
      guard let stream = try VoiceStream(entry) else { continue }
      streams.append(stream)
    }
    if let main, streams.isEmpty {
      self.streams = [VoiceStream(ssrc: main, rtxSSRC: rtx)]
    } else {
      // Clients that turn their camera off go on listing READY's streams, none of them active. Layers that
      // name their `rid` in the packets have no SSRC to tell, so that the zero alone says nothing.
      self.streams = main != nil || streams.contains { $0.layer.isActive } ? streams : []
    }
  }
}

/// Op 15 of a client: how much of which stream it wants.
struct VoiceWantsRequest: Hashable {
  /// For streams that are not named; a client that names none wants all of everything.
  let others: UInt8
  let streams: [VideoWant]

  init(_ d: JSONValue) throws(VoiceCloseCode) {
    guard let object = d.object, object.count <= VoiceLimits.wantsMax else { throw .malformedPayload }
    others = try VoiceStream.quality(d["any"])
    var streams: [VideoWant] = []
    for field in object.fields {
      // `any`, `pixelCounts` and whatever else newer clients say are no numbers.
      guard let ssrc = UInt32(field.key) else { continue }
      streams.append(VideoWant(ssrc: ssrc, quality: try VoiceStream.quality(field.value)))
    }
    self.streams = streams
  }
}
