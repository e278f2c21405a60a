/// Every statement that is prepared once and kept; the raw value is its text.
enum Query: String, Hashable {
  case putAccount = """
    INSERT INTO accounts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
    ON CONFLICT (id) DO UPDATE SET username = ?2, global_name = ?3, is_bot = ?4, email = ?5,
      password_hash = ?6, tokens_valid_after = ?7, avatar = ?8
    """
  case putApplication = """
    INSERT INTO applications VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT (id) DO UPDATE SET name = ?2, description = ?3, owner_id = ?4, flags = ?5, verify_key = ?6,
      interactions_endpoint = ?7
    """
  case putCommand = """
    INSERT INTO commands VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (id) DO UPDATE SET version = ?4, body = ?5
    """
  case deleteCommand = "DELETE FROM commands WHERE id = ?1"
  case putGuild = """
    INSERT INTO guilds VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (id) DO UPDATE SET name = ?2, owner_id = ?3, system_channel_id = ?4, settings = ?5, icon = ?6
    """
  case noteDeletedGuild = """
    UPDATE newest_deleted SET id = max(id, ?1,
      coalesce((SELECT max(id) FROM roles WHERE guild_id = ?1), 0),
      coalesce((SELECT max(id) FROM channels WHERE guild_id = ?1), 0),
      coalesce((SELECT max(last_message_id) FROM channels WHERE guild_id = ?1), 0))
    """
  case deleteGuildReactions = """
    DELETE FROM reactions WHERE message_id IN (
      SELECT messages.id FROM channels JOIN messages ON channel_id = channels.id
      WHERE channels.guild_id = ?1)
    """
  case deleteGuild = "DELETE FROM guilds WHERE id = ?1"
  case putRole = """
    INSERT INTO roles VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
    ON CONFLICT (guild_id, id) DO UPDATE SET name = ?3, color = ?4, is_hoisted = ?5, position = ?6,
      permissions = ?7, is_managed = ?8, is_mentionable = ?9, bot_id = ?10, secondary_color = ?11,
      tertiary_color = ?12, unicode_emoji = ?13
    """
  case deleteRole = "DELETE FROM roles WHERE guild_id = ?1 AND id = ?2"
  case putChannel = """
    INSERT INTO channels VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
    ON CONFLICT (id) DO UPDATE SET kind = ?3, name = ?4, position = ?5, parent_id = ?6, topic = ?7,
      is_nsfw = ?8, rate_limit_per_user = ?9, bitrate = ?10, user_limit = ?11, last_message_id = ?12, last_pin_at = ?13, recipients = ?14,
      closed_by = ?15
    """
  case putThread = """
    INSERT INTO threads VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
    ON CONFLICT (id) DO UPDATE SET is_archived = ?4, archive_minutes = ?5, archived_at = ?6, is_locked = ?7,
      is_invitable = ?8, message_count = ?9, total_message_count = ?10, applied_tags = ?11, flags = ?12
    """
  case countThreadMessage = """
    UPDATE threads SET message_count = message_count + 1, total_message_count = total_message_count + 1
    WHERE id = ?1
    """
  case uncountThreadMessage = """
    UPDATE threads SET message_count = max(message_count - 1, 0) WHERE id = ?1 AND id <> ?2
    """
  case putThreadMember = """
    INSERT INTO thread_members VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (thread_id, user_id) DO UPDATE SET joined_at = ?4, flags = ?5
    """
  case deleteThreadMember = "DELETE FROM thread_members WHERE thread_id = ?1 AND user_id = ?2"
  case putThreadSettings = """
    INSERT INTO thread_settings VALUES (?1, ?2) ON CONFLICT (channel_id) DO UPDATE SET settings = ?2
    """
  case deleteThreadSettings = "DELETE FROM thread_settings WHERE channel_id = ?1"
  case deleteOverwrites = "DELETE FROM overwrites WHERE channel_id = ?1"
  case putOverwrite = "INSERT INTO overwrites VALUES (?1, ?2, ?3, ?4, ?5)"
  case deleteChannelReactions = """
    DELETE FROM reactions WHERE message_id IN (SELECT id FROM messages WHERE channel_id = ?1)
    """
  case noteDeletedChannel = """
    UPDATE newest_deleted SET id = max(id, ?1, coalesce(
      (SELECT last_message_id FROM channels WHERE channels.id = ?1), 0))
    """
  case noteDeleted = "UPDATE newest_deleted SET id = max(id, ?1)"
  case deleteChannel = "DELETE FROM channels WHERE id = ?1"
  case putMember = """
    INSERT INTO members VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
    ON CONFLICT (guild_id, user_id) DO UPDATE SET nick = ?3, joined_at = ?4, is_muted = ?5,
      is_deafened = ?6, timed_out_until = ?7, is_temporary = ?8
    """
  case deleteMemberRoles = "DELETE FROM member_roles WHERE guild_id = ?1 AND user_id = ?2"
  case putMemberRole = "INSERT INTO member_roles VALUES (?1, ?2, ?3)"
  case deleteMember = "DELETE FROM members WHERE guild_id = ?1 AND user_id = ?2"
  case putBan = """
    INSERT INTO bans VALUES (?1, ?2, ?3) ON CONFLICT (guild_id, user_id) DO UPDATE SET reason = ?3
    """
  case deleteBan = "DELETE FROM bans WHERE guild_id = ?1 AND user_id = ?2"
  case putAudit = "INSERT INTO audit_log VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
  case forgetAudit = "DELETE FROM audit_log WHERE guild_id = ?1 AND id < ?2"
  case putInvite = """
    INSERT INTO invites VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
    ON CONFLICT (code) DO UPDATE SET uses = ?8
    """
  case deleteInvite = "DELETE FROM invites WHERE code = ?1"
  case putMessage = """
    INSERT INTO messages
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
      ?19)
    """
  case putAttachment = "INSERT OR IGNORE INTO attachments VALUES (?1, ?2, ?3, ?4)"
  case attachmentIDs = "SELECT id FROM attachments WHERE channel_id = ?1 AND message_id = ?2"
  case deleteAttachment = "DELETE FROM attachments WHERE id = ?1"
  case setLastMessage = "UPDATE channels SET last_message_id = ?2 WHERE id = ?1"
  case updateMessage = """
    UPDATE messages SET content = ?3, edited_at = ?4, flags = ?5, mentions_everyone = ?6, mentions = ?7,
      mentioned_roles = ?8, embeds = ?9, pinned_at = ?10, extra = ?11, attachments = ?12
    WHERE channel_id = ?1 AND id = ?2
    """
  case deleteReactions = "DELETE FROM reactions WHERE message_id = ?1"
  case deleteReactionsOf = """
    DELETE FROM reactions WHERE message_id = ?1 AND emoji_id = ?2 AND emoji_name = ?3
    """
  case deleteMessage = "DELETE FROM messages WHERE channel_id = ?1 AND id = ?2"
  case putWebhook = """
    INSERT INTO webhooks VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
    ON CONFLICT (id) DO UPDATE SET channel_id = ?3, name = ?7, avatar = ?8
    """
  case deleteWebhook = "DELETE FROM webhooks WHERE id = ?1"
  case putCrosspost = "INSERT INTO crossposts VALUES (?1, ?2, ?3, ?4)"
  case deleteCrossposts = "DELETE FROM crossposts WHERE source_id = ?1 OR message_id = ?1"
  case putReaction = "INSERT OR IGNORE INTO reactions VALUES (?1, ?2, ?3, ?4, ?5)"
  case deleteReaction = """
    DELETE FROM reactions WHERE message_id = ?1 AND emoji_id = ?2 AND emoji_name = ?3 AND user_id = ?4
    """

