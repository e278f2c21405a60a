/// The object behind the context of a C callback.
///
/// The object must own what calls back, so that it is alive whenever it is called.
func owner<Object: AnyObject>(_ context: UnsafeMutableRawPointer?, _ kind: Object.Type) -> Object? {
  guard let context = unsafe context else { return nil }
  // The owner passed itself, unretained, and frees the C object before it goes.
  return unsafe Unmanaged<Object>.fromOpaque(context).takeUnretainedValue()
}
