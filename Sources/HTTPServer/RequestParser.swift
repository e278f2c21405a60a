import CLLHTTP

/// Owns one llhttp parser and what it has collected of the present request.
///
/// llhttp's state stands on the heap because its callbacks come back into this object while it runs.
/// It pauses after each head, so that nothing is decided inside a callback, and after each message, so
/// that one request is taken at a time. It holds at most the limits' octets of target and headers.
@safe
final class RequestParser {
  enum Outcome: Equatable {
    /// All octets are used and the request is not whole.
    case more
    /// The head is whole: take ``head`` and execute again, also with no octets left.
    case head
    /// The message is whole: take ``body``; the next execution begins the next request.
    case message
    case failed(RequestFault)
  }

  private let parser: UnsafeMutablePointer<llhttp_t>
  private let settings: ParserSettings
  private let limits: HTTPLimits

  private(set) var head = RawHead()
  private(set) var body: [UInt8] = []
  /// Octets of the present body so far.
  private(set) var bodyCount = 0
  /// Whether any octet of the present request has arrived.
  private(set) var hasBegun = false
  private(set) var keepsAlive = false
  /// The most octets of the present body; set after `.head`.
  var bodyCountMax = 0
  /// Where the present body goes instead of ``body``; set after `.head`.
  var bodyFile: (file: BodyFile, offset: Int)?

  private var isInTrailers = false
  private var isPaused = false
  private var fault: RequestFault?
  private var outcome = Outcome.more
  private var name: [UInt8] = []
  private var value: [UInt8] = []
  private var headerCount = 0
  private var scanner = HeadScanner()

