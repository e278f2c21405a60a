import Base
import Signaling
import Testing

@testable import Server

@Suite struct SpoolLedgerTests {
  private let ann = UploadSender.account(Snowflake(rawValue: 1))

  @Test func `One sender takes its own places and no others`() throws {
    var ledger = SpoolLedger(octetsMax: 1_000)
    for _ in 0..<Limits.spoolsPerSender { #expect(ledger.open(for: ann, octets: 1) == 1) }
    #expect(ledger.open(for: ann, octets: 1) == nil)
    #expect(ledger.open(for: .address(IPAddress(v4: 1)), octets: 1) == 1)
    ledger.close(for: ann, octets: 1)
    #expect(ledger.open(for: ann, octets: 993) == 993)
    ledger.close(for: ann, octets: 993)
    #expect(ledger.open(for: ann, octets: 994) == nil, "octets count, too")
    for _ in 0..<Limits.spoolsPerSender { ledger.close(for: ann, octets: 1) }
    #expect(ledger.count == 1)
    #expect(ledger.open(for: ann, octets: 1_000) == 1_000)
  }

  @Test func `All together take no more than all places`() {
    var ledger = SpoolLedger(octetsMax: 1_000)
    for index in 0..<Limits.fileJobs {
      #expect(ledger.open(for: .address(IPAddress(v4: UInt32(index))), octets: 0) != nil)
    }
    #expect(ledger.open(for: ann, octets: 0) == nil && ledger.count == Limits.fileJobs)
  }
}
