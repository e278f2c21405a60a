import JSON
import Testing

@Suite struct LoneSurrogateTests {
  @Test(arguments: [
    (#""\ud800""#, "\u{FFFD}"), (#""a\udfffb""#, "a\u{FFFD}b"), (#""\uD83D\uDE00""#, "😀"),
    (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"), (#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"),
    (#""\\ud800\ud800""#, "\\ud800\u{FFFD}"), (#""\ud800\n""#, "\u{FFFD}\n"),
    (#""\ud800\u0041""#, "\u{FFFD}A"),
    (#""\\ud800""#, "\\ud800"),
  ])
  func `Half a pair becomes the replacement character, whole pairs stay`(_ json: String, _ text: String)
    throws
  {
    #expect(try JSONValue.parse(Array(json.utf8), limits: .standard).string == text)
  }

  @Test(arguments: [#""\ud800"#, #""\ud80""#, #""\ud8"#, #""\"#, #"\ud800"#, #"{"\ud800"}"#, #"["\ud800",]"#])
  func `What is wrong otherwise stays malformed`(_ json: String) {
    #expect(throws: JSONError.malformed) { try JSONValue.parse(Array(json.utf8), limits: .standard) }
  }
}
