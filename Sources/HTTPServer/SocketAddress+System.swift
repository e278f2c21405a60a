import Base
import Glibc

extension SocketAddress {
  /// Reads an IPv4 or IPv6 `sockaddr` of `count` octets; anything else is the unspecified address.
  init(system: UnsafePointer<sockaddr>?, count: Int32) {
    var storage = sockaddr_storage()
    if let system = unsafe system {
      let octets = min(max(0, Int(count)), MemoryLayout<sockaddr_storage>.size)
      // At most the size of the storage, from an address of at least `count` octets.
      unsafe withUnsafeMutableBytes(of: &storage) { target in
        unsafe target.copyMemory(from: UnsafeRawBufferPointer(start: system, count: octets))
      }
    }
    self.init(storage)
  }

  /// Where the socket `descriptor` is bound; `nil` when it is not a bound IP socket.
  init?(descriptor: Int32) {
    var storage = sockaddr_storage()
    var count = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      // A sockaddr_storage is made to be used as any sockaddr.
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(descriptor, $0, &count)
      }
    }
    guard result == 0 else { return nil }
    self.init(storage)
  }

  private init(_ storage: sockaddr_storage) {
    // Each family's structure fits sockaddr_storage and consists of integers.
    self = unsafe withUnsafeBytes(of: storage) { bytes in
      switch Int32(storage.ss_family) {
      case AF_INET:
        let address = unsafe bytes.loadUnaligned(as: sockaddr_in.self)
        return SocketAddress(
          ip: IPAddress(v4: UInt32(bigEndian: address.sin_addr.s_addr)),
          port: UInt16(bigEndian: address.sin_port))
      case AF_INET6:
        // sin6_addr stands 8 octets into the structure.
        let address = unsafe bytes.loadUnaligned(as: sockaddr_in6.self)
        let high = unsafe bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        let low = unsafe bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        return SocketAddress(
          ip: IPAddress(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low)),
          port: UInt16(bigEndian: address.sin6_port))
      default:
        return SocketAddress(ip: IPAddress(high: 0, low: 0), port: 0)
      }
    }
  }

  /// Lends the address as the system's structure and its size.
  func withSystemAddress<Result>(_ body: (UnsafePointer<sockaddr>, Int32) -> Result) -> Result {
    var storage = sockaddr_storage()
    var count = MemoryLayout<sockaddr_in>.size
    // Each family's structure fits sockaddr_storage.
    unsafe withUnsafeMutableBytes(of: &storage) { bytes in
      if let v4 = ip.v4 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = v4.bigEndian
        unsafe bytes.storeBytes(of: address, as: sockaddr_in.self)
      } else {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        unsafe bytes.storeBytes(of: address, as: sockaddr_in6.self)
        // sin6_addr stands 8 octets into the structure.
        unsafe bytes.storeBytes(of: ip.high.bigEndian, toByteOffset: 8, as: UInt64.self)
        // Its other half follows.
        unsafe bytes.storeBytes(of: ip.low.bigEndian, toByteOffset: 16, as: UInt64.self)
        count = MemoryLayout<sockaddr_in6>.size
      }
    }
    return unsafe withUnsafePointer(to: &storage) { pointer in
      // A sockaddr_storage is made to be used as any sockaddr.
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, Int32(clamping: count))
      }
    }
  }
}
