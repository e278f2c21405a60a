/// A picture's file without what its maker did not mean to tell.
///
/// Cameras write the place, the time and the owner into their pictures: EXIF, XMP and IPTC blocks, comments,
/// and whatever stands behind the picture's end (some phones put a second picture with its own EXIF there).
/// All of that goes. What decides how the picture looks stays: colour profiles, gamma, transparency,
/// animation, and the orientation, which is written as an EXIF block of its own that says nothing else.
///
/// Nothing is decoded: the file is walked by its own lengths, and the result is a list of its pieces. What no
/// decoder would read, behind a damaged length, goes too.
struct StrippedPicture: Equatable {
  /// What the kept file is made of, in order.
  enum Piece: Equatable {
    /// Octets of the file, never none.
    case source(Range<Int>)
    /// Octets of ours, never none.
    case octets([UInt8])
  }

  private(set) var pieces: [Piece] = []
  /// TIFF's orientation, 1 to 8; 5 to 8 lie on their side.
  private(set) var orientation = 1

  /// Octets of the kept file.
  var count: Int {
    pieces.reduce(0) { sum, piece in
      switch piece {
      case .source(let range): sum + range.count
      case .octets(let octets): sum + octets.count
      }
    }
  }

  /// What is kept of `reader`, a file of that format.
  ///
  /// `nil` when it has more segments than ``Limits/pictureSegments`` or would fall into more pieces than
  /// ``Limits/picturePieces``: no camera or program writes such files.
  init?(_ reader: inout OctetReader, _ format: PictureHeader.Format) {
    let isWhole =
      switch format {
      case .jpeg: walkJPEG(&reader)
      case .png: walkPNG(&reader)
      case .webp: walkWebP(&reader)
      case .gif: walkGIF(&reader)
      }
    guard isWhole, pieces.count <= Limits.picturePieces else { return nil }
  }

  /// Keeps `range`, as far as the file has it.
  mutating func keep(_ range: Range<Int>, of reader: OctetReader) {
    let range = range.clamped(to: 0..<reader.count)
    guard !range.isEmpty else { return }
    if case .source(let last)? = pieces.last, last.upperBound == range.lowerBound {
      pieces[pieces.count - 1] = .source(last.lowerBound..<range.upperBound)
    } else {
      pieces.append(.source(range))
    }
  }

  /// Adds octets of ours.
  mutating func add(_ octets: [UInt8]) {
    if !octets.isEmpty { pieces.append(.octets(octets)) }
  }

  /// Replaces a piece of ours.
  mutating func replace(_ index: Int, with octets: [UInt8]) {
    guard index < pieces.count, case .octets = pieces[index] else { return }
    pieces[index] = .octets(octets)
  }

  /// Takes the orientation out of the TIFF structure at `start`; whether it is to be written again.
  mutating func readOrientation(_ reader: inout OctetReader, at start: Int) -> Bool {
    guard orientation == 1, let found = TIFFOrientation.read(&reader, at: start), found != 1 else {
      return false
    }
    orientation = found
    return true
  }
}

/// The one field of EXIF that decides how a picture looks (TIFF 6.0, tag 274).
enum TIFFOrientation {
  /// Entries of a directory that are looked at: cameras write a few dozen.
  private static let entriesMax = 256

  /// The orientation that the structure at `start` names, 1 to 8; `nil` when it names none.
  static func read(_ reader: inout OctetReader, at start: Int) -> Int? {
    let isBig: Bool
    if reader.has("MM\0*", at: start) {
      isBig = true
    } else if reader.has("II*\0", at: start) {
      isBig = false
    } else {
      return nil
    }
    func number(_ position: Int, _ length: Int) -> Int? {
      isBig ? reader.big(position, length) : reader.little(position, length)
    }
    guard let offset = number(start + 4, 4), let count = number(start + offset, 2) else { return nil }
    for entry in 0..<min(count, entriesMax) {
      let position = start + offset + 2 + entry * 12
      guard let tag = number(position, 2) else { return nil }
      // A SHORT stands in the first octets of the value.
      guard tag == 0x0112 else { continue }
      return number(position + 2, 2) == 3
        ? number(position + 8, 2).flatMap { (1...8).contains($0) ? $0 : nil } : nil
    }
    return nil
  }

  /// A TIFF structure that says the orientation and nothing else.
  static func structure(_ orientation: Int) -> [UInt8] {
    [
      0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(clamping: orientation), 0,
      0,
    ]
      + [0, 0, 0, 0]
  }
}
