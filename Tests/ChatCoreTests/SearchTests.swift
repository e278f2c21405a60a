import Base
import ChatCore
import ChatTesting
import Testing

@Suite("Searching")
struct SearchTests {
  private func search(
    _ world: inout World, _ user: Snowflake, _ content: String,
    _ set: (inout SearchRequest) -> Void = { _ in }
  ) throws -> SearchPage {
    var request = SearchRequest(place: .guild(world.guild))
    request.filter.content = content
    set(&request)
    let reply = world.ask(user, .search(.messages(request, from: nil)))
    guard case .search(.page(let page)) = reply else { throw World.Unexpected(reply: reply) }
    return page
  }

  private func hidden(_ world: inout World) throws -> Snowflake {
    var changes = ChannelChanges()
    changes.name = .set("secret")
    changes.overwrites = .set([.everyone(of: world.guild, deny: .viewChannel)])
    let reply = world.ask(world.ann, .createChannel(guild: world.guild, kind: .text, changes))
    guard case .channel(let channel) = reply else { throw World.Unexpected(reply: reply) }
    return channel.id
  }

  @Test("only channels that the asker may read are searched, also those that it names")
  func permissions() throws {
    var world = try World.make(.open)
    let secret = try hidden(&world)
    let text = world.text
    _ = try world.say(world.bob, "apple in public")
    _ = try message(
      world.ask(world.ann, .createMessage(channel: secret, MessageDraft(content: "apple in secret"))))
    #expect(try search(&world, world.ann, "apple").total == 2)
    let seen = try search(&world, world.bob, "apple")
    #expect(seen.messages.map(\.message.content) == ["apple in public"] && seen.total == 1)
    #expect(try search(&world, world.bob, "apple") { $0.channels = [secret] }.total == 0)
    #expect(try search(&world, world.bob, "apple") { $0.channels = [secret, text] }.total == 1)
    var request = SearchRequest(place: .guild(world.guild))
    #expect(world.ask(world.dot, .search(.messages(request, from: nil))) == code(.missingAccess))
    request.place = .channel(secret)
    #expect(world.ask(world.bob, .search(.messages(request, from: nil))) == code(.missingAccess))
    request.place = .channel(world.text)
    request.filter.content = "apple"
    guard case .search(.page(let page)) = world.ask(world.bob, .search(.messages(request, from: nil))) else {
      Issue.record("a channel of one's own can be searched")
      return
    }
    #expect(page.messages.map(\.message.content) == ["apple in public"])
  }

  @Test("threads are searched by those who may read them")
  func threads() throws {
    var world = try World.make(.open)
    let open = try world.makeThread(world.bob, .publicThread, "open")
    let hidden = try world.makeThread(world.bob, .privateThread, "hidden")
    for thread in [open, hidden] { _ = try message(world.say(world.bob, in: thread.id, "pear")) }
    #expect(try search(&world, world.bob, "pear").total == 2)
    #expect(try search(&world, world.cy, "pear").messages.map(\.message.channelID) == [open.id])
    #expect(try search(&world, world.cy, "pear") { $0.channels = [hidden.id] }.total == 0)
  }

  @Test("what was found before a channel was closed to the asker is not shown after it")
  func revoked() throws {
    var world = try World.make(.open)
    let secret = try hidden(&world)
    let said = try message(
      world.ask(world.ann, .createMessage(channel: secret, MessageDraft(content: "apple")))
    ).message
    var progress = SearchProgress(isAscending: false, wanted: 25)
    _ = progress.find(SearchHit(channelID: secret, messageID: said.id))
    let request = SearchRequest(place: .guild(world.guild))
    let reply = world.ask(world.bob, .search(.messages(request, from: progress)))
    guard case .search(.page(let page)) = reply else { throw World.Unexpected(reply: reply) }
    #expect(page.messages.allSatisfy { $0.message.channelID != secret })
  }

  @Test("pages follow each other, newest or oldest or best first")
  func pages() throws {
    var world = try World.make(.open)
    for index in 0..<30 { _ = try world.say(world.bob, "pear \(index)") }
    _ = try world.say(world.bob, "Pear pear PEAR")
    let first = try search(&world, world.bob, "pear")
    #expect(first.messages.count == 25 && first.total == 31)
    let second = try search(&world, world.bob, "pear") { $0.offset = 25 }
    #expect(second.messages.map(\.message.content).first == "pear 5" && second.messages.count == 6)
    let oldest = try search(&world, world.bob, "pear") {
      $0.order = .oldest
      $0.limit = 1
    }
    #expect(oldest.messages.map(\.message.content) == ["pear 0"])
    _ = try world.say(world.bob, "a long speech that has pear in it only once")
    let best = try search(&world, world.bob, "pear") {
      $0.order = .relevance
      $0.limit = 1
    }
    #expect(best.messages.map(\.message.content) == ["Pear pear PEAR"])
  }

  @Test("age-restricted channels are searched when the asker wants it or names them")
  func restricted() throws {
    var world = try World.make(.open)
    let text = world.text
    _ = try world.say(world.bob, "apple")
    var changes = ChannelChanges()
    changes.isNSFW = .set(true)
    _ = world.ask(world.ann, .modifyChannel(world.text, changes))
    #expect(try search(&world, world.bob, "apple").total == 0)
    #expect(try search(&world, world.bob, "apple") { $0.includesNSFW = true }.total == 1)
    #expect(try search(&world, world.bob, "apple") { $0.channels = [text] }.total == 1)
  }

  @Test("what is too much is refused as a form's error")
  func bounds() throws {
    var world = try World.make(.open)
    let changes: [(inout SearchRequest) -> Void] = [
      { $0.limit = 26 }, { $0.limit = 0 }, { $0.offset = 9_976 }, { $0.offset = -1 },
      { $0.filter.content = String(repeating: "a", count: 1_025) },
      { $0.filter.authors = Array(repeating: Snowflake(rawValue: 1), count: 26) },
    ]
    for change in changes {
      var request = SearchRequest(place: .guild(world.guild))
      change(&request)
      guard case .failure(.form) = world.ask(world.ann, .search(.messages(request, from: nil))) else {
        Issue.record("accepted \(request)")
        continue
      }
    }
  }
}