  case putReadState = "INSERT OR REPLACE INTO read_states VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
  case deleteReadState = "DELETE FROM read_states WHERE user_id = ?1 AND channel_id = ?2"
  case deleteMemberReadStates = """
    DELETE FROM read_states WHERE user_id = ?2
      AND channel_id IN (SELECT id FROM channels WHERE guild_id = ?1)
    """
  case putRelationship = "INSERT OR REPLACE INTO relationships VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
  case deleteRelationship = "DELETE FROM relationships WHERE user_id = ?1 AND other_id = ?2"
  case putGroup = """
    INSERT INTO groups VALUES (?1, ?2, ?3) ON CONFLICT (channel_id) DO UPDATE SET owner_id = ?2, icon = ?3
    """
  case putLogin = "INSERT OR REPLACE INTO logins VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
  case deleteLogin = "DELETE FROM logins WHERE user_id = ?1 AND (?2 IS NULL OR issued = ?2)"
  case putRevokedToken = "INSERT OR IGNORE INTO revoked_tokens VALUES (?1, ?2)"
  case deleteRevokedTokens = "DELETE FROM revoked_tokens WHERE user_id = ?1"
  case putSecondFactor = "INSERT OR REPLACE INTO second_factors VALUES (?1, ?2, ?3, ?4)"
  case deleteSecondFactor = "DELETE FROM second_factors WHERE user_id = ?1"
  case putDisabled = "INSERT OR IGNORE INTO disabled_accounts VALUES (?1)"
  case deleteDisabled = "DELETE FROM disabled_accounts WHERE user_id = ?1"
  case deleteOwnNotifications = "DELETE FROM notification_settings WHERE user_id = ?1"
  case deleteOwnRelationships = "DELETE FROM relationships WHERE user_id = ?1"
  case putWideMention = "INSERT OR REPLACE INTO wide_mentions VALUES (?1, ?2, ?3, ?4, ?5)"
  case trimWideMentions = """
    DELETE FROM wide_mentions WHERE channel_id = ?1 AND message_id <= (
      SELECT message_id FROM wide_mentions WHERE channel_id = ?1 ORDER BY message_id DESC LIMIT 1 OFFSET ?2)
    """
  case deleteWideMention = "DELETE FROM wide_mentions WHERE channel_id = ?1 AND message_id = ?2"
  case putNotifications = "INSERT OR REPLACE INTO notification_settings VALUES (?1, ?2, ?3, ?4)"
  case deleteNotifications = """
    DELETE FROM notification_settings WHERE guild_id = ?1 AND (?2 IS NULL OR user_id = ?2)
    """

