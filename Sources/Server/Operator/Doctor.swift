internal import Blobs
internal import ChatCore
internal import Stores

/// Whether what a data directory or a backup holds is whole.
struct Doctor {
  let directory: String

  /// What is wrong, in words; none when it is sound.
  func problems() -> [String] {
    var problems: [String] = []
    guard TreeCopy.exists(directory + "/roost.db") else { return ["roost.db is missing"] }
    do throws(StoreError) {
      var store = try SQLiteStore(path: directory + "/roost.db")
      problems += try store.damage()
      problems += try store.namedBlobs().compactMap(blobProblem)
    } catch {
      problems.append("roost.db: \(error)")
    }
    if (readFile(directory + "/secret", limit: 65)?.count ?? 0) < 64 { problems.append("secret is missing") }
    return problems
  }

  private func blobProblem(_ hash: String) -> String? {
    guard BlobStore.isHash(hash) else { return "a file has the name \(hash.prefix(80))" }
    let path = "\(directory)/blobs/\(hash.prefix(2))/\(hash.dropFirst(2))"
    guard let found = TreeCopy.hash(path) else { return "file \(hash) is missing" }
    return found == hash ? nil : "file \(hash) is damaged"
  }

  /// Copies the database, which nobody else has open, to a new file.
  func copyDatabase(to path: String) throws(ServerError) {
    do throws(StoreError) {
      var store = try SQLiteStore(path: directory + "/roost.db")
      try store.backUp(to: path)
    } catch {
      throw .store("\(directory)/roost.db: \(error)")
    }
  }
}
