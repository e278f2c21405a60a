import Base

extension ChatService where Store: ~Copyable {
  /// Checks files as they come and gives them their ids.
  mutating func attach(
    _ drafts: [AttachmentDraft], kept: Int, _ asker: Asker
  ) throws(ChatError) -> [Attachment] {
    var form = FormCheck()
    if drafts.count + kept > Limits.attachmentsPerMessage {
      form.fail(
        ["attachments"], "BASE_TYPE_MAX_LENGTH",
        "Must be \(Limits.attachmentsPerMessage) or fewer in length.")
    }
    for (index, draft) in drafts.enumerated() {
      AttachmentRules.checkDescription(draft.description, index, &form)
    }
    try form.finish()
    return drafts.map { draft in
      Attachment(
        id: ids.next(at: asker.at), filename: AttachmentRules.filename(draft.filename),
        description: draft.description.flatMap { $0.isEmpty ? nil : $0 }, file: draft.file)
    }
  }

  /// The attachments of an edited message: those that stay, in the order of the rows, and new ones.
  mutating func attachments(
    of message: Message, after rows: [AttachmentChange], _ asker: Asker
  ) throws(ChatError) -> [Attachment] {
    var result: [Attachment] = []
    var drafts: [AttachmentDraft] = []
    var form = FormCheck()
    for (index, row) in rows.enumerated() {
      switch row {
      case .add(let draft): drafts.append(draft)
      case .keep(let id, let description):
        guard var known = message.attachments.first(where: { $0.id == id }),
          !result.contains(where: { $0.id == id })
        else {
          form.fail(
            ["attachments", String(index), "id"], "ATTACHMENT_NOT_FOUND",
            "The message has no attachment with this id, or it is named twice.")
          continue
        }
        if case .set(let text) = description {
          AttachmentRules.checkDescription(text, index, &form)
          known.description = text.flatMap { $0.isEmpty ? nil : $0 }
        }
        result.append(known)
      }
    }
    try form.finish()
    return result + (try attach(drafts, kept: result.count, asker))
  }

  /// The attachment of a signed link, for the server itself.
  mutating func attachment(
    _ channel: Snowflake, _ id: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    guard asker.isSystem else { throw .code(.general) }
    let holder = try read { store throws(StoreError) in
      try store.message(channel: channel, holding: id)
    }
    guard let found = holder?.attachments.first(where: { $0.id == id }) else { throw .code(.unknownMessage) }
    return .attachment(found)
  }

  /// Who of `blobs` is named by anything, for the sweep of the others.
  mutating func referencedBlobs(_ blobs: [String], _ asker: Asker) throws(ChatError) -> ChatReply {
    guard asker.isSystem else { throw .code(.general) }
    return .blobs(try read { store throws(StoreError) in try store.referenced(blobs) })
  }

  /// The blob behind a user's or a guild's picture.
  func picture(_ place: PicturePlace, _ asker: Asker) throws(ChatError) -> ChatReply {
    guard asker.isSystem else { throw .code(.general) }
    switch place {
    case .avatar(let user): return .picture(state.accounts[user]?.user.avatar)
    case .icon(let guild): return .picture(state.guilds[guild]?.icon)
    }
  }
}

/// What attachments may be called and described as.
enum AttachmentRules {
  static func checkDescription(_ text: String?, _ index: Int, _ form: inout FormCheck) {
    guard let text, text.unicodeScalars.count > Limits.attachmentDescriptionLength else { return }
    form.fail(
      ["attachments", String(index), "description"], "BASE_TYPE_MAX_LENGTH",
      "Must be \(Limits.attachmentDescriptionLength) or fewer in length.")
  }

  /// A name that is safe in a path, in a header and on a screen.
  ///
  /// What follows the last slash; controls, white space and what file systems or shells read become `_`;
  /// overlong names lose their middle, so that the ending stays.
  static func filename(_ text: String) -> String {
    let last = text.unicodeScalars.split { $0 == "/" || $0 == "\\" }.last.map(Array.init) ?? []
    var scalars = last.map { scalar -> Unicode.Scalar in isPlain(scalar) ? scalar : "_" }
    // `.` and `..` name directories, a leading point hides a file.
    while scalars.first == "." { scalars.removeFirst() }
    if scalars.isEmpty { scalars = Array("file".unicodeScalars) }
    if scalars.count > Limits.filenameLength {
      scalars = Array(scalars.prefix(Limits.filenameLength - 16) + scalars.suffix(16))
    }
    var name = String.UnicodeScalarView()
    name.append(contentsOf: scalars)
    return String(name)
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
      .spaceSeparator:
      false
    default: !"\"'<>|:*?#%&;`$".unicodeScalars.contains(scalar)
    }
  }
}
