/// Capacities of the sockets' own memory.
public enum NetLimits {
  /// Octets of a datagram, received or sent.
  ///
  /// Above every path's MTU that matters (1500), a power of two, and with room for the tag and counter
  /// that are appended in place. Larger datagrams are dropped and counted.
  public static let slotCount = 2_048
  /// Octets of a slot for receiving: what the kernel joins of one sender's datagrams is at most 64 KiB.
  ///
  /// Pages that nothing was received into cost no memory.
  public static let receiveSlotCount = 65_536
  /// Messages in one system call: more gains nothing, and the kernel's arrays stay on the stack.
  public static let batchCountMax = 64
  /// Datagrams that the kernel joins in one receive slot: 64 on all kernels so far, 128 between local sockets.
  public static let segmentCountMax = 128
  /// Datagrams that leave as one segmented send: 64 is what the oldest kernels with UDP_SEGMENT take.
  public static let runCountMax = 64
  /// Octets of one segmented send: the largest UDP payload over IPv4.
  public static let runOctetsMax = 65_507
  /// Octets of a relayed frame: the longest payload that a shard forwards and its header, less than a slot.
  public static let relayFrameCount = 1_536
  /// Processors that are told apart: what the C library's set of processors holds.
  public static let processorCountMax = 1_024
  /// Ready descriptors that one wait reports; a shard has two.
  public static let readyCountMax = 16
}