  case readStates = "SELECT * FROM read_states ORDER BY user_id, channel_id"
  case relationships = "SELECT * FROM relationships ORDER BY user_id, other_id"
  case groups = "SELECT * FROM groups ORDER BY channel_id"
  case logins = "SELECT * FROM logins ORDER BY user_id, issued"
  case revokedTokens = "SELECT * FROM revoked_tokens"
  case secondFactors = "SELECT * FROM second_factors"
  case disabledAccounts = "SELECT user_id FROM disabled_accounts"
  case messagesOfAuthor = """
    SELECT * FROM messages WHERE author_id = ?1 AND (channel_id, id) > (?2, ?3)
    ORDER BY channel_id, id LIMIT ?4
    """
  case wideMentions = "SELECT * FROM wide_mentions ORDER BY channel_id, message_id"
  case notifications = "SELECT * FROM notification_settings ORDER BY user_id, guild_id"
  case accounts = "SELECT * FROM accounts ORDER BY id"
  case applications = "SELECT * FROM applications ORDER BY id"
  case commands = "SELECT * FROM commands ORDER BY id"
  case guilds = "SELECT * FROM guilds ORDER BY id"
  case roles = "SELECT * FROM roles ORDER BY guild_id, position, id"
  case channels = "SELECT * FROM channels ORDER BY id"
  case overwrites = "SELECT * FROM overwrites ORDER BY channel_id, id"
  case members = "SELECT * FROM members ORDER BY guild_id, user_id"
  case memberRoles = "SELECT * FROM member_roles ORDER BY guild_id, user_id, role_id"
  case threads = "SELECT * FROM threads ORDER BY id"
  case threadMembers = "SELECT * FROM thread_members ORDER BY thread_id, user_id"
  case threadSettings = "SELECT * FROM thread_settings ORDER BY channel_id"
  case bans = "SELECT * FROM bans ORDER BY guild_id, user_id"
  case webhooks = "SELECT * FROM webhooks ORDER BY id"
  case copies = """
    SELECT channel_id, message_id FROM crossposts WHERE source_id = ?1 ORDER BY channel_id, message_id
    """
  case invites = "SELECT * FROM invites ORDER BY code"
  case newestID = """
    SELECT max((SELECT id FROM newest_deleted),
      coalesce((SELECT max(id) FROM accounts), 0), coalesce((SELECT max(id) FROM guilds), 0),
      coalesce((SELECT max(id) FROM roles), 0), coalesce((SELECT max(id) FROM channels), 0),
      coalesce((SELECT max(last_message_id) FROM channels), 0))
    """
  case recentNonces = """
    SELECT author_id, nonce, channel_id, id FROM messages
    WHERE channel_id = ?1 AND id >= ?2 AND nonce IS NOT NULL ORDER BY id DESC LIMIT ?3
    """
  case auditBefore = """
    SELECT * FROM audit_log WHERE guild_id = ?1 AND id < ?2 AND (?3 IS NULL OR user_id = ?3)
      AND (?4 IS NULL OR action = ?4) ORDER BY id DESC LIMIT ?5
    """
  case auditAfter = """
    SELECT * FROM audit_log WHERE guild_id = ?1 AND id > ?2 AND (?3 IS NULL OR user_id = ?3)
      AND (?4 IS NULL OR action = ?4) ORDER BY id LIMIT ?5
    """
  case message = "SELECT * FROM messages WHERE channel_id = ?1 AND id = ?2"
  case messageHolding = """
    SELECT messages.* FROM attachments JOIN messages
      ON messages.channel_id = attachments.channel_id AND messages.id = attachments.message_id
    WHERE attachments.id = ?2 AND attachments.channel_id = ?1
    """
  case blob = "SELECT count FROM blobs WHERE hash = ?1"
  case newestMessages = "SELECT * FROM messages WHERE channel_id = ?1 ORDER BY id DESC LIMIT ?2"
  case messagesBefore = """
    SELECT * FROM messages WHERE channel_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3
    """
  case messagesAfter = """
    SELECT * FROM messages WHERE channel_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3
    """
  case pins = """
    SELECT * FROM messages WHERE channel_id = ?1 AND pinned_at IS NOT NULL
      AND (?2 IS NULL OR pinned_at < ?2) ORDER BY pinned_at DESC, id DESC LIMIT ?3
    """
  case messageIDs = """
    SELECT id FROM messages WHERE channel_id = ?1 AND id >= ?2 AND author_id = ?3
      AND kind NOT IN (1, 2, 4, 21)
    ORDER BY id DESC LIMIT ?4
    """
  case reactions = """
    SELECT emoji_id, emoji_name, count(*), coalesce(max(user_id = ?2), 0) FROM reactions
    WHERE message_id = ?1 GROUP BY emoji_id, emoji_name ORDER BY min(at), emoji_id, emoji_name
    """
  case reactors = """
    SELECT emoji_id, emoji_name, user_id FROM reactions WHERE message_id = ?1
    ORDER BY at, emoji_id, emoji_name LIMIT ?2
    """
  case reactionUsers = """
    SELECT user_id FROM reactions
    WHERE message_id = ?1 AND emoji_id = ?2 AND emoji_name = ?3 AND user_id > ?4 ORDER BY user_id LIMIT ?5
    """

