extension BlobStore {
  /// Keeps `range` of the file `descriptor`; a picture without what its maker did not mean to tell.
  ///
  /// The picture's sides are those that it is shown with. It is on stable storage on return.
  public func keepFile(
    _ descriptor: Int32, _ range: Range<Int>
  ) throws(BlobError) -> (blob: Blob, picture: PictureHeader?) {
    guard let header = picture(descriptor, range) else { return (try keep(descriptor, range), nil) }
    var reader = OctetReader(descriptor, range)
    guard let stripped = StrippedPicture(&reader, header.format) else {
      return (try keep(descriptor, range), nil)
    }
    var pieces = PieceCursor(stripped.pieces)
    // The buffer is lent to the closure for its call.
    let blob = try unsafe keep(count: stripped.count) { _, buffer in
      unsafe pieces.fill(buffer) { offset, buffer in
        unsafe BlobStore.read(descriptor, at: range.lowerBound + offset, into: buffer)
      }
    }
    return (blob, header.shown(stripped.orientation))
  }

  /// Keeps a picture without what its maker did not mean to tell; `nil` when `octets` are none.
  public func keepPicture(_ octets: [UInt8]) throws(BlobError) -> (blob: Blob, picture: PictureHeader)? {
    guard let header = PictureHeader(octets.span) else { return nil }
    var reader = OctetReader(octets)
    guard let stripped = StrippedPicture(&reader, header.format) else { return nil }
    return (try keep(stripped.octets(of: octets)), header.shown(stripped.orientation))
  }
}

extension StrippedPicture {
  /// The kept file, put together from the whole one.
  func octets(of source: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for piece in pieces {
      switch piece {
      case .source(let range): result += source[range.clamped(to: 0..<source.count)]
      case .octets(let octets): result += octets
      }
    }
    return result
  }
}

/// Where a copy of a picture's pieces has got to.
private struct PieceCursor {
  private let pieces: [StrippedPicture.Piece]
  private var index = 0
  private var offset = 0

  init(_ pieces: [StrippedPicture.Piece]) {
    self.pieces = pieces
  }

  /// Fills as much of `buffer` as the present piece has left; 0 at the end, negative when `read` fails.
  mutating func fill(
    _ buffer: UnsafeMutableRawBufferPointer, _ read: (Int, UnsafeMutableRawBufferPointer) -> Int
  ) -> Int {
    guard index < pieces.count, let base = buffer.baseAddress else { return 0 }
    let (length, copied): (Int, Int)
    switch pieces[index] {
    case .source(let range):
      length = range.count
      // Lies within the buffer: the smaller of what is left and what fits.
      let room = unsafe UnsafeMutableRawBufferPointer(
        start: base, count: min(buffer.count, range.count - offset))
      copied = unsafe read(range.lowerBound + offset, room)
    case .octets(let octets):
      length = octets.count
      copied = min(buffer.count, octets.count - offset)
      unsafe buffer.copyBytes(from: octets[offset..<offset + copied])
    }
    guard copied > 0 else { return copied }
    offset += copied
    if offset == length { (index, offset) = (index + 1, 0) }
    return copied
  }
}
