extension Schema {
  /// Where bots want their interactions.
  static let endpoints = """
    ALTER TABLE applications ADD COLUMN interactions_endpoint TEXT
    """
}