  case guildChannelIDs = "SELECT id FROM channels WHERE guild_id = ?1"
  case putPlace = "INSERT INTO search_places VALUES (?1, ?2)"
  case takePlace = "DELETE FROM search_places WHERE id = ?1 RETURNING id"
  case queueMessage = "INSERT OR IGNORE INTO search_queue VALUES (?1)"
  case takeFromQueue = "DELETE FROM search_queue WHERE id = ?1 RETURNING id"
  case queueCount = "SELECT count(*) FROM (SELECT 1 FROM search_queue LIMIT ?1)"
  case queued = """
    SELECT search_queue.id, channel_id FROM search_queue
    JOIN search_places ON search_places.id = search_queue.id ORDER BY search_queue.id DESC LIMIT ?1
    """
  case index = "INSERT INTO search (rowid, text) VALUES (?1, ?2)"
  case unindex = "INSERT INTO search (search, rowid, text) VALUES ('delete', ?1, ?2)"
  case putSpan = "INSERT OR IGNORE INTO search_spans VALUES (?1)"
  case spanCount = """
    SELECT count(*) FROM (SELECT 1 FROM search_places
      WHERE id >= (SELECT coalesce(max(id), 0) FROM search_spans) LIMIT ?1)
    """
  case spanBefore = "SELECT id FROM search_spans WHERE id < ?1 ORDER BY id DESC LIMIT 1"
  case spanAfter = "SELECT id FROM search_spans WHERE id > ?1 ORDER BY id LIMIT 1"
  case found = """
    SELECT rowid FROM search WHERE search MATCH ?1 AND rowid >= ?2 AND rowid < ?3 ORDER BY rowid DESC
    """
  case foundAscending = """
    SELECT rowid FROM search WHERE search MATCH ?1 AND rowid >= ?2 AND rowid < ?3 ORDER BY rowid
    """
  // The order of a CROSS JOIN is kept: the index gives the messages, and each one's channel is looked up.
  case foundPlaces = """
    SELECT search.rowid, channel_id FROM search CROSS JOIN search_places ON search_places.id = search.rowid
    WHERE search MATCH ?1 AND search.rowid >= ?2 AND search.rowid < ?3 ORDER BY search.rowid DESC
    """
  case foundPlacesAscending = """
    SELECT search.rowid, channel_id FROM search CROSS JOIN search_places ON search_places.id = search.rowid
    WHERE search MATCH ?1 AND search.rowid >= ?2 AND search.rowid < ?3 ORDER BY search.rowid
    """

  case logBounds = "SELECT coalesce(min(entry), 0), coalesce(max(entry), 0) FROM event_log"
  case logConsumers = "SELECT name, entry FROM log_consumers"
  case logEntries = "SELECT entry, at, body FROM event_log WHERE entry > ?1 ORDER BY entry LIMIT ?2"
  case logTotal = "SELECT total FROM event_log ORDER BY entry DESC LIMIT 1"
  case appendLog = "INSERT INTO event_log VALUES (?1, ?2, ?3, ?4)"
  case trimLog = """
    DELETE FROM event_log WHERE total <= ?1
      AND entry IN (SELECT entry FROM event_log ORDER BY entry LIMIT ?2)
    """
  case acknowledgeLog = """
    INSERT INTO log_consumers VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET entry = ?2
    """

  case copy = "VACUUM INTO ?1"
  case integrity = "PRAGMA integrity_check(20)"
  case strayReferences = "PRAGMA foreign_key_check"
  case namedBlobs = "SELECT hash FROM blobs ORDER BY hash"
  case instanceValue = "SELECT value FROM instance WHERE key = ?1"
  case putInstanceValue = """
    INSERT INTO instance VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2
    """
}
