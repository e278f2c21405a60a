import Base
internal import HTTPClient

/// One documented setting: its name in the file, its meaning, and how text becomes a value.
///
/// The table ``all`` is the only place that knows the settings: file, environment, flags, help and
/// documentation are generated from it.
public struct ConfigurationKey: Sendable {
  /// The name, `section.key`.
  public let name: String
  /// One sentence for help and documentation.
  public let help: String
  /// What a value looks like.
  public let form: String
  /// Whether several values may be given.
  public let isList: Bool
  let read: @Sendable (Configuration) -> [String]
  /// Sets the values; returns what is wrong with them, or `nil`.
  let write: @Sendable (inout Configuration, [String]) -> String?

  /// The environment variable that sets it.
  public var environmentName: String {
    "ROOST_" + String(name.map { $0 == "." ? "_" : Character($0.uppercased()) })
  }

  /// Every setting, in the order of the documentation.
  public static let all: [ConfigurationKey] = [
    .text("data.directory", \.dataDirectory, "Database, generated certificates and the process lock."),
    .addresses(
      "http.listen", \.httpListen, "TCP addresses of the page, the API and the gateway; port 0 is any."),
    .choice(
      "http.tls", \.tls, "`off` serves plain HTTP and WebSockets, to this machine and `http.proxies` alone."),
    .hosts(
      "http.proxies", \.proxies,
      "Proxies on other machines that may connect with `http.tls: off`; X-Forwarded-For says for whom."),
    .text("http.certificate", \.certificateFile, "PEM file of the certificate chain; `--dev` makes one."),
    .text("http.key", \.keyFile, "PEM file of the certificate's private key."),
    .addresses("voice.listen", \.voiceListen, "TCP addresses of the voice gateway."),
    .text(
      "voice.endpoint", \.voiceEndpoint,
      "`host:port` of the voice gateway as clients see it; empty derives it."),
    .text("public.host", \.publicHost, "Host name in links and gateway addresses."),
    .text("public.url", \.publicURL, "Address of the page behind a proxy; empty derives it."),
    .addresses(
      "media.listen", \.mediaListen,
      "UDP addresses of the media plane: one IPv4, one IPv6, or `[::]` for both."),
    .addresses(
      "media.announce", \.mediaAnnounce,
      "UDP addresses that clients are told instead: behind NAT, the outer ones; port 0 keeps the real one."),
    .number(
      "media.coalesce_max", \.mediaCoalesceMax, 0...5,
      "Milliseconds for which a busy media thread gathers packets for one receiver at most; 0 never does."),
    .number(
      "media.shards", \.mediaShards, 0...Limits.shards,
      "Media threads, each with the next UDP port; 0 is one for each processor that the process may use."),
    .number(
      "media.spread_members", \.mediaSpreadMembers, 1...4_096,
      "Members of a room on one media thread; further ones go to another, and the room spans both."),
    .number(
      "media.spread_utilisation", \.mediaSpreadUtilisation, 10...100,
      "Percent of a processor; on a busier media thread, rooms of 50 members and more go on to another."),
    .choice(
      "media.priority", \.mediaPriority,
      "`realtime` lets media threads go before all others, where the system permits it."),
    .choice("log.level", \.logLevel, "Least serious line that is logged."),
    .choice("log.format", \.logFormat, "`auto` is text on a terminal and JSON lines elsewhere."),
    .choice(
      "links.previews", \.linkPreviews,
      "Whether the server fetches what messages link to, from public addresses only, and shows cards of it."),
    .choice("registration.policy", \.registration, "Who may create an account."),
    .names(
      "outgoing.trusted_hosts", \.trustedHosts,
      "Hosts of bots' endpoints that may have private addresses and no TLS, such as localhost."),
    .number("limits.connections", \.connectionsMax, 1...1_000_000, "Most TCP connections at a time."),
    .number("limits.upload", \.uploadMax, 1...16_384, "Most MiB of a message's files together."),
    .number("limits.voice_peers", \.voicePeersMax, 1...65_536, "Most voice connections at a time."),
    .number(
      "limits.rate_percent", \.ratePercent, 1...100_000,
      "Percent of Discord's rate limits that the API allows; log-ins keep theirs."),
    .number("dev.bots", \.devBots, 1...20_000, "Bots in the demo guild of `--dev`; more are for load tests."),
    // A guild has at most 500 channels, two of which are text and stage.
    .number("dev.rooms", \.devRooms, 1...498, "Voice channels of the demo guild."),
  ]

