import Base
import Testing
import Wire

private let digest =
  "DB:33:E5:8A:3E:80:16:2D:26:27:1E:C1:5C:11:F8:50:63:B8:1F:3D:72:E3:90:84:5E:F2:41:36:56:E1:D7:90"
private let ufragLine = "a=ice-ufrag:tvjo"
private let passwordLine = "a=ice-pwd:5fxfkYctKwhM4U8J7R7VkPVs"
private let fingerprintLine = "a=fingerprint:sha-256 \(digest)"
private let complete = [ufragLine, passwordLine, fingerprintLine]

@Suite struct WebRTCFragmentTests {
  @Test func `Chromium's audio offer gives everything a call needs`() throws {
    let fragment = try WebRTCFragment(fixture("chromium156_audio.sdp"))
    #expect(fragment.ufrag == "tvjo" && fragment.password == "5fxfkYctKwhM4U8J7R7VkPVs")
    #expect(fragment.fingerprint == hex(digest.filter { $0 != ":" }))
    #expect(fragment.opusPayloadType == 111)
    #expect(fragment.extensionID(of: HeaderExtensionURI.audioLevel) == 1)
    #expect(fragment.extensionID(of: HeaderExtensionURI.absSendTime) == 2)
    #expect(fragment.extensionID(of: HeaderExtensionURI.transportWideCC) == 3)
    #expect(fragment.extensionID(of: HeaderExtensionURI.mid) == 4)
    #expect(fragment.extensionID(of: "urn:ietf:params:rtp-hdrext:toffset") == nil)
  }

  @Test(arguments: [
    "chromium156_audio.sdp", "chromium156_audio_video.sdp", "chromium156_audio_video_simulcast_data.sdp",
    "chromium156_recvonly_3a_2v.sdp",
  ])
  func `Every captured offer is read, with either line end`(_ name: String) throws {
    let text = try fixture(name).replacing("\r\n", with: "\n")
    let fragment = try WebRTCFragment(text)
    #expect(fragment.opusPayloadType == 111)
    #expect(text.contains("a=ice-ufrag:\(fragment.ufrag)\n"))
    #expect(text.contains("a=ice-pwd:\(fragment.password)\n"))
    #expect(try WebRTCFragment(text.replacing("\n", with: "\r\n")) == fragment)
  }

