/// Every limit of the chat core; the numbers are Discord's unless a line says otherwise.
public enum Limits {
  /// Guilds of one user; beyond it 30001.
  public static let guildsPerUser = 100
  /// Members of a guild.
  ///
  /// Each costs about 250 octets of memory: 25 MB when full. Beyond it 30019.
  public static let membersPerGuild = 100_000
  /// Roles of a guild with @everyone; beyond it 30005.
  public static let rolesPerGuild = 250
  /// Channels of a guild with categories; beyond it 30013.
  public static let channelsPerGuild = 500
  /// Threads of a guild that are not archived; beyond it 160006.
  public static let activeThreads = 1_000
  /// Members of a thread; beyond it 30033.
  public static let threadMembers = 1_000
  /// How many of a thread's members clients are told of.
  public static let shownThreadMembers = 50
  /// Minutes after which a thread may be archived by itself.
  public static let archiveMinutes = [60, 1_440, 4_320, 10_080]
  /// Minutes after which it is, when nobody says: a day.
  public static let archiveMinutesDefault = 1_440
  /// How long an archiving that the store refused waits for another try: ten seconds in milliseconds.
  public static let archivePause: Int64 = 10_000
  /// Tags of a forum; beyond it 30048.
  public static let forumTags = 20
  /// Code points of a tag's name.
  public static let tagNameLength = 20
  /// Tags of a post.
  public static let appliedTags = 5
  /// Code points of a forum's topic.
  public static let forumTopicLength = 4_096
  /// Threads in one page of a list.
  public static let threadPage = 100
  /// Posts in one page of a search.
  public static let threadSearchPage = 25
  /// How many posts a search passes over at most.
  public static let threadSearchOffset = 9_975
  /// Members in one page of a thread's list.
  public static let threadMemberPage = 100
  /// Posts whose first messages are asked for at once.
  public static let threadPosts = 25
  /// Channels under one category.
  public static let channelsPerCategory = 50
  /// Overwrites of a channel; beyond it 30060.
  public static let overwritesPerChannel = 1000
  /// Living invites of a guild; beyond it 30016.
  public static let invitesPerGuild = 1000
  /// Different emoji on a message; beyond it 30010.
  public static let reactionsPerMessage = 20
  /// Code points of a message.
  public static let messageLength = 2000
  /// Webhooks of a channel; beyond it 30007.
  public static let webhooksPerChannel = 15
  /// Code points of a webhook's name.
  public static let webhookNameLength = 80
  /// Characters of a webhook's secret, of 62 each: 285 bits.
  public static let webhookSecretLength = 48
  /// Channels that follow one announcement channel; beyond it 30007.
  ///
  /// Ours: a message that is published is copied to all of them in one transaction.
  public static let followersPerChannel = 1000
  /// Bans of a guild, about 100 octets each; beyond it 30035.
  public static let bansPerGuild = 100_000
  /// Entries in one page of the audit log.
  public static let auditPage = 100
  /// How long an entry of the audit log is kept: 45 days in milliseconds.
  ///
  /// Older ones go with the next entry of their guild.
  public static let auditAge: Int64 = 45 * 86_400_000
  /// Bans in one page of the list.
  public static let banPage = 1000
  /// Users whom one request bans.
  public static let bulkBan = 200
  /// How far back a ban deletes messages: a week in seconds.
  public static let banDeleteSecondsMax = 604_800
  /// Messages that one ban deletes; older ones stay.
  ///
  /// Ours: it bounds one transaction to about 100 ms.
  public static let messagesDeletedByBan = 5_000
  /// Messages deleted with one request, or told of in one event.
  public static let bulkDelete = 100
  /// Older messages are not deleted in bulk: 14 days in milliseconds.
  public static let bulkDeleteAge: Int64 = 14 * 86_400_000
  /// Code points of a moderator's reason.
  public static let reasonLength = 512
  /// Embeds of a message.
  public static let embedsPerMessage = 10
  /// Code points of a message's embeds together.
  public static let embedsLength = 6000
  /// Files of a message.
  public static let attachmentsPerMessage = 10
  /// Links of a message that are looked up.
  public static let linksPerMessage = 5
  /// Octets of a link that is looked up.
  public static let linkLength = 2_048
  /// Seconds of a voice message: Discord's 20 minutes.
  public static let recordingSeconds = 1_200.0
  /// Characters of a voice message's waveform: 256 octets in base64.
  public static let waveformLength = 344
  /// Code points of an attachment's description.
  public static let attachmentDescriptionLength = 1024
  /// Code points of an attachment's name; Discord's is 260 octets.
  public static let filenameLength = 100
  /// Code points of an embed's title, author and field names.
  public static let embedNameLength = 256
  /// Code points of an embed's description.
  public static let embedDescriptionLength = 4096
  /// Code points of an embed's footer.
  public static let embedFooterLength = 2048
  /// Code points of an embed field's value.
  public static let embedValueLength = 1024
  /// Fields of an embed.
  public static let embedFields = 25
  /// Code points of a link in an embed.
  public static let embedURLLength = 2048
  /// Characters of a nonce.
  public static let nonceLength = 25
  /// Ids in `allowed_mentions.users` or `.roles`.
  public static let allowedMentions = 100
  /// Mentions that one message resolves; the rest stay text.
  ///
  /// Ours: 2000 code points hold about 95.
  public static let mentionsPerMessage = 100
  /// Code points of a username, at least.
  public static let usernameLengthMin = 2
  /// Code points of a username, at most.
  public static let usernameLengthMax = 32
  /// Code points of a display name or nickname.
  public static let nickLength = 32
  /// Octets of an e-mail address (RFC 5321 §4.5.3.1.3).
  public static let emailLength = 254
  /// Octets of a password hash in its string form; Argon2id's is 97.
  public static let passwordHashLength = 256
  /// Code points of a guild's name, at least.
  public static let guildNameLengthMin = 2
  /// Code points of a guild's, channel's or role's name, at most.
  public static let nameLength = 100
  /// Code points of a guild's description.
  public static let descriptionLength = 300
  /// Code points of a guild's language; BCP 47 tags that clients know have at most 6.
  public static let localeLength = 16
  /// Seconds after which a client may call its user away.
  public static let afkTimeouts = [60, 300, 900, 1800, 3600]
  /// How old an account must be to write without a role from verification level 2 on: 5 minutes.
  public static let verifiedAccountAge: Int64 = 300_000
  /// How long a member must be one to write without a role from verification level 3 on: 10 minutes.
  public static let verifiedMemberAge: Int64 = 600_000
  /// Code points of a channel's topic.
  public static let topicLength = 1024
  /// Longest slow mode in seconds.
  public static let slowModeMax = 21_600
  /// Lowest bitrate of a voice channel.
  public static let channelBitrateMin = 8_000
  /// Highest bitrate of a voice channel; Opus itself ends at 510 kbit/s, Discord's best tier at 384.
  public static let channelBitrateMax = 384_000
  /// Bitrate of a new voice channel.
  public static let channelBitrateDefault = 64_000
  /// Highest user limit of a voice channel.
  public static let voiceUserLimitMax = 99
  /// Highest user limit of a stage.
  public static let stageUserLimitMax = 10_000
  /// Pinned messages of a channel; beyond it 30003.
  public static let pinsPerChannel = 250
  /// Pins in one page of the list.
  public static let pinPage = 50
  /// Messages in one page of history.
  public static let historyPage = 100
  /// Unread messages that are noted for one person and channel, 8 octets each; older ones count no more.
  public static let unreadMentions = 250
  /// Messages of a channel that name roles or everybody, about 60 octets each; older ones count no more.
  public static let wideMentions = 100
  /// Friends, requests, blocked and ignored users of one person, about 150 octets each; beyond it 30002.
  public static let relationshipsPerUser = 1000
  /// People in a group; beyond it 30004.
  public static let groupRecipients = 10
  /// Code points of a group's name.
  public static let groupNameLength = 100
  /// Log-ins of one person, about 150 octets each; the oldest ends with one more.
  public static let loginsPerUser = 50
  /// How exactly a log-in's last use is kept: an hour in milliseconds.
  public static let loginUseStep: Int64 = 3_600_000
  /// Codes on paper of a second factor.
  public static let backupCodes = 10
  /// Messages in one page of an export.
  public static let exportPage = 1000
  /// What the usernames of deleted accounts begin with, and no other.
  public static let deletedPrefix = "deleted_user_"
  /// Channels that one request marks as read.
  public static let readMarks = 100
  /// Channels in one change of notification settings.
  public static let channelNotifications = 500
  /// Octets of the event log, some three million events; the oldest go, also when a reader has not come so far.
  ///
  /// Ours.
  public static let logOctets = 32 << 20
  /// Octets of pages of history that are kept in memory: some 600 channels' newest.
  ///
  /// Ours. When full, the page goes that nobody read the longest.
  public static let pageOctets = 64 << 20
  /// Reactions of a message that are remembered with their users; beyond it each reader's are counted anew.
  public static let talliedReactions = 500
  /// Messages in one page of a search.
  public static let searchPage = 25
  /// Messages of a search that may be passed over.
  public static let searchOffset = 9_975
  /// Messages of a search that are counted: what its last page reaches.
  public static let searchReach = searchOffset + searchPage
  /// The newest messages that a search by relevance puts in order; each is read for it, about 5 µs.
  ///
  /// Ours.
  public static let searchCandidates = 1_000
  /// Code points that are searched for.
  public static let searchLength = 1_024
  /// Authors, mentions, hosts or endings of names in one search.
  ///
  /// Ours (Discord's is 100): every message that fits is compared with each of them.
  public static let searchAlternatives = 25
  /// Members in one page of the list.
  public static let memberPage = 1000
  /// Users in one page of reactions.
  public static let reactionPage = 100
  /// Longest life of an invite in seconds: a week.
  public static let inviteAgeMax = 604_800
  /// Most uses of an invite with a limit.
  public static let inviteUsesMax = 100
  /// Longest time-out: 28 days in milliseconds.
  public static let timeoutMax: Int64 = 28 * 86_400_000
  /// How long an enforced nonce is remembered: ten minutes in milliseconds.
  public static let nonceAge: Int64 = 600_000
  /// Remembered nonces, about 200 octets each: 13 MB.
  ///
  /// When full the oldest goes first, counted.
  public static let rememberedNonces = 65_536
  /// Living gateway sessions that the core knows; beyond it identify answers 130000.
  public static let sessions = 200_000
  /// Requests in a batch.
  ///
  /// It bounds how long one transaction and one fsync make the first of them wait.
  public static let batch = 256
  /// Remembered last posts in channels with slow mode, about 60 octets each.
  ///
  /// When full, those that no slow mode reaches any more go, then all: slow mode fails open, counted.
  public static let slowModePosts = 65_536
  /// Chat commands of an application, for all guilds or for one; beyond it 30032.
  public static let chatCommands = 100
  /// Commands on users, and on messages, likewise.
  public static let contextCommands = 15
  /// Code points of a command's or option's name.
  public static let commandNameLength = 32
  /// Code points of a command's, option's or choice's text.
  public static let commandDescriptionLength = 100
  /// Options of a command or subcommand.
  public static let commandOptions = 25
  /// Choices of an option, and answers to what somebody types.
  public static let commandChoices = 25
  /// Code points of a text that is given to a command.
  public static let commandTextLength = 6000
  /// Rows of components beneath a message, and buttons in a row.
  public static let componentRows = 5
  /// Components of a message at all depths together.
  public static let componentsTotal = 40
  /// Code points of a component's id, and of a list's labels and values.
  public static let customIDLength = 100
  /// Code points on a button.
  public static let buttonLabelLength = 80
  /// Entries of a list to choose from.
  public static let selectOptions = 25
  /// Code points of a form's title.
  public static let modalTitleLength = 45
  /// How long a bot may take to answer first: three seconds in milliseconds.
  public static let interactionAnswer: Int64 = 3_000
  /// How long an interaction's token holds: 15 minutes in milliseconds.
  public static let interactionAge: Int64 = 900_000
  /// Code points of an application's description.
  public static let applicationDescriptionLength = 400
  /// Octets of the address that interactions are sent to.
  public static let endpointLength = 512
  /// Remembered interactions, about 1 KiB each: 33 MB.
  ///
  /// When full those whose token is void go, then all, counted.
  public static let interactions = 32_768
  /// Members that one prefix query of op 8 may ask for, and ids in a query by ids.
  public static let memberQuery = 100
  /// Octets of a Unicode emoji: the longest sequences (families, flags of regions) have 35.
  public static let emojiOctets = 64
}
