public import Base
internal import CNice
internal import Glibc

/// Answers ICE connectivity checks as a lite agent (RFC 8445 §7.3, RFC 8489), through libnice's STUN code.
///
/// A lite agent is always controlled: a peer that says so of itself gets 487 and must change its role. One
/// per thread: the agent has 13 KB and no peer's state. Answers binding requests only, so it can never
/// answer an answer; FINGERPRINT is demanded, as RFC 8445 §7.1 makes every check carry it.
@safe
public struct STUNResponder: ~Copyable, @unchecked Sendable {
  // Sendable: this value is the only owner of both allocations and libnice keeps no thread's state in them.
  private let agent: UnsafeMutablePointer<StunAgent>
  private let known: UnsafeMutablePointer<UInt16>

  /// Attributes below 0x8000 that a check may carry; any other of that range is refused with 420.
  private static let understood: [UInt16] = [
    0x0006,  // USERNAME
    0x0008,  // MESSAGE-INTEGRITY
    0x0024,  // PRIORITY
    0x0025,  // USE-CANDIDATE
  ]

  /// Makes a responder.
  public init() {
    // Both are freed in deinit; the agent keeps the list's address, which ends with a zero.
    unsafe known = .allocate(capacity: Self.understood.count + 1)
    for (index, type) in Self.understood.enumerated() { unsafe known[index] = type }
    unsafe known[Self.understood.count] = 0
    unsafe agent = .allocate(capacity: 1)
    // The agent is plain C memory: `stun_agent_init` fills it.
    unsafe agent.initialize(to: StunAgent())
    let flags = STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS.rawValue | STUN_AGENT_USAGE_USE_FINGERPRINT.rawValue
    unsafe stun_agent_init(agent, known, STUN_COMPATIBILITY_RFC5389, StunAgentUsageFlags(flags))
    stun_debug_disable()
  }

  deinit {
    // The only owner frees.
    unsafe agent.deallocate()
    unsafe known.deallocate()
  }

  /// Judges `request`, which came from `source`, and writes the answer to the head of `reply`.
  ///
  /// `reply` should have room for 128 octets; where it has too little, the request is dropped.
  public mutating func respond(
    to request: Span<UInt8>, credentials: STUNCredentials, from source: SocketAddress,
    into reply: inout MutableSpan<UInt8>
  ) -> STUNOutcome {
    guard request.count >= 20, request.count <= Limits.stunRequestMax else { return .dropped }
    let agent = unsafe self.agent
    // All three are lent for the call; libnice keeps none of them beyond it.
    return unsafe reply.withUnsafeMutableBufferPointer { reply in
      unsafe request.withUnsafeBufferPointer { request in
        unsafe credentials.lending { expectation in
          unsafe Self.answer(agent, request, expectation, source, reply)
        }
      }
    }
  }

  private static func answer(
    _ agent: UnsafeMutablePointer<StunAgent>, _ request: UnsafeBufferPointer<UInt8>,
    _ expectation: UnsafeMutablePointer<STUNExpectation>, _ source: SocketAddress,
    _ reply: UnsafeMutableBufferPointer<UInt8>
  ) -> STUNOutcome {
    // A C record of this call; `stun_agent_validate` fills it.
    var message = unsafe StunMessage()
    // The callback reads the expectation during this call only.
    let status = unsafe stun_agent_validate(
      agent, &message, request.baseAddress, request.count,
      { _, _, username, count, password, passwordCount, expectation in
        unsafe STUNExpectation.check(expectation, username, count, password, passwordCount)
      }, expectation)
    // These two leave no readable message behind.
    guard status != STUN_VALIDATION_NOT_STUN, status != STUN_VALIDATION_INCOMPLETE_STUN else {
      return .dropped
    }
    // The message refers to the lent request, which is still alive.
    guard unsafe stun_message_get_class(&message) == STUN_REQUEST,
      unsafe stun_message_get_method(&message) == STUN_BINDING
    else { return .dropped }
    switch status {
    case STUN_VALIDATION_SUCCESS:
      return unsafe accept(agent, &message, source, reply)
    case STUN_VALIDATION_UNAUTHORIZED_BAD_REQUEST:
      // The message still refers to the lent request.
      return unsafe refuse(agent, &message, STUN_ERROR_BAD_REQUEST, reply)
    case STUN_VALIDATION_UNAUTHORIZED:
      // The message still refers to the lent request.
      return unsafe refuse(agent, &message, STUN_ERROR_UNAUTHORIZED, reply)
    case STUN_VALIDATION_UNKNOWN_REQUEST_ATTRIBUTE:
      // A C record of this call.
      var answer = unsafe StunMessage()
      // Writes at most `reply.count` octets and says how many.
      let count = unsafe stun_agent_build_unknown_attributes_error(
        agent, &answer, reply.baseAddress, reply.count, &message)
      return count > 0 ? .error(replyCount: count, code: 420) : .dropped
    default:
      return .dropped
    }
  }