  @Test(arguments: ["chromium156_audio.sdp", "chromium156_audio_video.sdp"])
  func `The lines that Discord's client picks say the same as the whole offer`(_ name: String) throws {
    let text = try fixture(name)
    let picked = text.split(whereSeparator: \.isNewline).filter { line in
      line.starts(with: #/a=(extmap-allow-mixed|ice-|fingerprint|extmap:)/#) || line.contains("opus/48000")
    }
    #expect(try WebRTCFragment(picked.joined(separator: "\n")) == WebRTCFragment(text))
  }

  @Test func `A missing piece is named`() {
    for (index, name) in ["ice-ufrag", "ice-pwd", "fingerprint:sha-256"].enumerated() {
      var lines = complete
      lines.remove(at: index)
      #expect(throws: WireError.missing(name)) { try WebRTCFragment(lines.joined(separator: "\n")) }
    }
    #expect(throws: WireError.missing("ice-ufrag")) { try WebRTCFragment("") }
    let sha1 = [ufragLine, passwordLine, "a=fingerprint:sha-1 AA:BB"].joined(separator: "\n")
    #expect(throws: WireError.missing("fingerprint:sha-256")) { try WebRTCFragment(sha1) }
  }

  @Test func `Opus and extensions may be absent`() throws {
    let fragment = try WebRTCFragment(complete.joined(separator: "\n"))
    #expect(fragment.opusPayloadType == nil && fragment.extensionID(of: HeaderExtensionURI.mid) == nil)
  }

  @Test(arguments: [
    "a=ice-ufrag:abc", "a=ice-ufrag", "a=ice-ufrag:ab cd", "a=ice-pwd:short",
    "a=ice-pwd:5fxfkYctKwhM4U8J7R7Vk\u{e9}",
    "a=fingerprint:sha-256 AA:BB", "a=fingerprint:sha-256 \(digest.dropLast())G", "a=fingerprint:sha-256",
    "a=fingerprint:sha-256 \(digest):00", "a=rtpmap:64 opus/48000/2", "a=rtpmap:128 opus/48000/2",
    "a=rtpmap:x opus/48000/2", "a=rtpmap:9999999999 opus/48000/2", "a=extmap:1", "a=extmap:x urn:a",
    "a=extmap: urn:a", "a=extmap:/sendonly urn:a",
  ])
  func `A value that breaks its grammar is refused wherever it stands`(_ line: String) {
    for position in 0...complete.count {
      var lines = complete
      lines.insert(line, at: position)
      #expect(throws: WireError.malformed) { try WebRTCFragment(lines.joined(separator: "\n")) }
    }
  }

  @Test func `The first of each kind counts`() throws {
    let other = ["a=ice-ufrag:zzzz", "a=ice-pwd:0000000000000000000000", "a=rtpmap:109 opus/48000/2"]
    let maps = ["a=rtpmap:111 OPUS/48000/2", "a=extmap:3 urn:a", "a=extmap:4 urn:a", "a=extmap:3 urn:b"]
    let fragment = try WebRTCFragment((complete + maps + other).joined(separator: "\n"))
    #expect(fragment.ufrag == "tvjo" && fragment.password.hasPrefix("5fxf"))
    #expect(fragment.opusPayloadType == 111)
    #expect(fragment.extensionID(of: "urn:a") == 3 && fragment.extensionID(of: "urn:b") == nil)
  }

  @Test func `Extension ids that need two octets are left out, directions and attributes skipped`() throws {
    let lines = complete + ["a=extmap:15 urn:a", "a=extmap:0 urn:b", "a=extmap:14/recvonly urn:c x=y"]
    let fragment = try WebRTCFragment(lines.joined(separator: "\n"))
    #expect(fragment.extensionID(of: "urn:a") == nil && fragment.extensionID(of: "urn:b") == nil)
    #expect(fragment.extensionID(of: "urn:c") == 14)
  }

  @Test func `A description of 64 KiB is read and one octet more is refused`() throws {
    let start = complete.joined(separator: "\n") + "\n"
    let filler = String(repeating: "x", count: 65_536 - start.utf8.count)
    #expect(try WebRTCFragment(start + filler).ufrag == "tvjo")
    #expect(throws: WireError.excessive) { try WebRTCFragment(start + filler + "x") }
  }

  @Test func `A description of 2048 lines is read and one more is refused`() throws {
    let lines = [String](repeating: "a=x", count: 2_048 - 3) + complete
    #expect(try WebRTCFragment(lines.joined(separator: "\n")).ufrag == "tvjo")
    let empty = [String](repeating: "", count: 2_049 - 3) + complete
    #expect(throws: WireError.excessive) { try WebRTCFragment(empty.joined(separator: "\n")) }
  }
}

@Suite struct WebRTCAnswerFragmentTests {
  private let v4 = SocketAddress(ip: IPAddress(v4: 0xCB00_710A), port: 50_001)
  private let v6 = SocketAddress(ip: IPAddress(high: 0x2001_0db8_0000_0000, low: 1), port: 50_002)
  private let password = "yyyyyyyyyyyyyyyyyyyyyyyy"

  @Test func `The answer has Discord's lines in Discord's order`() throws {
    let answer = try #require(
      WebRTCAnswerFragment(
        addresses: [v6, v4], fingerprint: hex(digest.filter { $0 != ":" }), ufrag: "xxxx", password: password)
    )
    #expect(
      answer.text == """
        m=audio 50001 ICE/SDP
        a=fingerprint:sha-256 \(digest)
        c=IN IP4 203.0.113.10
        a=rtcp:50001
        a=ice-ufrag:xxxx
        a=ice-pwd:\(password)
        a=fingerprint:sha-256 \(digest)
        a=candidate:1 1 UDP 2130706431 2001:db8::1 50002 typ host
        a=candidate:2 1 UDP 2130706175 203.0.113.10 50001 typ host
        """)
  }

  @Test func `Without IPv4 the connection line is IPv6`() throws {
    let answer = try #require(
      WebRTCAnswerFragment(
        addresses: [v6], fingerprint: [UInt8](repeating: 1, count: 32), ufrag: "xxxx", password: password))
    #expect(answer.text.hasPrefix("m=audio 50002 ICE/SDP\n"))
    #expect(answer.text.contains("\nc=IN IP6 2001:db8::1\n"))
  }

  @Test func `The answer's credentials read back`() throws {
    let fingerprint = (0..<32).map { UInt8($0 * 8 + 3) }
    let answer = try #require(
      WebRTCAnswerFragment(addresses: [v4], fingerprint: fingerprint, ufrag: "u+/9", password: password))
    let read = try WebRTCFragment(answer.text)
    #expect(read.ufrag == "u+/9" && read.password == password && read.fingerprint == fingerprint)
  }

  @Test func `Nothing is made without an address or of half a fingerprint`() {
    let half = [UInt8](repeating: 1, count: 16)
    #expect(WebRTCAnswerFragment(addresses: [v4], fingerprint: half, ufrag: "x", password: "y") == nil)
    #expect(WebRTCAnswerFragment(addresses: [], fingerprint: half + half, ufrag: "x", password: "y") == nil)
  }
}
