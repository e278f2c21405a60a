import JSON
import Testing

@testable import Signaling

@Suite struct OpenAPITests {
  @Test(arguments: RESTRoute.allCases)
  func `Every route is described beside the others of its topic`(_ route: RESTRoute) throws {
    let description = try #require(
      RouteDescription.all[route], "add it to a table in REST/Description")
    #expect(!description.summary.isEmpty && !description.answers.isEmpty)
  }

  @Test func `The description holds every route, and refers to nothing that is not there`() throws {
    let document = try JSONValue.parse(OpenAPI.document, limits: JSONLimits(depth: 64, octets: 1 << 20))
    #expect(document["openapi"]?.string == "3.1.0")
    for route in RESTRoute.allCases {
      let path = "/" + route.segments.joined(separator: "/")
      let operation = try #require(document["paths"]?[path]?[route.method.lowercased()], "\(route)")
      #expect(operation["operationId"]?.string == "\(route)")
      let parameters = (operation["parameters"]?.array ?? []).filter { $0["in"]?.string == "path" }
      #expect(parameters.count == route.segments.count { $0.first == "{" })
      let statuses = operation["responses"]?.object?.fields.map(\.key) ?? []
      #expect(statuses.contains("429") && !statuses.contains("500"))
    }
    for reference in OpenAPITests.references(in: document) {
      let place = reference.split(separator: "/").dropFirst().reduce(document) { value, key in
        value?[String(key)]
      }
      #expect(place != nil, "\(reference)")
    }
  }

  @Test func `It is served to everybody`() throws {
    let bench = RESTBench()
    let answer = try #require(bench.send("GET", "/api/v10/openapi.json", as: nil)?.response)
    #expect(answer.status == 200)
    #expect(answer.body == OpenAPI.document)
  }

  private static func references(in value: JSONValue) -> [String] {
    switch value {
    case .array(let values): values.flatMap(references)
    case .object(let object):
      object.fields.flatMap { field in
        field.key == "$ref" ? [field.value.string ?? ""] : references(in: field.value)
      }
    default: []
    }
  }
}
