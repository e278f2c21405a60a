import Base
import JSON
import Testing

private func parse(_ text: String) throws(JSONError) -> JSONValue {
  try JSONValue.parse(Array(text.utf8), limits: .standard)
}

private func error(_ octets: [UInt8], _ limits: JSONLimits = .standard) -> JSONError? {
  do throws(JSONError) {
    _ = try JSONValue.parse(octets, limits: limits)
    return nil
  } catch {
    return error
  }
}

@Suite("JSON parser")
struct JSONParserTests {
  @Test("reads every kind of value")
  func kinds() throws {
    let value = try parse(
      #" {"n":null,"t":true,"f":false,"i":-12,"u":18446744073709551615,"d":1.5,"s":"aé\n\u00e9\ud83d\udc4d","a":[1,[]],"o":{}} "#
    )
    #expect(value["n"] == .null)
    #expect(value["t"]?.bool == true)
    #expect(value["f"]?.bool == false)
    #expect(value["i"]?.int == -12)
    #expect(value["u"] == .unsigned(.max))
    #expect(value["d"]?.double == 1.5)
    #expect(value["s"]?.string == "aé\né👍")
    #expect(value["a"]?.array == [.integer(1), .array([])])
    #expect(value["o"]?.object?.count == 0)
    #expect(value["missing"] == nil)
    #expect(value.object?.fields.map(\.key) == ["n", "t", "f", "i", "u", "d", "s", "a", "o"])
  }

  @Test(
    "keeps integers at the borders of their kinds",
    arguments: [
      ("9223372036854775807", JSONValue.integer(.max)),
      ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .unsigned(1 << 63)),
      ("18446744073709551615", .unsigned(.max)),
      ("0", .integer(0)), ("-0", .integer(0)), ("1e2", .number(100)), ("1.0", .number(1)),
    ])
  func integers(text: String, value: JSONValue) throws {
    #expect(try parse(text) == value)
  }

  @Test("takes a snowflake as a string or as an integer of any size")
  func snowflakes() throws {
    let value = try parse(
      #"["175928847299117063",175928847299117063,18446744073709551615,-1,"x","",1.5,"99999999999999999999"]"#)
    let ids = try #require(value.array).map(\.snowflake?.rawValue)
    #expect(ids == [175_928_847_299_117_063, 175_928_847_299_117_063, .max, nil, nil, nil, nil, nil])
  }

  @Test("lets the last of equal keys win in small and in indexed objects", arguments: [2, 40])
  func duplicates(extra: Int) throws {
    let filler = (0..<extra).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
    let value = try parse("{\"a\":1,\(filler),\"a\":2}")
    #expect(value["a"]?.int == 2)
    #expect(value.object?.count == extra + 1)
    #expect(value["k1"]?.int == 1)
    #expect(value["nothing"] == nil)
  }

  @Test("counts depth to the limit and refuses one more before it recurses")
  func depth() {
    func nested(_ depth: Int) -> [UInt8] {
      Array(repeating: UInt8(ascii: "["), count: depth) + [UInt8(ascii: "1")]
        + Array(repeating: UInt8(ascii: "]"), count: depth)
    }
    #expect(error(nested(32)) == nil)
    #expect(error(nested(33)) == .tooDeep)
    #expect(error(Array(repeating: UInt8(ascii: "["), count: 1_000_000)) != nil)
    #expect(error(Array("{\"a\":1}".utf8), JSONLimits(depth: 1, octets: 100)) == nil)
    #expect(error(Array("{\"a\":[1]}".utf8), JSONLimits(depth: 1, octets: 100)) == .tooDeep)
  }

  @Test(
    "refuses what is not JSON",
    arguments: [
      "", " ", "{", "[1,]", "{\"a\"}", "{a:1}", "'a'", "01", "1.", ".5", "+1", "NaN", "tru", "1 2", "[1]x",
      "\"\u{1}\"", "\"\\x\"", "\"\\u12\"", "\"abc", "[1,,2]", "\u{0}",
    ])
  func malformed(text: String) {
    #expect(error(Array(text.utf8)) != nil)
  }

  @Test("names size, encoding and range as reasons")
  func reasons() {
    #expect(error(Array("[1,2,3]".utf8), JSONLimits(depth: 32, octets: 6)) == .tooLarge)
    #expect(error([0x22, 0xFF, 0x22]) == .invalidUTF8)
    #expect(error([0x22, 0xED, 0xA0, 0x80, 0x22]) == .invalidUTF8)
    #expect(error(Array("18446744073709551616".utf8)) != nil)
    #expect(error(Array("1e400".utf8)) == .numberOutOfRange)
  }

  @Test("refuses every truncation of a document")
  func truncations() {
    let document = Array(#"{"op":2,"d":{"token":"a\"b","i":513,"s":[0,1],"x":[null,true,1.5e3]}}"#.utf8)
    for count in 0..<document.count {
      #expect(error(Array(document[..<count])) != nil, "\(count) octets")
    }
  }

  @Test("takes every bit flip and random octets without a trap")
  func fuzz() throws {
    let document = Array(#"{"op":2,"d":{"token":"aé","n":-1.5e3,"s":[0,18446744073709551615,{}]}}"#.utf8)
    for position in document.indices {
      for bit in 0..<8 {
        var flipped = document
        flipped[position] ^= 1 << bit
        _ = error(flipped)
      }
    }
    let seed: UInt64 = 0x5EED_0001
    var random = SeededRandom(seed: seed)
    let alphabet = Array("{}[]\",:0123456789.eE+-truefalsn\\u/ \u{7f}é".utf8)
    for run in 0..<fuzzRuns {
      var text: [UInt8] = []
      for _ in 0..<random.below(64) {
        text.append(random.below(16) == 0 ? UInt8(random.below(256)) : alphabet[random.below(alphabet.count)])
      }
      guard let value = try? JSONValue.parse(text, limits: .standard) else { continue }
      var writer = JSONWriter()
      writer.element(value)
      let again = try JSONValue.parse(writer.octets, limits: .standard)
      #expect(again == value, "seed \(seed) run \(run)")
    }
  }
}
