/// A reference to a slot of a ``Slab`` that knows when its slot was given to somebody else.
public struct Handle<Element: ~Copyable>: Hashable, Sendable {
  /// The slot's index.
  public let index: UInt32

  /// How often the slot had been given out when this handle was made.
  public let generation: UInt32

  /// Makes a handle of its parts; for tables that pack handles.
  public init(index: UInt32, generation: UInt32) {
    self.index = index
    self.generation = generation
  }

  /// Whether both name the same slot of the same generation.
  public static func == (lhs: Handle, rhs: Handle) -> Bool {
    lhs.index == rhs.index && lhs.generation == rhs.generation
  }

  /// Feeds index and generation to `hasher`.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(index)
    hasher.combine(generation)
  }
}

/// A bounded table of values that are owned here and referred to by ``Handle``.
///
/// All storage is allocated at `init`; insertion and removal are O(1) and allocate nothing. A stale
/// handle finds nothing. Elements may be noncopyable. Owned by one thread.
@safe
public struct Slab<Element: ~Copyable>: ~Copyable {
  // Invariant: slots[i] is initialised exactly while generations[i] is odd; i < capacity everywhere.
  private let slots: UnsafeMutablePointer<Element>
  private let generations: UnsafeMutablePointer<UInt32>
  private var free: [UInt32]

  /// How many elements fit.
  public let capacity: Int

  /// How many elements there are.
  public var count: Int { capacity - free.count }

  /// Makes an empty slab for `capacity` elements.
  public init(capacity: Int) {
    precondition(capacity >= 0 && capacity < Int(UInt32.max))
    self.capacity = capacity
    // Both blocks live as long as the slab; deinit releases them.
    unsafe slots = .allocate(capacity: capacity)
    unsafe generations = .allocate(capacity: capacity)
    unsafe generations.initialize(repeating: 0, count: capacity)
    free = (0..<UInt32(capacity)).reversed()
  }

  deinit {
    for index in 0..<capacity {
      // An odd generation marks an initialised slot.
      if unsafe generations[index] & 1 == 1 {
        unsafe (slots + index).deinitialize(count: 1)
      }
    }
    unsafe slots.deallocate()
    unsafe generations.deallocate()
  }

  /// Takes `element` in and names it; `nil`, dropping it, when the slab is full.
  public mutating func insert(_ element: consuming Element) -> Handle<Element>? {
    guard let index = free.popLast() else { return nil }
    // `index` came from `free`, so it is below capacity and its slot is uninitialised.
    unsafe (slots + Int(index)).initialize(to: element)
    unsafe generations[Int(index)] &+= 1
    let generation = unsafe generations[Int(index)]
    return Handle(index: index, generation: generation)
  }

  /// Whether `handle` names an element that is still here.
  public func contains(_ handle: Handle<Element>) -> Bool {
    guard Int(handle.index) < capacity, handle.generation & 1 == 1 else { return false }
    // `index` is below capacity; an odd generation marks an initialised slot.
    return unsafe generations[Int(handle.index)] == handle.generation
  }

  /// Gives the element of `handle` back to the caller; `nil` when it is gone.
  public mutating func remove(_ handle: Handle<Element>) -> Element? {
    guard contains(handle) else { return nil }
    // `contains` proved the slot initialised; the new even generation marks it empty.
    unsafe generations[Int(handle.index)] &+= 1
    free.append(handle.index)
    return unsafe (slots + Int(handle.index)).move()
  }

  /// The element of `handle`, which must be here: check with ``contains(_:)`` what comes from outside.
  public subscript(handle: Handle<Element>) -> Element {
    // The precondition proves the slot initialised for the length of the access.
    unsafeAddress {
      precondition(contains(handle))
      return unsafe UnsafePointer(slots + Int(handle.index))
    }
    unsafeMutableAddress {
      precondition(contains(handle))
      return unsafe slots + Int(handle.index)
    }
  }

  /// The handle of the element in slot `index`; `nil` when the slot is empty.
  ///
  /// For sweeps over all slots.
  public func handle(at index: Int) -> Handle<Element>? {
    guard index >= 0, index < capacity else { return nil }
    // `index` is below capacity.
    let generation = unsafe generations[index]
    return generation & 1 == 1 ? Handle(index: UInt32(index), generation: generation) : nil
  }
}
