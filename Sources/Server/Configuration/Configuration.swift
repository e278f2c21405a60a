public import Base

/// Everything that an operator can set, typed and checked.
///
/// Made by ``ConfigurationSources``; the table ``ConfigurationKey/all`` says how each field is written.
public struct Configuration: Hashable, Sendable {
  /// Where the database, the generated certificates and the lock live.
  public var dataDirectory = "./data"
  /// TCP addresses of the page, the API and the main gateway; port 0 takes a free one.
  public var httpListen = [SocketAddress(ip: .loopbackV4, port: 8443)]
  /// Whether TLS is spoken here, or a proxy's work.
  public var tls = TLSPlace.on
  /// Proxies on other machines that may connect where TLS is theirs.
  public var proxies: [IPAddress] = []
  /// PEM file with the certificate chain; empty with `--dev`, where one is made.
  public var certificateFile = ""
  /// PEM file with the certificate's private key.
  public var keyFile = ""
  /// TCP addresses of the voice gateway.
  public var voiceListen = [SocketAddress(ip: .loopbackV4, port: 8444)]
  /// What clients are told to connect their voice gateway to, `host:port`; empty derives it.
  public var voiceEndpoint = ""
  /// The host name that links and gateway addresses carry.
  public var publicHost = "localhost"
  /// The page's address when a proxy changes it; empty derives it from the host and the port.
  public var publicURL = ""
  /// UDP addresses of the media plane, at most one IPv4 and one IPv6; `[::]` alone takes both.
  ///
  /// These are the first shard's; each further shard takes the next port.
  public var mediaListen = [
    SocketAddress(ip: .loopbackV4, port: 50000), SocketAddress(ip: .loopbackV6, port: 50000),
  ]
  /// What clients are told instead of the listening addresses: behind NAT, the outer ones.
  public var mediaAnnounce: [SocketAddress] = []
  /// How many milliseconds a busy shard gathers packets for one receiver at most; 0 never does.
  public var mediaCoalesceMax = 5
  /// Threads of the media plane, each with its own UDP port; 0 is one a processor.
  public var mediaShards = 0
  /// Members of a room on one media thread from which on new ones go to another.
  public var mediaSpreadMembers = 1_000
  /// Percent of a processor that a media thread may use before new members of its large rooms go to another.
  public var mediaSpreadUtilisation = 70
  /// Whether media threads go before everything else on their processors.
  public var mediaPriority = MediaPriority.normal
  /// Least serious log line that is written.
  public var logLevel = LogLevel.info
  /// How log lines are written.
  public var logFormat = LogFormat.auto
  /// Who may create an account.
  public var registration = RegistrationPolicy.invite
  /// Hosts that the server connects to on others' word although their addresses are private.
  public var trustedHosts: [String] = []
  /// Most TCP connections at a time, the main and the voice gateway together.
  public var connectionsMax = 10_000
  /// Most MiB of one request with files.
  public var uploadMax = 25
  /// Most voice connections at a time.
  public var voicePeersMax = 1_000
  /// Percent of Discord's rates that the REST API allows; log-ins keep theirs.
  public var ratePercent = 100
  /// Whether the server looks up what messages link to, and shows pictures of elsewhere.
  public var linkPreviews = LinkPreviews.on
  /// Bots of the demo guild that `--dev` makes.
  public var devBots = 5
  /// Voice channels of the demo guild.
  public var devRooms = 1

  /// Makes the documented defaults.
  public init() {}
}

/// How media threads stand among the other threads of the machine.
public enum MediaPriority: String, CaseIterable, Sendable {
  case normal, realtime
}

/// Whether the server speaks TLS.
public enum TLSPlace: String, CaseIterable, Sendable {
  case on, off
}

/// Whether links are looked up.
public enum LinkPreviews: String, CaseIterable, Sendable {
  case on, off
}

/// How log lines are written to stderr.
public enum LogFormat: String, CaseIterable, Sendable {
  case auto, text, json
}

/// Who may create an account.
public enum RegistrationPolicy: String, CaseIterable, Sendable {
  case open, invite, closed
}

extension Configuration {
  /// What `--dev` starts from: the defaults, with a media port that cannot be taken already.
  public static var dev: Configuration {
    var configuration = Configuration()
    configuration.mediaListen = [
      SocketAddress(ip: .loopbackV4, port: 0), SocketAddress(ip: .loopbackV6, port: 0),
    ]
    configuration.registration = .open
    return configuration
  }
}
