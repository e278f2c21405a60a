import Base
import ChatCore
import JSON

/// The body of a command as it stands in a column: a JSON object.
///
/// Keys are only ever added; a reader passes over those that it does not know.
enum CommandCoding {
  private static let limits = JSONLimits(depth: 40, octets: 1 << 22)

  static func text(_ body: CommandBody) -> String {
    var writer = JSONWriter()
    writer.object {
      $0.field("kind", body.kind.rawValue)
      $0.field("name", body.name)
      $0.field("description", body.description)
      if !body.options.isEmpty { $0.field("options", JSONValue(.list(body.options))) }
      if let permissions = body.defaultPermissions {
        $0.field("permissions", String(permissions.rawValue))
      }
      $0.field("nsfw", body.isNSFW)
      $0.field("private", body.worksInPrivate)
      if let texts = body.nameLocalizations { $0.field("names", JSONValue(texts)) }
      if let texts = body.descriptionLocalizations { $0.field("descriptions", JSONValue(texts)) }
    }
    return String(decoding: writer.octets, as: UTF8.self)
  }

  /// - Throws: ``StoreError/corrupt`` when it is not what ``text(_:)`` wrote.
  static func body(_ text: String) throws(StoreError) -> CommandBody {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue.parse(Array(text.utf8), limits: limits)
    } catch {
      throw .corrupt
    }
    guard let kind = value["kind"]?.int.flatMap(CommandKind.init(rawValue:)) else { throw .corrupt }
    var body = CommandBody(kind: kind, name: value["name"]?.string ?? "")
    body.description = value["description"]?.string ?? ""
    body.options = (value["options"]?.array ?? []).map { PlainValue($0) }
    body.defaultPermissions = value["permissions"]?.string.flatMap { UInt64($0) }.map {
      Permissions(rawValue: $0)
    }
    body.isNSFW = value["nsfw"]?.bool ?? false
    body.worksInPrivate = value["private"]?.bool ?? true
    body.nameLocalizations = value["names"].map { PlainValue($0) }
    body.descriptionLocalizations = value["descriptions"].map { PlainValue($0) }
    return body
  }
}
