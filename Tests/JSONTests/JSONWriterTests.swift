import Base
import Glibc
import JSON
import Testing

/// How many random inputs a fuzz test tries: ROOST_FUZZ_RUNS, or 20 000.
let fuzzRuns: Int = {
  // getenv returns C memory that nobody writes while tests run.
  guard let text = unsafe getenv("ROOST_FUZZ_RUNS"), let runs = unsafe Int(String(cString: text)) else {
    return 20_000
  }
  return runs
}()

private func written(_ body: (inout JSONWriter) -> Void) -> String {
  var writer = JSONWriter()
  body(&writer)
  return String(decoding: writer.octets, as: UTF8.self)
}

@Suite("JSON writer")
struct JSONWriterTests {
  @Test("sets commas, keys and brackets")
  func structure() {
    let text = written {
      $0.object {
        $0.field("id", Snowflake(rawValue: 175_928_847_299_117_063))
        $0.field("name", "a")
        $0.null("nick")
        $0.field("parent", Snowflake?.none)
        $0.field("topic", String?.none)
        $0.array("roles") {
          $0.element(Snowflake(rawValue: 1))
          $0.element(2)
          $0.nullElement()
          $0.object { _ in }
          $0.array { _ in }
        }
        $0.object("author") { $0.field("bot", true) }
        $0.raw("raw", Array("{}".utf8))
        $0.object(named: "7") { $0.field(named: "x", .bool(false)) }
        $0.field("n", UInt64.max)
      }
    }
    #expect(
      text
        == #"{"id":"175928847299117063","name":"a","nick":null,"parent":null,"topic":null,"roles":["1",2,null,{},[]],"author":{"bot":true},"raw":{},"7":{"x":false},"n":18446744073709551615}"#
    )
  }

  @Test("escapes what RFC 8259 asks for and nothing else")
  func escapes() throws {
    let text = written { $0.element("\"\\/\n\r\t\u{0}\u{8}\u{1f}\u{7f}é👍") }
    #expect(text == "\"\\\"\\\\/\\n\\r\\t\\u0000\\u0008\\u001f\u{7f}é👍\"")
    for scalar in UInt32(0)..<0x300 {
      let value = JSONValue.string(String(Unicode.Scalar(scalar).map(Character.init) ?? "x"))
      var writer = JSONWriter()
      writer.element(value)
      #expect(try JSONValue.parse(writer.octets, limits: .standard) == value)
    }
  }

  @Test(
    "writes doubles with the shortest digits and never a NaN",
    arguments: [
      (1.0, "1.0"), (0.1, "0.1"), (-0.0, "-0.0"), (1e21, "1e+21"), (.leastNonzeroMagnitude, "5e-324"),
      (1.7976931348623157e308, "1.7976931348623157e+308"), (.nan, "null"), (.infinity, "null"),
      (-.infinity, "null"),
    ] as [(Double, String)])
  func doubles(value: Double, text: String) {
    #expect(written { $0.element(value) } == text)
  }

  @Test("writes integers of every width")
  func integers() {
    let text = written {
      $0.array {
        $0.element(Int8.min)
        $0.element(0)
        $0.element(Int64.min)
        $0.element(UInt64.max)
        $0.element(Int128.min)
        $0.element(Snowflake(rawValue: .max))
      }
    }
    #expect(
      text == "[-128,0,-9223372036854775808,18446744073709551615,"
        + "-170141183460469231731687303715884105728,\"18446744073709551615\"]")
  }

  @Test("appends to storage that it is given")
  func appending() {
    var writer = JSONWriter(appendingTo: Array("x=".utf8))
    writer.array { $0.element("a") }
    #expect(String(decoding: writer.octets, as: UTF8.self) == #"x=["a"]"#)
  }

  @Test("parsing what was written gives the same value")
  func identity() throws {
    let seed: UInt64 = 0x5EED_0002
    var random = SeededRandom(seed: seed)
    for run in 0..<fuzzRuns / 10 {
      let value = randomValue(&random, depth: 4)
      var writer = JSONWriter()
      writer.element(value)
      let again = try JSONValue.parse(writer.octets, limits: .standard)
      #expect(again == value, "seed \(seed) run \(run)")
    }
  }

  private func randomValue(_ random: inout SeededRandom, depth: Int) -> JSONValue {
    switch random.below(depth == 0 ? 6 : 8) {
    case 0: return .null
    case 1: return .bool(random.below(2) == 0)
    case 2: return .integer(Int64(bitPattern: random.next()))
    case 3: return .unsigned(random.next() | 1 << 63)
    case 4:
      let number = Double(bitPattern: random.next())
      return number.isFinite ? .number(number) : .number(0.5)
    case 5: return .string(randomText(&random))
    case 6: return .array((0..<random.below(5)).map { _ in randomValue(&random, depth: depth - 1) })
    default:
      return .object(
        JSONObject(
          (0..<random.below(20)).map { _ in
            JSONObject.Field(key: randomText(&random), value: randomValue(&random, depth: depth - 1))
          }))
    }
  }

  private func randomText(_ random: inout SeededRandom) -> String {
    var text = ""
    for _ in 0..<random.below(12) {
      let bound = [0x80, 0x800, 0x10000, 0x110000][random.below(4)]
      if let scalar = Unicode.Scalar(UInt32(random.below(bound))) { text.unicodeScalars.append(scalar) }
    }
    return text
  }
}
