import Base
import ChatCore
import Testing

@testable import Stores

@Suite("Migrations")
struct MigrationTests {
  /// A file as the first schema left it, with a row in what later steps change.
  private func oldFile(_ path: String) throws {
    let database = try SQLiteDatabase(path: path)
    try database.execute(
      """
      PRAGMA journal_mode = WAL;
      \(Schema.migrations[0]);
      PRAGMA user_version = 1;
      INSERT INTO accounts VALUES (1001, 'ann', NULL, 0, 'ann@example.org', 'hash', 0);
      INSERT INTO guilds VALUES (2001, 'g', 1001, 3001);
      INSERT INTO roles VALUES (2001, 2001, '@everyone', 0, 0, 0, 1024, 0, 0, NULL);
      INSERT INTO channels VALUES (3001, 2001, 0, 'general', 0, NULL, NULL, 0, 0, 64000, 0, 5001);
      INSERT INTO members VALUES (2001, 1001, NULL, 1700000000000, 0, 0, NULL, 0);
      INSERT INTO messages VALUES (3001, 5001, 2001, 1001, 0, 'old', NULL, 0, 0, 'n', 0, NULL, NULL, NULL, NULL);
      """)
  }

  @Test("a file of the first version keeps all it held and takes what is new")
  func fromFirst() throws {
    let folder = try TemporaryFolder()
    try oldFile(folder.database)
    var old = StoreConformance.message(5001, "old")
    old.nonce = .text("n")
    var card = StoreConformance.message(5002, "new")
    card.embeds = StoreConformance.embeds
    var direct = Channel(
      id: Snowflake(rawValue: 3009), guildID: .noGuild, kind: .direct, name: "", position: 0)
    direct.recipients = [StoreConformance.user]
    let ban = Ban(guildID: StoreConformance.guild, userID: StoreConformance.user, reason: nil)
    do {
      var store = try SQLiteStore(path: folder.database)
      #expect(try store.message(channel: StoreConformance.channel, id: old.id) == old)
      try StoreConformance.write([.message(card), .ban(ban), .channel(direct)], to: &store)
    }
    var store = try SQLiteStore(path: folder.database)
    #expect(try store.messages(channel: StoreConformance.channel, before: nil, limit: 9) == [card, old])
    let snapshot = try store.load()
    #expect(snapshot.bans == [ban])
    #expect(snapshot.channels.last == direct && snapshot.channels.first?.name == "general")
    while try store.maintain(.index) {}
    var wanted = SearchFilter()
    wanted.content = "old"
    let scope = SearchScope(guild: StoreConformance.guild, channels: [old.channelID], isWholeGuild: true)
    let found = try store.search(wanted, in: scope, from: SearchProgress(isAscending: false, wanted: 9))
    #expect(found.hits == [SearchHit(channelID: old.channelID, messageID: old.id)] && found.isDone)
    try StoreConformance.write([.deleteGuild(StoreConformance.guild)], to: &store)
    #expect(try store.message(channel: StoreConformance.channel, id: old.id) == nil, "what refers still does")
    #expect(try store.load().channels == [direct])
    #expect(snapshot.guilds.map(\.name) == ["g"] && snapshot.members.count == 1)
    #expect(snapshot.guilds.first?.settings == GuildSettings())
    #expect(snapshot.guilds.first?.everyone?.unicodeEmoji == nil)
  }
}
