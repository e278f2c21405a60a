import Base
import ChatCore
import Foundation
import JSON
import Testing

@testable import Signaling

@Suite struct RESTUploadTests {
  private static let path = "/api/v10/channels/10/attachments"
  private static let blob = String(repeating: "a", count: 64)

  /// Announces files of these lengths; the answer once the chat core says yes.
  private func announce(_ bench: RESTBench, _ counts: [Int], as user: User = ChatFixtures.alice) throws
    -> RESTResponse
  {
    let rows = counts.enumerated().map {
      #"{"id":"\#($0.offset)","filename":"f\#($0.offset).ogg","file_size":\#($0.element)}"#
    }
    let action = bench.send("POST", Self.path, #"{"files":[\#(rows.joined(separator: ","))]}"#, as: user)
    let request = try #require(action?.request, "\(String(describing: action))")
    guard case .mayAttach(let channel) = request.command else { throw ChatError.unauthorized }
    #expect(channel.rawValue == 10)
    return try #require(bench.complete(request, .done)?.response)
  }

  private func names(_ response: RESTResponse) -> [String] {
    (response.value["attachments"]?.array ?? []).compactMap { $0["upload_filename"]?.string }
  }

  private func upload(_ bench: RESTBench, _ name: String, _ method: String = "PUT") -> PendingUpload? {
    let request = RESTRequest(
      method: method, path: "/api/v10/uploads/\(name)", query: "", headers: [], body: [],
      remote: RESTBench.address)
    return bench.api.upload(of: request, at: bench.moment)
  }

  @Test func `An announced file gets an address that only this server can make`() throws {
    let bench = RESTBench()
    let response = try announce(bench, [5, 9])
    let rows = try #require(response.value["attachments"]?.array)
    #expect(response.status == 200 && rows.map { $0["id"]?.int } == [0, 1])
    let (first, second) = (names(response)[0], names(response)[1])
    #expect(rows[0]["upload_url"]?.string == "https://roost.example/api/v10/uploads/\(first)")
    #expect(upload(bench, first)?.count == 5 && upload(bench, second)?.count == 9)
    #expect(upload(bench, first, "GET") == nil)
    let half = first.split(separator: "-")
    for forged in [
      "", "x", "-", "\(half[0])-", "\(half[0])-\(names(response)[1].split(separator: "-")[1])", first + "0",
      first.uppercased(), "0-" + half[1],
    ] {
      #expect(upload(bench, forged) == nil, "\(forged)")
    }
    bench.now = bench.now + .seconds(3_601)
    #expect(upload(bench, first) == nil, "its time is over")
  }

  @Test func `Who may not bring files gets no address, and bodies are checked`() throws {
    let bench = RESTBench()
    let action = bench.send("POST", Self.path, #"{"files":[{"filename":"a","file_size":1}]}"#)
    let request = try #require(action?.request)
    #expect(bench.complete(request, .failure(.code(.missingPermissions)))?.response?.status == 403)
    for body in [
      "{}", #"{"files":[]}"#, #"{"files":5}"#, #"{"files":[5]}"#, #"{"files":[{}]}"#,
      #"{"files":[{"filename":"a"}]}"#, #"{"files":[{"filename":"a","file_size":0}]}"#,
      #"{"files":[{"filename":"a","file_size":-1}]}"#, #"{"files":[{"filename":"a","file_size":"x"}]}"#,
      #"{"files":[{"file_size":1}]}"#,
    ] {
      bench.now = bench.now + .seconds(2)
      let response = bench.send("POST", Self.path, body)?.response
      #expect(response?.status == 400 && response?.value["code"]?.int == 50035, "\(body)")
    }
    let large = bench.send("POST", Self.path, #"{"files":[{"filename":"a","file_size":26214401}]}"#)?.response
    #expect(large?.status == 413 && large?.value["code"]?.int == 40005)
  }

  @Test func `One account has so many uploads and no more`() throws {
    let bench = RESTBench {
      $0.uploadsPerAccount = 3
      $0.uploadsMax = 4
      $0.uploadCountMax = 100
    }
    #expect(try announce(bench, [100, 100]).status == 200)
    #expect(try announce(bench, [1, 1]).status == 429, "four are too many")
    #expect(try announce(bench, [100]).status == 200)
    #expect(try announce(bench, [1, 1], as: ChatFixtures.bot).status == 429, "of all, too")
    let last = try announce(bench, [1], as: ChatFixtures.bot)
    #expect(last.status == 200)
    let name = try #require(names(last).first)
    #expect(
      bench.send("DELETE", "/api/v10/attachments/\(name)", as: ChatFixtures.alice)?.response?.status == 404)
    #expect(bench.send("DELETE", "/api/v10/attachments/\(name)")?.response?.status == 204)
    #expect(upload(bench, name) == nil)
    let octets = RESTBench { $0.uploadCountMax = 100 }
    #expect(try announce(octets, [100, 100, 100, 100]).status == 200)
    #expect(try announce(octets, [1]).status == 429, "octets count, too")
  }

  @Test func `A message uses a finished upload of its author, once`() throws {
    let bench = RESTBench()
    let name = names(try announce(bench, [3]))[0]
    let body = """
      {"flags":8192,"attachments":[{"id":"0","uploaded_filename":"\(name)","filename":"n.ogg",
      "duration_secs":1.5,"waveform":"AA=="}]}
      """
    func post(_ user: User) -> RESTAction? {
      bench.now = bench.now + .seconds(2)
      return bench.send("POST", "/api/v10/channels/10/messages", body, as: user)
    }
    #expect(post(ChatFixtures.alice)?.response?.status == 400, "nothing has arrived")
    let known = try #require(upload(bench, name))
    bench.api.kept(upload: known.id, StoredFile(blob: Self.blob, size: 3), at: bench.moment)
    #expect(bench.api.uploadedBlobs == [Self.blob])
    #expect(post(ChatFixtures.bot)?.response?.status == 400, "it is somebody else's")
    let request = try #require(post(ChatFixtures.alice)?.request)
    guard case .createMessage(_, let draft) = request.command, let file = draft.attachments.first else {
      Issue.record("\(request)")
      return
    }
    #expect(file.filename == "n.ogg" && file.file.blob == Self.blob && draft.flags == .voiceMessage)
    #expect(file.seconds == 1.5 && file.waveform == "AA==" && draft.attachments.count == 1)
    _ = bench.complete(request, .failure(.code(.overloaded)))
    let again = try #require(post(ChatFixtures.alice)?.request, "a refused message leaves it")
    _ = bench.complete(again, .message(ChatFixtures.message(ChatFixtures.alice)))
    #expect(post(ChatFixtures.alice)?.response?.status == 400, "it is used up")
    #expect(bench.api.uploadedBlobs.isEmpty)
  }

  @Test(
    arguments: [
      ("bytes 0-4/10", .piece(first: 0, last: 4, total: 10)),
      ("bytes 5-9/*", .piece(first: 5, last: 9, total: nil)),
      ("bytes */10", .question(total: 10)), ("BYTES */*", .question(total: nil)), ("bytes 4-0/10", nil),
      ("bytes 0-10/10", nil), ("bytes -4/10", nil), ("bytes 0-/10", nil), ("bytes 0-4", nil),
      ("bytes 0-4/", nil),
      ("bytes +0-4/10", nil), ("bytes 0 - 4/10", nil), ("octets 0-4/10", nil), ("bytes=0-4/10", nil),
      ("", nil),
      ("bytes 0-4/10/10", nil), ("bytes 0-9999999999999999999/*", nil), ("bytes 0-4,5-9/10", nil),
    ] as [(String, ContentRange?)])
  func `A Content-Range is what the field says, or nothing`(_ field: String, _ range: ContentRange?) {
    #expect(ContentRange(field) == range)
  }

  @Test func `A PUT begins where what is there ends, or is told where that is`() throws {
    let bench = RESTBench()
    let name = names(try announce(bench, [10]))[0]
    var known = try #require(upload(bench, name))
    for (received, field, verdict) in [
      (0, nil, UploadVerdict.write(offset: 0, countMax: 10)), (4, nil, .write(offset: 0, countMax: 10)),
      (0, "bytes 0-3/10", .write(offset: 0, countMax: 4)),
      (4, "bytes 4-9/10", .write(offset: 4, countMax: 6)),
      (4, "bytes 4-9/*", .write(offset: 4, countMax: 6)), (4, "bytes */10", .tell),
      (4, "bytes 5-9/10", .tell),
      (4, "bytes 0-9/10", .tell), (4, "bytes 4-9/11", .malformed), (4, "bytes 4-10/*", .malformed),
      (4, "bytes */11", .malformed), (4, "nonsense", .malformed),
    ] as [(Int, String?, UploadVerdict)] {
      #expect(UploadVerdict(known, received: received, contentRange: field) == verdict, "\(field ?? "")")
    }
    #expect(RESTAPI.uploadAnswer(known, received: 0).header("Range") == nil)
    #expect(RESTAPI.uploadAnswer(known, received: 4).header("Range") == "bytes=0-3")
    #expect(RESTAPI.uploadAnswer(known, received: 4).status == 308)
    known.finish(StoredFile(blob: Self.blob, size: 10))
    #expect(UploadVerdict(known, received: 0, contentRange: nil) == .tell)
    #expect(RESTAPI.uploadAnswer(known, received: 0).status == 200)
  }

  @Test func `Random fields are survived, and a piece lies within its file`() {
    let pieces = [
      "bytes ", "*", "/", "-", "0", "9", "18446744073709551616", " ", "b", "é", "=", "1024", "\u{0}",
    ]
    var random = SeededRandom(seed: 20_261_121)
    let runs = ProcessInfo.processInfo.environment["ROOST_FUZZ_RUNS"].flatMap(Int.init) ?? 20_000
    for _ in 0..<runs {
      let text = (0..<random.below(9)).map { _ in pieces[random.below(pieces.count)] }.joined()
      if case .piece(let first, let last, let total)? = ContentRange("bytes " + text) {
        #expect(first >= 0 && first <= last && last < total ?? .max, "\(text)")
      }
    }
  }
}
