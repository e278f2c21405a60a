/// Why a blob cannot be kept or read.
public enum BlobError: Error, Hashable, Sendable {
  /// The disk or a quota is full.
  case full
  /// Reading or writing failed; the number is errno.
  case io(Int32)
}
