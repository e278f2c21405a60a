import Base
import Testing

@Suite struct RandomSourceTests {
  @Test(arguments: [StaticAlphabet.ice, .alphanumeric, .hexadecimal])
  func `Text of the system's generator is as long as asked and drawn evenly`(_ alphabet: StaticAlphabet) {
    var random = SystemRandom()
    #expect((0..<40).map { random.text($0, of: alphabet).utf8.count } == Array(0..<40))
    var counts = [Int](repeating: 0, count: 128)
    let drawn = 200_000
    for octet in random.text(drawn, of: alphabet).utf8 { counts[Int(octet) & 127] += 1 }
    let seen = counts.filter { $0 > 0 }
    let expected = Double(drawn) / Double(seen.count)
    #expect([16, 62, 64].contains(seen.count))
    // Seven standard deviations: once in 10¹⁰ runs for each character.
    for count in seen { #expect(abs(Double(count) - expected) < 7 * expected.squareRoot()) }
  }

  @Test func `No two texts are alike`() {
    var random = SystemRandom()
    #expect(Set((0..<1_000).map { _ in random.text(32, of: .alphanumeric) }).count == 1_000)
  }
}
