import Base
import ChatCore
import JSON

/// Files of messages, and pictures in bodies.
extension RESTCall {
  /// The files of a new message: each that was uploaded, with what its row of `attachments` says of it.
  func attachments(_ form: inout FormReader) -> [AttachmentDraft] {
    let rows = attachmentRows(&form) ?? []
    for row in rows where row.upload == nil && !uploads.contains(where: { $0.index == row.index }) {
      form.note("attachments", "ATTACHMENT_NOT_FOUND", "No file was uploaded for attachment \(row.text).")
    }
    return uploads.map { upload in draft(upload, rows.first { $0.index == upload.index }) }
      + rows.compactMap { row in row.upload.map { draft($0, row) } }
  }

  /// The files of a message that is edited: what the rows name stays or is new.
  ///
  /// Without rows, what the message has stays; uploaded files need a row each then.
  func attachmentChanges(_ form: inout FormReader) -> Change<[AttachmentChange]> {
    guard let rows = attachmentRows(&form) else {
      if form.isNull("attachments") { return .set(uploads.map { .add(draft($0, nil)) }) }
      if !uploads.isEmpty {
        form.note("attachments", "BASE_TYPE_REQUIRED", "This field is required with new files")
      }
      return .keep
    }
    var changes: [AttachmentChange] = []
    for row in rows {
      if let upload = row.upload {
        changes.append(.add(draft(upload, row)))
      } else if let upload = uploads.first(where: { $0.index != nil && $0.index == row.index }) {
        changes.append(.add(draft(upload, row)))
      } else {
        changes.append(.keep(row.id, description: row.description))
      }
    }
    for upload in uploads where !rows.contains(where: { $0.index == upload.index }) {
      changes.append(.add(draft(upload, nil)))
    }
    return .set(changes)
  }

  private var uploads: [UploadedForm.File] {
    guard case .success(let form)? = request.upload else { return [] }
    return form.files
  }

  /// A row of `attachments`: of a file in this body, or of one that the message has.
  private struct Row {
    let id: Snowflake
    let filename: String?
    let description: Change<String?>
    let isSpoiler: Bool
    let seconds: Double?
    let waveform: String?
    /// The file that was uploaded before the message.
    let upload: UploadedForm.File?

    var text: String { id.description }
    /// The number of the file that it may speak of.
    var index: Int? { id.rawValue < 1_000 ? Int(id.rawValue) : nil }
  }

  private func attachmentRows(_ form: inout FormReader) -> [Row]? {
    guard let list = form.nestedList("attachments") else { return nil }
    var rows: [Row] = []
    for var reader in list.prefix(RESTCall.rowsMax) {
      if reader.value("id") == nil, reader.value("uploaded_filename") == nil {
        reader.note("id", "BASE_TYPE_REQUIRED", "This field is required")
      }
      let id = reader.snowflake("id") ?? Snowflake(rawValue: 0)
      let filename = reader.string("filename")
      let description = reader.clearable("description") { $0.string($1) }
      let row = Row(
        id: id, filename: filename, description: description,
        isSpoiler: reader.bool("is_spoiler") ?? false, seconds: reader.double("duration_secs"),
        waveform: reader.string("waveform"), upload: uploaded(&reader))
      rows.append(row)
      form.note(reader)
    }
    return rows
  }

  /// The finished upload that a row names.
  private func uploaded(_ row: inout FormReader) -> UploadedForm.File? {
    guard let name = row.string("uploaded_filename") else { return nil }
    guard let upload = kept[name], let file = upload.file else {
      row.note("uploaded_filename", "ATTACHMENT_NOT_FOUND", "There is no finished upload of this name.")
      // Nothing else is said of the row.
      return UploadedForm.File(name: "", filename: "file", file: StoredFile(blob: "", size: 0))
    }
    return UploadedForm.File(name: "", filename: upload.filename, file: file)
  }

  /// More rows than this name no further file: the chat core refuses half as many.
  private static let rowsMax = 2 * Limits.attachmentsPerMessage

  private func draft(_ upload: UploadedForm.File, _ row: Row?) -> AttachmentDraft {
    var description: String?
    if case .set(let text)? = row?.description { description = text }
    let name = row?.filename ?? upload.filename
    let isMarked = row?.isSpoiler != true || name.hasPrefix(Attachment.spoilerMark)
    var draft = AttachmentDraft(
      filename: isMarked ? name : Attachment.spoilerMark + name, description: description, file: upload.file)
    draft.seconds = row?.seconds
    draft.waveform = row?.waveform
    return draft
  }
}

extension FormReader {
  /// The octets of a picture that came as `data:image/png;base64,…`; what they are is checked later.
  mutating func picture(_ key: String) -> [UInt8]? {
    guard let text = string(key) else { return nil }
    let types = ["png", "jpeg", "jpg", "gif", "webp"]
    guard let prefix = types.map({ "data:image/\($0);base64," }).first(where: text.hasPrefix),
      let octets = Base64.decode(
        text.dropFirst(prefix.count).prefix { $0 != "=" }, .standard), !octets.isEmpty
    else {
      note(key, "IMAGE_INVALID", "Unsupported image type given")
      return nil
    }
    return octets
  }
}

extension ChatCommand {
  /// The field of the body that a picture came in.
  var pictureField: String {
    switch self {
    case .modifyGuild, .modifyChannel: "icon"
    default: "avatar"
    }
  }

  /// The same change with the picture that was kept for it.
  func with(picture: String) -> ChatCommand {
    switch self {
    case .modifyCurrentUser(var changes):
      changes.avatar = .set(picture)
      return .modifyCurrentUser(changes)
    case .modifyGuild(let guild, var changes):
      changes.icon = .set(picture)
      return .modifyGuild(guild, changes)
    case .modifyChannel(let channel, var changes):
      changes.icon = .set(picture)
      return .modifyChannel(channel, changes)
    case .webhook(let command): return .webhook(command.with(picture: picture))
    default: return self
    }
  }
}
