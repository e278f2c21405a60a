internal import HTTPServer
internal import Signaling

/// Who has how many bodies with files on disk, so that one sender cannot take every place.
///
/// A value behind a lock: bodies are opened by the HTTP loop and closed by whoever lets go of them last.
struct SpoolLedger {
  private struct Share {
    var count = 0
    var octets = 0
  }

  /// Octets that one sender may have on the way.
  private let octetsMax: Int
  private var shares: [UploadSender: Share] = [:]
  /// Bodies of everybody.
  private(set) var count = 0

  /// Makes a ledger without bodies.
  init(octetsMax: Int) {
    self.octetsMax = octetsMax
  }

  /// Opens a body of at most `octets` octets; what is to be closed later, `nil` when there is no room.
  mutating func open(for sender: UploadSender, octets: Int) -> Int? {
    var share = shares[sender] ?? Share()
    let octets = max(0, octets)
    guard count < Limits.fileJobs, share.count < Limits.spoolsPerSender, share.octets + octets <= octetsMax
    else { return nil }
    count += 1
    share.count += 1
    share.octets += octets
    shares[sender] = share
    return octets
  }

  /// Closes a body that was opened with as many octets.
  mutating func close(for sender: UploadSender, octets: Int) {
    guard var share = shares[sender] else { return }
    count -= 1
    share.count -= 1
    share.octets -= octets
    shares[sender] = share.count > 0 ? share : nil
  }

  /// The answer when there is no room: clients wait and come again.
  static let refusal = HTTPResponse(
    status: 429, headers: [("Content-Type", "application/json"), ("Retry-After", "1"), ("Via", "1.1 roost")],
    body: Array(#"{"message":"Too many uploads at a time.","retry_after":1.0,"global":false}"#.utf8))
}