  private static func accept(
    _ agent: UnsafeMutablePointer<StunAgent>, _ message: UnsafeMutablePointer<StunMessage>,
    _ source: SocketAddress, _ reply: UnsafeMutableBufferPointer<UInt8>
  ) -> STUNOutcome {
    // Reads attributes of a validated message.
    guard unsafe !stun_message_has_attribute(message, STUN_ATTRIBUTE_ICE_CONTROLLED) else {
      return unsafe refuse(agent, message, STUN_ERROR_ROLE_CONFLICT, reply)
    }
    var priority: UInt32 = 0
    // RFC 8445 §7.1.1: every check has a priority.
    guard
      unsafe stun_message_find32(message, STUN_ATTRIBUTE_PRIORITY, &priority) == STUN_MESSAGE_RETURN_SUCCESS
    else { return unsafe refuse(agent, message, STUN_ERROR_BAD_REQUEST, reply) }
    let useCandidate = unsafe stun_message_has_attribute(message, STUN_ATTRIBUTE_USE_CANDIDATE)
    // A C record of this call.
    var answer = unsafe StunMessage()
    var (address, addressCount) = source.storage
    // Writes at most `reply.count` octets; the key is the request's, still lent.
    let isBuilt =
      unsafe stun_agent_init_response(agent, &answer, reply.baseAddress, reply.count, message)
      && stun_message_append_xor_addr(
        &answer, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, &address, addressCount) == STUN_MESSAGE_RETURN_SUCCESS
    guard isBuilt else { return .dropped }
    let count = unsafe stun_agent_finish_message(agent, &answer, nil, 0)
    guard count > 0 else { return .dropped }
    return .success(replyCount: count, useCandidate: useCandidate, priority: priority)
  }

  private static func refuse(
    _ agent: UnsafeMutablePointer<StunAgent>, _ message: UnsafeMutablePointer<StunMessage>,
    _ error: StunError, _ reply: UnsafeMutableBufferPointer<UInt8>
  ) -> STUNOutcome {
    // A C record of this call.
    var answer = unsafe StunMessage()
    // Writes at most `reply.count` octets; an authentic request's key signs the error too.
    guard unsafe stun_agent_init_error(agent, &answer, reply.baseAddress, reply.count, message, error)
    else { return .dropped }
    let count = unsafe stun_agent_finish_message(agent, &answer, nil, 0)
    return count > 0 ? .error(replyCount: count, code: Int(error.rawValue)) : .dropped
  }
}

/// The credentials as libnice's callback reads them, lent for one call.
@safe
struct STUNExpectation {
  let username: UnsafeBufferPointer<UInt8>
  let isRemoteKnown: Bool
  let password: UnsafeMutableBufferPointer<UInt8>

  /// Answers libnice's question which password goes with a username.
  static func check(
    _ expectation: UnsafeMutableRawPointer?, _ username: UnsafeMutablePointer<UInt8>?, _ count: UInt16,
    _ password: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?,
    _ passwordCount: UnsafeMutablePointer<Int>?
  ) -> Bool {
    // The pointers are libnice's arguments and the expectation that `respond` lends for the call.
    guard let expectation = unsafe expectation, let username = unsafe username,
      let password = unsafe password, let passwordCount = unsafe passwordCount
    else { return false }
    let expected = unsafe expectation.load(as: STUNExpectation.self)
    let given = unsafe UnsafeBufferPointer(start: username, count: Int(count))
    let isKnown =
      unsafe expected.isRemoteKnown
      ? given.elementsEqual(expected.username) : given.starts(with: expected.username)
    guard isKnown else { return false }
    // Both out-parameters are libnice's; the password is lent for the call.
    unsafe password.pointee = expected.password.baseAddress
    unsafe passwordCount.pointee = expected.password.count
    return true
  }
}

extension STUNCredentials {
  /// Lends the credentials to C while `body` runs.
  func lending(_ body: (UnsafeMutablePointer<STUNExpectation>) -> STUNOutcome) -> STUNOutcome {
    // libnice takes the password as mutable and only reads it.
    unsafe username.withUnsafeBufferPointer { username in
      unsafe password.withUnsafeBufferPointer { password in
        var expectation = unsafe STUNExpectation(
          username: username, isRemoteKnown: isRemoteKnown,
          password: UnsafeMutableBufferPointer(mutating: password))
        return unsafe withUnsafeMutablePointer(to: &expectation) { unsafe body($0) }
      }
    }
  }
}

extension SocketAddress {
  /// The address as C's socket calls know it; IPv4-mapped is IPv4.
  var storage: (sockaddr_storage, socklen_t) {
    var storage = sockaddr_storage()
    // A sockaddr_storage has room and alignment for either form.
    return unsafe withUnsafeMutableBytes(of: &storage) { octets in
      if let v4 = ip.v4 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = v4.bigEndian
        // A plain value of fewer octets.
        unsafe octets.storeBytes(of: address, as: sockaddr_in.self)
        return (unsafe octets.load(as: sockaddr_storage.self), socklen_t(MemoryLayout<sockaddr_in>.size))
      }
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      // Sixteen octets: the two words in network order.
      unsafe withUnsafeMutableBytes(of: &address.sin6_addr) { octets in
        unsafe octets.storeBytes(of: ip.high.bigEndian, as: UInt64.self)
        unsafe octets.storeBytes(of: ip.low.bigEndian, toByteOffset: 8, as: UInt64.self)
      }
      unsafe octets.storeBytes(of: address, as: sockaddr_in6.self)
      return (unsafe octets.load(as: sockaddr_storage.self), socklen_t(MemoryLayout<sockaddr_in6>.size))
    }
  }
}
