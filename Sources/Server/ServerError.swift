/// Why a server does not start.
public enum ServerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The data directory cannot be used.
  case dataDirectory(String, String)
  /// Certificate or key cannot be used.
  case certificate(String)
  /// An address cannot be listened on.
  case listen(String)
  /// The database cannot be used.
  case store(String)
  /// The operator asked for something that cannot be.
  case usage(String)
  /// The configuration does not fit together.
  case configuration(String)

  /// The message for the operator.
  public var description: String {
    switch self {
    case .dataDirectory(let path, let problem): "data directory \(path) \(problem)"
    case .certificate(let problem): "certificate: \(problem)"
    case .listen(let problem): "cannot listen: \(problem)"
    case .store(let problem): "database: \(problem)"
    case .usage(let problem): problem
    case .configuration(let problem): "configuration: \(problem)"
    }
  }
}
