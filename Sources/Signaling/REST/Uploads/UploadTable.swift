import Base
public import ChatCore

/// A file that is uploaded before the message that brings it.
public struct PendingUpload: Hashable, Sendable {
  /// Names it among the uploads of one process.
  public let id: UInt64
  /// Who may use it in a message.
  let owner: Snowflake
  /// As its owner calls it.
  let filename: String
  /// Octets that were announced, which are those that are taken.
  public let count: Int
  /// What its owner says it is.
  public let contentType: String?
  /// When it is forgotten.
  var deadline: Instant
  /// The file, once all of it has arrived and is kept.
  public internal(set) var file: StoredFile?

  /// Notes that all of it is kept.
  public mutating func finish(_ file: StoredFile) {
    self.file = file
  }
}

/// A file that a client announces.
struct AnnouncedFile: Hashable, Sendable {
  /// The client's own number, echoed.
  let id: String
  let filename: String
  /// Octets.
  let count: Int
  let contentType: String?
}

/// Uploads that were announced and not used yet.
///
/// In memory only: a client whose upload a restart lost announces it again. Bounded for each account in
/// number and octets, and in number for all. Owned by ``RESTAPI``.
struct UploadTable: Sendable {
  private(set) var uploads: [UInt64: PendingUpload] = [:]
  private var newest: UInt64 = 0

  /// Adds uploads of `files`; `nil` when the owner, or everybody, has too many.
  mutating func open(
    _ files: [AnnouncedFile], owner: Snowflake, _ limits: RESTLimits, at now: Moment
  ) -> [PendingUpload]? {
    expire(at: now.instant)
    let own = uploads.values.filter { $0.owner == owner }
    let octets = (own.map(\.count) + files.map(\.count)).reduce(0, +)
    guard uploads.count + files.count <= limits.uploadsMax,
      own.count + files.count <= limits.uploadsPerAccount, octets <= limits.uploadOctetsPerAccount
    else { return nil }
    return files.map { file in
      // Greater than any of a process before, so that no name of then means another file now.
      newest = max(newest + 1, UInt64(clamping: now.wall.milliseconds) << 12)
      let upload = PendingUpload(
        id: newest, owner: owner, filename: file.filename, count: file.count, contentType: file.contentType,
        deadline: now.instant + limits.uploadAge, file: nil)
      uploads[upload.id] = upload
      return upload
    }
  }

  /// The upload, as long as it is not forgotten.
  func find(_ id: UInt64, at now: Instant) -> PendingUpload? {
    uploads[id].flatMap { now < $0.deadline ? $0 : nil }
  }

  /// All of it is kept now.
  mutating func complete(_ id: UInt64, _ file: StoredFile, _ limits: RESTLimits, at now: Instant) {
    uploads[id]?.file = file
    uploads[id]?.deadline = now + limits.uploadAge
  }

  /// Something of it arrived.
  mutating func touch(_ id: UInt64, _ limits: RESTLimits, at now: Instant) {
    uploads[id]?.deadline = now + limits.uploadAge
  }

  /// Forgets uploads that a message has used, or that nobody wants any more.
  mutating func remove(_ ids: [UInt64]) {
    for id in ids { uploads[id] = nil }
  }

  /// Forgets those whose time is over.
  mutating func expire(at now: Instant) {
    if uploads.values.contains(where: { $0.deadline <= now }) {
      uploads = uploads.filter { now < $0.value.deadline }
    }
  }
}

/// What is to be done with a PUT whose head has arrived.
public enum UploadVerdict: Hashable, Sendable {
  /// Answered without a body: how much has arrived, or that all has.
  case tell
  /// Written from `offset` on, at most `countMax` octets.
  case write(offset: Int, countMax: Int)
  /// Its Content-Range does not parse, or speaks of another file.
  case malformed

  /// Decides about a PUT for `upload`, of which `received` octets are there.
  ///
  /// Without a Content-Range the body is the whole file, from the start; a piece must begin where what is
  /// there ends, or the client is told where that is.
  public init(_ upload: PendingUpload, received: Int, contentRange: String?) {
    guard upload.file == nil else {
      self = .tell
      return
    }
    guard let contentRange else {
      self = .write(offset: 0, countMax: upload.count)
      return
    }
    switch ContentRange(contentRange) {
    case .question(let total)? where total ?? upload.count == upload.count: self = .tell
    case .piece(let first, let last, let total)? where total ?? upload.count == upload.count:
      if last >= upload.count {
        self = .malformed
      } else {
        self = first == received ? .write(offset: first, countMax: last - first + 1) : .tell
      }
    default: self = .malformed
    }
  }
}
