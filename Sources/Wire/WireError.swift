/// Why octets from the network are not what they were taken for.
public enum WireError: Error, Hashable, Sendable {
  /// A length points behind the end of the packet, or the packet is shorter than its fixed part.
  case truncated
  /// A field holds a value that its specification forbids.
  case malformed
  /// A version or form that is legal and that Roost does not speak.
  case unsupported
  /// More lines, elements or octets than the named limit of the format.
  case excessive
  /// A piece that the format must have is not there; the payload names it.
  case missing(String)
}