  init(settings: ParserSettings, limits: HTTPLimits) {
    // Zeroed by llhttp_init; freed by deinit. The settings outlive it: self refers to them.
    unsafe parser = .allocate(capacity: 1)
    unsafe llhttp_init(parser, HTTP_REQUEST, settings.pointer)
    self.settings = settings
    self.limits = limits
    // The callbacks run inside `execute` only, when self is alive.
    unsafe parser.pointee.data = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit {
    // self allocated it.
    unsafe parser.deallocate()
  }

  /// Parses octets from `offset` on until something happened or all are used; moves `offset`.
  func execute(_ octets: Span<UInt8>, _ offset: inout Int) -> Outcome {
    if let fault { return .failed(fault) }
    // llhttp's state is live: init made it.
    if isPaused { unsafe llhttp_resume(parser) }
    isPaused = false
    outcome = .more
    guard scanner.accept(octets, from: offset) else { return fail(.malformed) }
    // What belongs to no field (empty lines, white space) counts too, with room for the request line.
    guard scanner.count <= limits.urlCountMax + limits.headerCountMax + 1024 else {
      return fail(.headerTooLong)
    }
    let start = offset
    let (result, used) = unsafe octets.withUnsafeBytes { bytes -> (llhttp_errno_t, Int) in
      unsafe run(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }
    offset += used
    if let fault { return .failed(fault) }
    if result == HPE_PAUSED {
      isPaused = true
      return outcome
    }
    return result == HPE_OK ? .more : fail(fault(of: result))
  }

  /// Forgets the present request, before the next one.
  func reset() {
    head = RawHead()
    body = []
    bodyCount = 0
    bodyFile = nil
    name = []
    value = []
    hasBegun = false
    isInTrailers = false
    headerCount = 0
    scanner = HeadScanner()
  }

  /// Lets the present request be served as it is, although it asks for an upgrade that is not taken.
  func ignoreUpgrade() {
    // llhttp reads this when it goes on after the head.
    unsafe parser.pointee.upgrade = 0
  }

  private func run(_ bytes: UnsafeRawBufferPointer) -> (llhttp_errno_t, Int) {
    guard let base = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else {
      // No octets: an empty range at any valid address; llhttp only goes on from its pause.
      var nothing: CChar = 0
      let result = unsafe llhttp_execute(parser, &nothing, 0)
      return (result, 0)
    }
    let result = unsafe llhttp_execute(parser, base, bytes.count)
    guard result != HPE_OK, let stopped = unsafe llhttp_get_error_pos(parser) else {
      return (result, bytes.count)
    }
    // Where llhttp stopped lies within what it was given.
    return unsafe (result, min(max(0, stopped - base), bytes.count))
  }

  private func fail(_ fault: RequestFault) -> Outcome {
    self.fault = fault
    return .failed(fault)
  }

  private func fault(of error: llhttp_errno_t) -> RequestFault {
    switch error {
    case HPE_INVALID_METHOD: .unknownMethod
    case HPE_INVALID_VERSION: .unknownVersion
    default: .malformed
    }
  }

  // MARK: Callbacks of llhttp: 0 goes on, -1 refuses.

  func refuse(_ fault: RequestFault) -> Int32 {
    self.fault = fault
    return -1
  }

  func begun() -> Int32 {
    hasBegun = true
    return 0
  }

  func target(_ piece: UnsafeBufferPointer<UInt8>) -> Int32 {
    guard head.target.count + piece.count <= limits.urlCountMax else { return refuse(.urlTooLong) }
    // llhttp lends the piece for the call; it is copied.
    unsafe head.target.append(contentsOf: piece)
    return 0
  }

  func field(_ piece: UnsafeBufferPointer<UInt8>) -> Int32 {
    guard count(piece.count) else { return refuse(.headerTooLong) }
    // llhttp lends the piece for the call; it is copied.
    unsafe name.append(contentsOf: piece)
    return 0
  }

  func value(_ piece: UnsafeBufferPointer<UInt8>) -> Int32 {
    guard count(piece.count) else { return refuse(.headerTooLong) }
    // llhttp lends the piece for the call; it is copied.
    unsafe value.append(contentsOf: piece)
    return 0
  }

  func fieldEnded() -> Int32 {
    guard head.headers.fields.count < limits.headerFieldsMax, count(4) else { return refuse(.tooManyFields) }
    // llhttp lets an empty name pass when the input ends before its colon.
    guard HTTPHeaders.isName(name), HTTPHeaders.isValue(value) else { return refuse(.malformed) }
    while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
    if !isInTrailers {
      head.headers.append(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
    }
    name.removeAll(keepingCapacity: true)
    value.removeAll(keepingCapacity: true)
    return 0
  }

  func headEnded() -> Int32 {
    // llhttp's state is live: it is calling.
    let method = unsafe llhttp_method_t(rawValue: UInt32(parser.pointee.method))
    head.method = unsafe llhttp_method_name(method).flatMap {
      unsafe HTTPMethod(rawValue: String(cString: $0))
    }
    head.majorVersion = unsafe parser.pointee.http_major
    head.minorVersion = unsafe parser.pointee.http_minor
    isInTrailers = true
    outcome = .head
    return Int32(bitPattern: HPE_PAUSED.rawValue)
  }

  func body(_ piece: UnsafeBufferPointer<UInt8>) -> Int32 {
    guard piece.count <= bodyCountMax - bodyCount else { return refuse(.bodyTooLong) }
    if let (file, offset) = bodyFile {
      // llhttp lends the piece for the call.
      guard unsafe file.write(piece, at: offset + bodyCount) else { return refuse(.noRoom) }
    } else {
      // llhttp lends the piece for the call; it is copied.
      unsafe body.append(contentsOf: piece)
    }
    bodyCount += piece.count
    return 0
  }

  func messageEnded() -> Int32 {
    // llhttp's state is live: it is calling.
    keepsAlive = unsafe llhttp_should_keep_alive(parser) == 1
    outcome = .message
    return Int32(bitPattern: HPE_PAUSED.rawValue)
  }

  private func count(_ octets: Int) -> Bool {
    headerCount += octets
    return headerCount <= limits.headerCountMax
  }
}

/// Owns llhttp's table of callbacks, shared by all parsers of a loop.
@safe
final class ParserSettings {
  let pointer: UnsafeMutablePointer<llhttp_settings_t>

  init() {
    // Freed by deinit; parsers refer to self.
    unsafe pointer = .allocate(capacity: 1)
    unsafe llhttp_settings_init(pointer)
    // Each callback finds the parser that llhttp runs for and hands over what it got.
    unsafe pointer.pointee.on_message_begin = { unsafe ParserSettings.parser($0)?.begun() ?? -1 }
    unsafe pointer.pointee.on_url = {
      unsafe ParserSettings.parser($0)?.target(ParserSettings.piece($1, $2)) ?? -1
    }
    unsafe pointer.pointee.on_header_field = {
      unsafe ParserSettings.parser($0)?.field(ParserSettings.piece($1, $2)) ?? -1
    }
    // llhttp calls with its own state and octets that are readable during the call.
    unsafe pointer.pointee.on_header_value = {
      unsafe ParserSettings.parser($0)?.value(ParserSettings.piece($1, $2)) ?? -1
    }
    unsafe pointer.pointee.on_header_value_complete = { unsafe ParserSettings.parser($0)?.fieldEnded() ?? -1 }
    unsafe pointer.pointee.on_headers_complete = { unsafe ParserSettings.parser($0)?.headEnded() ?? -1 }
    // The same for the rest.
    unsafe pointer.pointee.on_body = {
      unsafe ParserSettings.parser($0)?.body(ParserSettings.piece($1, $2)) ?? -1
    }
    unsafe pointer.pointee.on_message_complete = { unsafe ParserSettings.parser($0)?.messageEnded() ?? -1 }
  }

  deinit {
    // self allocated it.
    unsafe pointer.deallocate()
  }

  private static func parser(_ parser: UnsafeMutablePointer<llhttp_t>?) -> RequestParser? {
    // `data` is the RequestParser whose `execute` is running.
    unsafe owner(parser?.pointee.data, RequestParser.self)
  }

  private static func piece(_ start: UnsafePointer<CChar>?, _ count: Int) -> UnsafeBufferPointer<UInt8> {
    // llhttp passes `count` readable octets.
    unsafe UnsafeBufferPointer(
      start: start.map { unsafe UnsafeRawPointer($0).assumingMemoryBound(to: UInt8.self) }, count: count)
  }
}
