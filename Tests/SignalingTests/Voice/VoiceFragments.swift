/// What a browser selects, as it looks on the wire.
enum VoiceFragments {
  static let fragment = [
    "a=extmap-allow-mixed", "a=ice-ufrag:Tzmr", "a=ice-pwd:VREQe5V5+M7y3dZtVVZeOkiU",
    "a=ice-options:trickle",
    "a=fingerprint:sha-256 D1:E3:B9:AF:43:D3:4E:D9:37:B9:6A:D1:77:7D:BA:36:5D:3C:9C:79:ED:19:9B:C7:98:7D"
      + ":A5:F3:42:A2:13:B1",
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "a=rtpmap:111 opus/48000/2",
  ]

  static let select = selection(of: fragment, codecs: true)

  static func selection(of lines: [String], codecs: Bool) -> String {
    selection(
      of: lines,
      listing: codecs ? [#"{"name":"opus","type":"audio","priority":1000,"payload_type":111}"#] : [])
  }

  /// With the `codecs` that are listed, or without a list.
  static func selection(of lines: [String], listing codecs: [String]) -> String {
    let data = lines.joined(separator: #"\n"#)
    let list = codecs.isEmpty ? "" : #","codecs":[\#(codecs.joined(separator: ","))]"#
    return #"{"op":1,"d":{"protocol":"webrtc","data":"\#(data)","rtc_connection_id":"x"\#(list)}}"#
  }
}
