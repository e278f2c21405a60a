import Base
import ChatCore
import Foundation
import JSON
import Testing

@testable import Signaling

/// The forms in which libraries wrap a body.
@Suite struct RequestBodyTests {
  private static let path = "/api/v10/channels/10/messages"
  private static let multipart = "multipart/form-data; boundary=xYz"

  private func content(_ body: String, _ type: String?) throws -> String {
    let headers = type.map { [("Content-Type", $0)] } ?? []
    let action = RESTBench().send("POST", RequestBodyTests.path, body, headers: headers)
    guard case .createMessage(_, let draft)? = action?.request?.command else {
      throw RequestError(
        status: action?.response?.status ?? 0, code: action?.response?.value["code"]?.int ?? 0)
    }
    return draft.content
  }

  private struct RequestError: Error, Equatable {
    let status: Int
    let code: Int
  }

  private static func part(_ name: String, _ content: String, type: String = "", file: String = "") -> String
  {
    let filename = file.isEmpty ? "" : "; filename=\"\(file)\""
    return "--xYz\r\nContent-Disposition: form-data; name=\"\(name)\"\(filename)\r\n\(type)\r\n\(content)\r\n"
  }

  @Test(arguments: ["application/json", "application/json; charset=utf-8", "Application/JSON"])
  func `JSON is read whatever its charset says`(_ type: String) throws {
    #expect(try content(#"{"content":"hi"}"#, type) == "hi")
  }

  @Test(arguments: ["", "Content-Type: application/json\r\n", "content-type: application/octet-stream\r\n"])
  func `A payload_json part is read whatever its type says`(_ type: String) throws {
    let body = RequestBodyTests.part("payload_json", #"{"content":"hi"}"#, type: type) + "--xYz--\r\n"
    #expect(try content(body, RequestBodyTests.multipart) == "hi")
    #expect(try content(body, "multipart/form-data; charset=utf-8; boundary=\"xYz\"") == "hi")
  }

  @Test func `Plain form fields and urlencoded payloads are read`() throws {
    let body = RequestBodyTests.part("content", "a\r\nb") + "--xYz--"
    #expect(try content(body, RequestBodyTests.multipart) == "a\r\nb")
    let encoded = "payload_json=%7B%22content%22%3A%22a+b%22%7D"
    #expect(try content(encoded, "application/x-www-form-urlencoded") == "a b")
  }

  @Test func `Files before or after the payload are refused clearly`() {
    let payload = RequestBodyTests.part("payload_json", "{}")
    let file = RequestBodyTests.part("files[0]", "data", file: "a.txt")
    for body in [payload + file, file + payload] {
      #expect(throws: RequestError(status: 400, code: 50046)) {
        try content(body + "--xYz--\r\n", RequestBodyTests.multipart)
      }
    }
  }

  @Test(
    arguments: [
      ("{", "application/json", 50109), ("[]", "application/json", 50035), ("x", "text/plain", 50035),
      ("x", nil, 50035), ("a=b", "application/x-www-form-urlencoded", 50035),
      ("", "multipart/form-data", 50006),
      ("--xYz", multipart, 0), ("--xYz\r\n\r\n", multipart, 0), ("x", "multipart/form-data", 0),
      (#"{"content":5}"#, "application/json", 50035),
    ] as [(String, String?, Int)])
  func `What cannot be read is refused by its reason`(_ body: String, _ type: String?, _ code: Int) {
    do {
      let content = try content(body, type)
      #expect(code == 50006 && content.isEmpty, "the core refuses empty messages itself")
    } catch let error as RequestError {
      #expect(error == RequestError(status: 400, code: code))
    } catch {
      Issue.record(error)
    }
  }

  @Test func `A body beyond the limit is 413`() {
    let body = #"{"content":""# + String(repeating: "a", count: 128 << 10) + #""}"#
    #expect(throws: RequestError(status: 413, code: 40005)) { try content(body, "application/json") }
  }

  @Test func `Every truncation, bit flip and splice of a multipart body is survived`() {
    let body = Array(
      (RequestBodyTests.part("payload_json", #"{"content":"hi"}"#, type: "Content-Type: text/plain\r\n")
        + RequestBodyTests.part("content", "x") + "--xYz--\r\n").utf8)
    for count in 0..<body.count { _ = Multipart(Array(body[..<count]), boundary: "xYz") }
    for bit in 0..<(body.count * 8) {
      var flipped = body
      flipped[bit / 8] ^= 1 << (bit % 8)
      _ = Multipart(flipped, boundary: "xYz")
    }
    let runs = ProcessInfo.processInfo.environment["ROOST_FUZZ_RUNS"].flatMap(Int.init) ?? 20_000
    var random = SeededRandom(seed: 5)
    for _ in 0..<(runs / 8) {
      var spliced = body
      for _ in 0..<3 {
        let start = random.below(spliced.count)
        let end = min(spliced.count, start + random.below(16))
        let from = random.below(body.count)
        spliced.replaceSubrange(start..<end, with: body[from...].prefix(random.below(24)))
      }
      guard let form = Multipart(spliced, boundary: "xYz") else { continue }
      #expect(form.parts.allSatisfy { $0.content.upperBound <= spliced.count })
    }
  }

  @Test(
    arguments: [
      ("a%20b", "a b"), ("%F0%9F%91%8D", "👍"), ("a+b", "a+b"), ("%", nil), ("%2", nil), ("%g0", nil),
      ("%C3%28", nil), ("", ""),
    ] as [(String, String?)])
  func `Percent signs stand for octets`(_ text: String, _ decoded: String?) {
    #expect(PercentCoding.decode(text, plus: .itself) == decoded)
  }

  @Test func `Queries keep their first value and skip what does not decode`() {
    let fields = FormFields("a=1&a=2&b&c=%zz&=x&d=x%26y&e=1=2")
    #expect(fields["a"] == "1")
    #expect(fields["b"] == "")
    #expect(fields["c"] == nil)
    #expect(fields["d"] == "x&y")
    #expect(fields["e"] == "1=2")
  }
}
