public import Base
public import ChatCore

/// A body of `multipart/form-data` whose files are kept already.
public struct UploadedForm: Sendable {
  /// One file.
  public struct File: Sendable {
    /// The part's name: `files[0]`.
    public let name: String
    /// As its sender calls it.
    public let filename: String
    /// The content, kept by the blob store.
    public let file: StoredFile

    /// Makes a file of its parts.
    public init(name: String, filename: String, file: StoredFile) {
      self.name = name
      self.filename = filename
      self.file = file
    }

    /// The number in `files[n]`; 0 for the single `file` of old libraries.
    var index: Int? {
      if name == "file" { return 0 }
      guard name.hasPrefix("files["), name.hasSuffix("]") else { return nil }
      return Int(name.dropFirst(6).dropLast())
    }
  }

  /// What stands in `payload_json`, if there is such a part.
  public var payload: [UInt8]?
  /// The other parts that are no files.
  public var fields: [(name: String, value: String)] = []
  /// The files, in order.
  public var files: [File] = []

  /// A form without parts.
  public init() {}
}

/// Why a form with files could not be taken in.
public enum UploadProblem: Error, Hashable, Sendable {
  /// The body is not what its Content-Type says, or ends early.
  case malformed
  /// The disk is full, or failed.
  case unwritten
  /// Too many are being taken in.
  case overloaded
}

/// Where the body of a request goes whose head has arrived.
public enum BodyPlace: Sendable {
  /// Into memory, with the server's own limit.
  case memory
  /// Into a file, because it carries files; for whom it is counted.
  case file(UploadSender)
}

/// For whom files on their way are counted.
public enum UploadSender: Hashable, Sendable {
  /// Whose token the request carries.
  case account(Snowflake)
  /// Which webhook's authentic token the path carries.
  case webhook(Snowflake)
  /// Who has no token of their own: answers to interactions name theirs in the path.
  case address(IPAddress)
}

extension RESTAPI {
  /// Decides where the body of `request`, which has none yet, goes.
  ///
  /// Into a file only on a route that takes files, and with a token that holds, of an account or of a webhook:
  /// nobody else fills the disk. Answers to interactions carry their token in the path, where the chat core alone
  /// can check it; they are counted by address.
  public func bodyPlace(_ request: RESTRequest) -> BodyPlace {
    guard request.header("content-type")?.lowercased().hasPrefix("multipart/form-data") == true,
      case .route(let route, let parameters) = router.find(request.method, request.path), route.takesFiles
    else { return .memory }
    if let claim = claim(of: request.header("authorization") ?? "") { return .file(.account(claim.user)) }
    if webhookSecret(parameters) != nil, let id = parameters["webhook"].flatMap({ Snowflake($0) }) {
      return .file(.webhook(id))
    }
    return route.isAnonymous ? .file(.address(request.remote)) : .memory
  }
}

extension RESTRoute {
  /// Whether bodies may carry files.
  var takesFiles: Bool {
    switch self {
    case .createMessage, .modifyMessage, .respond, .executeWebhook, .modifyWebhookMessage, .createThread:
      true
    default: false
    }
  }

  /// Whether bodies may carry a picture as a data URI.
  var takesPicture: Bool {
    switch self {
    case .modifySelf, .modifyGuild, .modifyChannel, .createWebhook, .modifyWebhook,
      .modifyWebhookWithToken:
      true
    default: false
    }
  }
}
