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
      var attachment = Attachment(
        id: ids.next(at: asker.at), filename: AttachmentRules.filename(draft.filename),
        description: draft.description.flatMap { $0.isEmpty ? nil : $0 }, file: draft.file)
      if let seconds = draft.seconds, let waveform = draft.waveform {
        attachment.recording = Recording(seconds: seconds, waveform: waveform)
      }
      return attachment
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

  /// Whether the asker may bring files to a channel.
  func mayAttach(_ channel: Snowflake, _ asker: Asker) throws(ChatError) -> ChatReply {
    let (seat, _) = try textSeat(asker, at: channel)
    try seat.require(.sendMessages)
    try seat.require(.attachFiles)
    return .done
  }

  /// The attachment of a signed link, for the server itself.
  mutating func attachment(
    _ channel: Snowflake, _ id: Snowflake, _ asker: Asker
  ) throws(ChatError) -> ChatReply {
    guard asker.isSystem else { throw .code(.general) }
    let holder = try read { store throws(StoreError) in
      try store.message(channel: channel, holding: id)
    }
    let files = holder?.allFiles ?? ephemeralFiles(of: id)
    guard let found = files.first(where: { $0.id == id }) else { throw .code(.unknownMessage) }
    return .attachment(found)
  }

  /// The files of the answers, which are stored nowhere, of the interaction that `attachment` came with.
  private func ephemeralFiles(of attachment: Snowflake) -> [Attachment] {
    let interaction = state.interactionTokens[attachment].flatMap { state.interactions[$0] }
    return interaction?.ephemeral.flatMap(\.attachments) ?? []
  }

  /// Who of `blobs` is named by anything, for the sweep of the others.
  mutating func referencedBlobs(_ blobs: [String], _ asker: Asker) throws(ChatError) -> ChatReply {
    guard asker.isSystem else { throw .code(.general) }
    let stored = try read { store throws(StoreError) in try store.referenced(blobs) }
    var answered = Set<String>()
    for interaction in state.interactions.all.values {
      for file in interaction.ephemeral.flatMap(\.attachments) { answered.insert(file.file.blob) }
    }
    return .blobs(blobs.filter { stored.contains($0) || answered.contains($0) })
  }

  /// The blob behind a user's or a guild's picture.
  func picture(_ place: PicturePlace, _ asker: Asker) throws(ChatError) -> ChatReply {
    guard asker.isSystem else { throw .code(.general) }
    switch place {
    case .avatar(let id):
      return .picture(state.accounts[id]?.user.avatar ?? state.webhooks.all[id]?.avatar)
    case .icon(let guild): return .picture(state.guilds[guild]?.icon)
    case .groupIcon(let channel): return .picture(state.channels[channel]?.group?.icon)
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

  /// A voice message is one recording with its description, and nothing else.
  static func checkRecording(_ draft: MessageDraft) throws(ChatError) {
    guard draft.flags.contains(.voiceMessage) else { return }
    guard draft.content.isEmpty, draft.embeds.isEmpty, draft.components.isEmpty, !draft.isForward else {
      throw .code(.voiceMessageContent)
    }
    guard draft.attachments.count == 1, let file = draft.attachments.first,
      file.file.contentType?.hasPrefix("audio/") == true || isRecordingName(file.filename)
    else { throw .code(.voiceMessageFiles) }
    guard let seconds = file.seconds, seconds > 0, seconds <= Limits.recordingSeconds,
      let waveform = file.waveform, (1...Limits.waveformLength).contains(waveform.utf8.count),
      waveform.utf8.allSatisfy(isBase64)
    else { throw .code(.voiceMessageMetadata) }
  }

  private static func isRecordingName(_ name: String) -> Bool {
    let ending = name.split(separator: ".").last?.lowercased() ?? ""
    return ["ogg", "opus", "mp3", "m4a", "wav", "webm", "aac", "flac"].contains(ending)
  }

  private static func isBase64(_ octet: UInt8) -> Bool {
    switch octet {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "+/=".utf8.contains(octet)
    }
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
