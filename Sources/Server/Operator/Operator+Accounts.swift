internal import Base
internal import ChatCore
internal import Glibc
internal import Signaling

/// What an operator does with a person's account.
extension Operator {
  mutating func order(
    _ name: String, _ order: (Snowflake) -> AccountOrder
  ) throws(ServerError) -> String {
    let id = try user(name)
    _ = try ask(.order(order(id))) { reply -> Bool? in reply == .done ? true : nil }
    return "User      \(id)\n"
  }

  /// Writes everything that is known of a person, and every message, to a new file.
  mutating func export(_ name: String, to path: String) throws(ServerError) -> String {
    let id = try user(name)
    // The path lives for the call; the kernel copies it. Nobody else may read the file.
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .usage("\(path): \(errorText())") }
    defer { close(file) }
    var document = ExportDocument()
    let head = try ask(.order(.export(id))) { reply -> [UInt8]? in
      if case .personal(.export(let export)) = reply { document.head(export) } else { nil }
    }
    try write(head, to: file, path)
    var count = 0
    var place: MessagePlace?
    while true {
      let page = try ask(.order(.messages(of: id, after: place, limit: ChatCore.Limits.exportPage))) {
        reply in
        if case .messages(let views) = reply { views } else { nil }
      }
      guard let last = page.last?.message else { break }
      try write(document.body(page), to: file, path)
      place = MessagePlace(channelID: last.channelID, messageID: last.id)
      count += page.count
    }
    try write(document.tail(), to: file, path)
    guard fsync(file) == 0 else { throw .usage("\(path): \(errorText())") }
    return "User      \(id)\nMessages  \(count)\nFile      \(path)\n"
  }

  private func write(_ octets: [UInt8], to file: Int32, _ path: String) throws(ServerError) {
    guard writeAll(file, octets) else { throw .usage("\(path): \(errorText())") }
  }
}
