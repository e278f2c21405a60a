internal import Base
internal import Glibc

/// A non-blocking socket that is connected to `address`, or begins to be; from the address `source` if there
/// is one.
func connectedSocket(
  _ kind: __socket_type, to address: SocketAddress, from source: IPAddress? = nil
) throws(LoadTestError) -> Int32 {
  let type = Int32(kind.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
  let descriptor = socket(address.ip.isV4 ? AF_INET : AF_INET6, type, 0)
  guard descriptor >= 0 else { throw .system("make a socket", errno) }
  var yes: Int32 = 1
  // The option's value is an Int32 of that size; it fails for UDP, where it means nothing.
  unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
  if let v4 = source?.v4 {
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = v4.bigEndian
    // The kernel reads the structure during the call. A source that it refuses is not needed.
    _ = unsafe withUnsafePointer(to: &name) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
  guard connectSocket(descriptor, to: address) == 0 || errno == EINPROGRESS else {
    let code = errno
    close(descriptor)
    throw .system("connect to \(address)", code)
  }
  return descriptor
}

/// connect(2) with an address of ours.
func connectSocket(_ descriptor: Int32, to address: SocketAddress) -> Int32 {
  if let v4 = address.ip.v4 {
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = address.port.bigEndian
    name.sin_addr.s_addr = v4.bigEndian
    // The kernel reads the structure during the call, as many octets as told.
    return unsafe withUnsafePointer(to: &name) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
  var name = sockaddr_in6()
  name.sin6_family = sa_family_t(AF_INET6)
  name.sin6_port = address.port.bigEndian
  // Sixteen octets: the two words in network order.
  unsafe withUnsafeMutableBytes(of: &name.sin6_addr) { octets in
    unsafe octets.storeBytes(of: address.ip.high.bigEndian, as: UInt64.self)
    unsafe octets.storeBytes(of: address.ip.low.bigEndian, toByteOffset: 8, as: UInt64.self)
  }
  // The kernel reads the structure during the call, as many octets as told.
  return unsafe withUnsafePointer(to: &name) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
    }
  }
}

/// The address that a socket is bound to; `nil` for one of another family.
func socketAddress(of descriptor: Int32) -> SocketAddress? {
  var storage = sockaddr_storage()
  var count = socklen_t(MemoryLayout<sockaddr_storage>.size)
  // The kernel fills at most the storage's octets; both names are views of it.
  return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
      guard unsafe getsockname(descriptor, name, &count) == 0 else { return nil }
      // Both families have the family in front and the port behind it.
      let family = unsafe UnsafeRawPointer(name).load(as: sa_family_t.self)
      guard let ip = unsafe address(name, Int32(family)) else { return nil }
      let port = unsafe UnsafeRawPointer(name).load(fromByteOffset: 2, as: UInt16.self)
      return SocketAddress(ip: ip, port: UInt16(bigEndian: port))
    }
  }
}

/// The first address of `host`, a literal or a name that the system resolves; blocks.
func resolve(_ host: String, port: UInt16) throws(LoadTestError) -> SocketAddress {
  if let ip = IPAddress(host) { return SocketAddress(ip: ip, port: port) }
  // Plain C memory; an empty value asks for everything.
  var hints = unsafe addrinfo()
  unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
  // The call makes the list, which is freed below.
  var list = unsafe UnsafeMutablePointer<addrinfo>?.none
  let code = unsafe getaddrinfo(host, nil, &hints, &list)
  defer { if unsafe list != nil { unsafe freeaddrinfo(list) } }
  var entry = unsafe list
  while code == 0, let found = unsafe entry {
    if let ip = unsafe address(found.pointee.ai_addr, found.pointee.ai_family) {
      return SocketAddress(ip: ip, port: port)
    }
    unsafe entry = found.pointee.ai_next
  }
  throw .usage("\(host) has no address")
}

private func address(_ name: UnsafeMutablePointer<sockaddr>?, _ family: Int32) -> IPAddress? {
  guard let name = unsafe name else { return nil }
  // The caller's list outlives this call.
  let octets = UnsafeRawPointer(name)
  // getaddrinfo gives structures as long as their family says.
  switch family {
  case AF_INET:
    return unsafe IPAddress(v4: UInt32(bigEndian: octets.load(fromByteOffset: 4, as: UInt32.self)))
  case AF_INET6:
    let high = unsafe octets.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    let low = unsafe octets.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
    return IPAddress(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
  default: return nil
  }
}

/// Sends the first `count` octets of `datagram` on a connected socket; whether the kernel took them.
func sendDatagram(_ datagram: Span<UInt8>, count: Int, on descriptor: Int32) -> Bool {
  // The kernel copies the octets during the call; `count` is at most the span's.
  unsafe datagram.withUnsafeBytes { octets in
    unsafe send(descriptor, octets.baseAddress, min(count, octets.count), Int32(MSG_NOSIGNAL)) > 0
  }
}

/// The system's text for `code`.
func systemError(_ code: Int32) -> String {
  // strerror answers with a static or thread-local C string for every number.
  unsafe String(cString: strerror(code))
}
