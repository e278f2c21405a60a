/// Copies everything that a server keeps into a directory, and back.
///
///     DIRECTORY/roost.db   a consistent copy, whole in itself
///     DIRECTORY/secret     signs tokens and links
///     DIRECTORY/blobs/     every file that the copy names, and perhaps younger ones
///
/// Files are copied before the database and, for those that came meanwhile, after it: a file is kept for an hour at
/// least after it was last uploaded, so the copy of the database names none that is missing. The directory has its
/// name only when it is whole and synced.
struct Backup {
  private let data: String
  private let target: String

  /// A backup of the data directory `data` in `target`.
  init(of data: String, in target: String) {
    self.data = data
    self.target = target
  }

  /// Makes the backup and says what was copied.
  ///
  /// `copyDatabase` writes the database to a path.
  func make(_ copyDatabase: (String) throws(ServerError) -> Void) throws(ServerError) -> String {
    guard !TreeCopy.exists(target) else { throw .usage("\(target) is there already") }
    let unfinished = target + ".unfinished"
    try TreeCopy.remove(unfinished)
    try TreeCopy.makeFolder(unfinished)
    var files = try TreeCopy.copyBlobs(from: data + "/blobs", to: unfinished + "/blobs")
    try copyDatabase(unfinished + "/roost.db")
    try TreeCopy.sync(unfinished + "/roost.db")
    files += try TreeCopy.copyBlobs(from: data + "/blobs", to: unfinished + "/blobs")
    try TreeCopy.copy(data + "/secret", to: unfinished + "/secret")
    try TreeCopy.rename(unfinished, to: target)
    return "\(files) files and the database are in \(target)\n"
  }

  /// Puts a backup into a data directory that has no database, once it is found whole.
  func restore() throws(ServerError) -> String {
    guard TreeCopy.exists(target + "/roost.db") else { throw .usage("\(target) holds no backup") }
    let problems = Doctor(directory: target).problems()
    guard problems.isEmpty else { throw .store("the backup is damaged: " + problems.joined(separator: "; ")) }
    let lock = try DataDirectory(data)
    guard !TreeCopy.exists(data + "/roost.db") else { throw .usage("\(data) has a database already") }
    let files = try TreeCopy.copyBlobs(from: target + "/blobs", to: data + "/blobs")
    try TreeCopy.copy(target + "/secret", to: data + "/secret")
    // Last: a directory without a database is one into which nothing was restored.
    try TreeCopy.copy(target + "/roost.db", to: data + "/roost.db.restored")
    try TreeCopy.rename(data + "/roost.db.restored", to: data + "/roost.db")
    _ = consume lock
    return "\(files) files and the database are in \(data)\n"
  }
}
