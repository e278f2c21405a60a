internal import Base
internal import Net

/// Fetches `/metrics` from the gateway's host; blocks for at most ``timeout``.
///
/// Only before the members join and after they left: it would delay the schedule otherwise.
enum MetricsFetch {
  private static let timeout = Interval.seconds(5)
  private static let answerCountMax = 4 << 20

  /// The samples; `nil` when the server has none for us.
  static func fetch(_ target: GatewayTarget, _ client: TLSClient) -> MetricsText.Samples? {
    guard let connection = try? connect(target, client), var poll = try? EventPoll() else { return nil }
    let request =
      "GET /metrics HTTP/1.1\r\nHost: \(target.authority)\r\nConnection: close\r\n"
      + "User-Agent: roost-loadtest\r\n\r\n"
    guard (try? poll.add(connection.descriptor, token: 0, interest: .readableAndWritable)) != nil else {
      return nil
    }
    _ = connection.write(Array(request.utf8))
    var answer: [UInt8] = []
    let deadline = MonotonicClock.now() + timeout
    while MonotonicClock.now() < deadline, answer.count < answerCountMax {
      _ = connection.flush()
      if case .ended = connection.read(into: &answer) { return samples(answer) }
      let interest: EventPoll.Interest = connection.wantsWriting ? .readableAndWritable : .readable
      guard (try? poll.change(connection.descriptor, token: 0, interest: interest)) != nil,
        (try? poll.wait(until: deadline)) != nil
      else { return nil }
    }
    return nil
  }

  private static func connect(
    _ target: GatewayTarget, _ client: TLSClient
  ) throws(LoadTestError) -> any StreamConnection {
    guard target.isSecure else { return try PlainConnection(to: target.address) }
    return try TLSConnection(to: target.address, host: target.host, client)
  }

  private static func samples(_ answer: [UInt8]) -> MetricsText.Samples? {
    let text = String(decoding: answer, as: UTF8.self)
    guard text.hasPrefix("HTTP/1.1 200"), let head = text.firstRange(of: "\r\n\r\n") else { return nil }
    let samples = MetricsText.parse(String(text[head.upperBound...]))
    return samples.isEmpty ? nil : samples
  }
}
