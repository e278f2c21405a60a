internal import Base
internal import MediaControl

/// What is known only once every port is bound; handed to the HTTP loop before it runs.
struct Site: Sendable {
  /// `https://host:port` of the page, without a slash at the end; `http://` without TLS and without a
  /// `public.url` that says better.
  let url: String
  /// `wss://host:port`, or `ws://` where the page is `http://`, of the main gateway, without a slash at the end.
  let gatewayURL: String
  /// `host:port` of the voice gateway.
  let voiceEndpoint: String
  /// What the voice gateway tells about the media plane.
  let node: MediaNodeDescription
  /// How many of the listeners, the first ones, are the page's and the main gateway's.
  let mainListeners: Int
}

extension Site {
  /// The site of `configuration` whose listeners are `bound`, the main ones first.
  init(_ configuration: Configuration, bound: [SocketAddress], node: MediaNodeDescription) {
    let host = configuration.publicHost
    mainListeners = configuration.httpListen.count
    let main = bound.first?.port ?? 0
    let voice = bound.dropFirst(mainListeners).first?.port ?? 0
    let scheme = configuration.tls == .on ? "https" : "http"
    url =
      configuration.publicURL.isEmpty
      ? "\(scheme)://\(host):\(main)" : String(configuration.publicURL.trimmingSlashes)
    gatewayURL = (url.hasPrefix("http:") ? "ws" : "wss") + url.drop { $0 != ":" }
    voiceEndpoint = configuration.voiceEndpoint.isEmpty ? "\(host):\(voice)" : configuration.voiceEndpoint
    self.node = node
  }
}

extension String {
  fileprivate var trimmingSlashes: Substring {
    var text = self[...]
    while text.last == "/" { text.removeLast() }
    return text
  }
}
