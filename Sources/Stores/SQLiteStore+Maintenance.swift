public import ChatCore

extension SQLiteStore {
  /// Does a bounded part of what can be done later; whether more of it waits.
  public mutating func maintain(_ task: MaintenanceTask) throws(StoreError) -> Bool {
    switch task {
    case .index: try index()
    }
  }
}
