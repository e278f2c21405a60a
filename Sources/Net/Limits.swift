/// Capacities of the sockets' own memory.
public enum NetLimits {
  /// Octets of a slot, received or sent.
  ///
  /// Above every path's MTU that matters (1500), a power of two, and with room for the tag and counter
  /// that are appended in place. Larger datagrams are dropped and counted.
  public static let slotCount = 2_048
  /// Datagrams in one system call: more gains nothing, and the kernel's arrays stay on the stack.
  public static let batchCountMax = 64
  /// Ready descriptors that one wait reports; a shard has two.
  public static let readyCountMax = 16
}
