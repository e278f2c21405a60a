internal import CNet

/// The C library's heap, of which every thread has a part.
public enum Heap {
  /// Gives pages that no block lies on back to the system.
  ///
  /// The C library keeps what was freed between blocks that live on. Takes each part's lock in turn: some
  /// milliseconds for 100 MiB, so that a thread of its own calls it.
  public static func trim() {
    cnet_heap_trim()
  }
}
