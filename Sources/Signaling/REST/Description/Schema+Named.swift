/// Objects that answers share, by their names in the description.
extension Schema {
  static let named: [String: Schema] = [common, people, places, branches, writings].reduce(into: [:]) {
    all, some in
    all.merge(some) { first, _ in first }
  }

  private static let common: [String: Schema] = [
    "Error": ["message": string, "code": integer, "errors?": map(anything)],
    "RateLimit": ["message": string, "retry_after": number, "global": bool, "code?": integer],
    "Session": ["token": string, "user_id": snowflake, "user_settings": map(anything)],
    "VoiceRegion": ["id": string, "name": string, "optimal": bool, "deprecated": bool, "custom": bool],
  ]

  static let session = reference("Session")
  static let voiceRegion = reference("VoiceRegion")
}
