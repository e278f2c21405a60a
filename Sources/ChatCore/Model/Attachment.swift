public import Base

/// A file that the blob store keeps, as it was found to be.
public struct StoredFile: Hashable, Sendable {
  /// SHA-256 of the content: 64 hexadecimal digits, lower case.
  public var blob: String
  /// Octets.
  public var size: Int
  /// The media type; what a picture's header says, else what its sender said.
  public var contentType: String?
  /// Pixels; `nil` for what is no picture.
  public var width: Int?
  /// Pixels; `nil` for what is no picture.
  public var height: Int?

  /// Names a file; set what is known of it.
  public init(blob: String, size: Int) {
    self.blob = blob
    self.size = size
    contentType = nil
    width = nil
    height = nil
  }
}

/// A file of a message.
public struct Attachment: Hashable, Sendable {
  /// The attachment's id.
  public let id: Snowflake
  /// The name that readers are shown; no path, at most ``Limits/filenameLength`` code points.
  public var filename: String
  /// What it shows, for those who cannot see it.
  public var description: String?
  /// The content.
  public var file: StoredFile
  /// How a voice message sounds.
  public var recording: Recording?
  /// Where it can be had for a while; empty as it is stored, written by who shows it.
  public var url = ""
  /// Where smaller pictures and other formats of it can be had; as ``url``.
  public var proxyURL = ""

  /// Makes an attachment.
  public init(id: Snowflake, filename: String, description: String?, file: StoredFile) {
    self.id = id
    self.filename = filename
    self.description = description
    self.file = file
  }

  /// Discord's convention: clients blur what is called so.
  public var isSpoiler: Bool { filename.hasPrefix(Attachment.spoilerMark) }

  /// What stands before the name of a file that clients blur.
  public static let spoilerMark = "SPOILER_"
}

/// What a client draws for a voice message before it is played.
public struct Recording: Hashable, Sendable {
  /// Its length.
  public var seconds: Double
  /// At most 256 loudnesses, an octet each, in base64.
  public var waveform: String

  /// Makes a recording's description.
  public init(seconds: Double, waveform: String) {
    self.seconds = seconds
    self.waveform = waveform
  }
}

/// A file that comes with a message.
public struct AttachmentDraft: Hashable, Sendable {
  /// As its sender calls it.
  public var filename: String
  /// What it shows.
  public var description: String?
  /// The content.
  public var file: StoredFile
  /// `duration_secs`: only voice messages have it.
  public var seconds: Double?
  /// `waveform`: only voice messages have it.
  public var waveform: String?

  /// Makes a draft.
  public init(filename: String, description: String?, file: StoredFile) {
    self.filename = filename
    self.description = description
    self.file = file
  }
}

/// One row of the `attachments` of an edit.
public enum AttachmentChange: Hashable, Sendable {
  /// One that the message has stays; `description` replaces its own.
  case keep(Snowflake, description: Change<String?>)
  /// A new one.
  case add(AttachmentDraft)
}

/// Whose picture is asked for.
public enum PicturePlace: Hashable, Sendable {
  /// A user's, or a webhook's.
  case avatar(Snowflake)
  /// A guild's.
  case icon(Snowflake)
  /// A group's.
  case groupIcon(Snowflake)
}

/// What clients call a picture whose blob is known.
public enum Picture {
  /// 32 hexadecimal digits, after `a_` when it is animated.
  ///
  /// A picture's blob is kept with that mark before it.
  public static func name(_ blob: String) -> String {
    let mark = blob.hasPrefix(animatedMark) ? animatedMark : ""
    return mark + blob.dropFirst(mark.count).prefix(32)
  }

  /// What stands before the blob of a picture that moves.
  public static let animatedMark = "a_"

  /// The blob without its mark.
  public static func blob(_ marked: String) -> String {
    marked.hasPrefix(animatedMark) ? String(marked.dropFirst(animatedMark.count)) : marked
  }
}