  /// The setting called `name`.
  static func named(_ name: String) -> ConfigurationKey? {
    all.first { $0.name == name }
  }

  private static func text(
    _ name: String, _ field: any WritableKeyPath<Configuration, String> & Sendable, _ help: String
  ) -> ConfigurationKey {
    ConfigurationKey(name: name, help: help, form: "text", isList: false) {
      [$0[keyPath: field]]
    } write: { configuration, values in
      configuration[keyPath: field] = values.first ?? ""
      return nil
    }
  }

  private static func names(
    _ name: String, _ field: any WritableKeyPath<Configuration, [String]> & Sendable, _ help: String
  ) -> ConfigurationKey {
    ConfigurationKey(name: name, help: help, form: "host, …", isList: true) {
      $0[keyPath: field]
    } write: { configuration, values in
      let names = values.filter { !$0.isEmpty }
      if let wrong = names.first(where: { OutgoingURL.host(of: "http://\($0)") != $0.lowercased() }) {
        return "`\(wrong)` is not a host's name or IPv4 address"
      }
      configuration[keyPath: field] = names
      return nil
    }
  }

  private static func number(
    _ name: String, _ field: any WritableKeyPath<Configuration, Int> & Sendable,
    _ range: ClosedRange<Int>, _ help: String
  ) -> ConfigurationKey {
    let form = "\(range.lowerBound) to \(range.upperBound)"
    return ConfigurationKey(name: name, help: help, form: form, isList: false) {
      [String($0[keyPath: field])]
    } write: { configuration, values in
      guard let text = values.first, let number = Int(text), range.contains(number) else {
        return "must be a number from \(form)"
      }
      configuration[keyPath: field] = number
      return nil
    }
  }

  private static func choice<Choice: RawRepresentable<String> & CaseIterable & SendableMetatype>(
    _ name: String, _ field: any WritableKeyPath<Configuration, Choice> & Sendable, _ help: String
  ) -> ConfigurationKey {
    let form = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    return ConfigurationKey(name: name, help: help, form: form, isList: false) {
      [$0[keyPath: field].rawValue]
    } write: { configuration, values in
      guard let choice = values.first.flatMap({ Choice(rawValue: $0) }) else {
        return "must be one of \(form)"
      }
      configuration[keyPath: field] = choice
      return nil
    }
  }

  private static func hosts(
    _ name: String, _ field: any WritableKeyPath<Configuration, [IPAddress]> & Sendable, _ help: String
  ) -> ConfigurationKey {
    ConfigurationKey(name: name, help: help, form: "address, …", isList: true) {
      $0[keyPath: field].map(\.description)
    } write: { configuration, values in
      var addresses: [IPAddress] = []
      for value in values {
        guard let address = IPAddress(value) else { return "`\(value)` is not an address such as 10.0.0.2" }
        addresses.append(address)
      }
      configuration[keyPath: field] = addresses
      return nil
    }
  }

  private static func addresses(
    _ name: String, _ field: any WritableKeyPath<Configuration, [SocketAddress]> & Sendable,
    _ help: String
  ) -> ConfigurationKey {
    ConfigurationKey(name: name, help: help, form: "address:port, …", isList: true) {
      $0[keyPath: field].map(\.description)
    } write: { configuration, values in
      var addresses: [SocketAddress] = []
      for value in values {
        guard let address = SocketAddress(value) else {
          return "`\(value)` is not an address and port such as 127.0.0.1:8443 or [::1]:8443"
        }
        addresses.append(address)
      }
      configuration[keyPath: field] = addresses
      return nil
    }
  }
}
