extension RequiredKeys {
  /// Threads, their members, and channels that hold threads.
  static let threadKeys: [RequiredKeys] = [
    RequiredKeys(
      "CHANNEL_CREATE forum",
      required: """
        available_tags[].emoji_id available_tags[].emoji_name available_tags[].id
        available_tags[].moderated available_tags[].name default_reaction_emoji.emoji_id
        default_reaction_emoji.emoji_name guild_id id name permission_overwrites
        permission_overwrites[].allow permission_overwrites[].deny permission_overwrites[].id
        permission_overwrites[].type position topic type
        """,
      nonNull: """
        available_tags available_tags[].id default_auto_archive_duration
        default_thread_rate_limit_per_user flags guild_id id permission_overwrites
        permission_overwrites[].allow permission_overwrites[].deny permission_overwrites[].id
        position rate_limit_per_user type
        """),
    RequiredKeys(
      "CHANNEL_CREATE news",
      required: """
        guild_id id name permission_overwrites permission_overwrites[].allow
        permission_overwrites[].deny permission_overwrites[].id permission_overwrites[].type
        position topic type
        """,
      nonNull: """
        default_auto_archive_duration flags guild_id id permission_overwrites
        permission_overwrites[].allow permission_overwrites[].deny permission_overwrites[].id
        position type
        """),
    RequiredKeys(
      "THREAD_CREATE",
      required: """
        guild_id id member.flags member.join_timestamp member.user_id member_count message_count
        name owner_id parent_id thread_metadata thread_metadata.archive_timestamp
        thread_metadata.archived thread_metadata.auto_archive_duration thread_metadata.locked
        type
        """,
      nonNull: """
        applied_tags flags guild_id id member member.flags member.id member.join_timestamp
        member.user_id member_count message_count owner_id parent_id rate_limit_per_user
        thread_metadata thread_metadata.archive_timestamp thread_metadata.auto_archive_duration
        type
        """),
    RequiredKeys(
      "THREAD_UPDATE",
      required: """
        guild_id id member.flags member.join_timestamp member.user_id member_count message_count
        owner_id parent_id thread_metadata thread_metadata.archive_timestamp
        thread_metadata.archived thread_metadata.auto_archive_duration thread_metadata.locked
        type
        """,
      nonNull: """
        applied_tags flags guild_id id member.flags member.join_timestamp member.user_id
        member_count message_count owner_id parent_id rate_limit_per_user thread_metadata
        thread_metadata.archive_timestamp thread_metadata.auto_archive_duration type
        """),
    RequiredKeys(
      "THREAD_DELETE",
      required: """
        guild_id id parent_id type
        """,
      nonNull: """
        guild_id id parent_id type
        """),
    RequiredKeys(
      "THREAD_LIST_SYNC",
      required: """
        guild_id members members[].flags members[].id members[].join_timestamp members[].user_id
        threads threads[].id threads[].member.flags threads[].member.join_timestamp
        threads[].member.user_id threads[].member_count threads[].message_count threads[].name
        threads[].owner_id threads[].parent_id threads[].thread_metadata
        threads[].thread_metadata.archive_timestamp threads[].thread_metadata.archived
        threads[].thread_metadata.auto_archive_duration threads[].thread_metadata.locked
        threads[].type
        """,
      nonNull: """
        channel_ids guild_id members members[].flags members[].id members[].join_timestamp
        members[].user_id threads threads[].applied_tags threads[].flags threads[].id
        threads[].member threads[].member.flags threads[].member.id
        threads[].member.join_timestamp threads[].member.user_id threads[].member_count
        threads[].message_count threads[].owner_id threads[].parent_id
        threads[].rate_limit_per_user threads[].thread_metadata
        threads[].thread_metadata.archive_timestamp
        threads[].thread_metadata.auto_archive_duration threads[].type
        """),
    RequiredKeys(
      "THREAD_MEMBER_UPDATE",
      required: """
        flags guild_id id join_timestamp
        """,
      nonNull: """
        guild_id id user_id
        """),
    RequiredKeys(
      "THREAD_MEMBERS_UPDATE",
      required: """
        added_members[].flags added_members[].id added_members[].join_timestamp
        added_members[].member.joined_at added_members[].member.roles
        added_members[].member.user added_members[].member.user.avatar
        added_members[].member.user.discriminator added_members[].member.user.id
        added_members[].member.user.username added_members[].user_id guild_id id member_count
        """,
      nonNull: """
        added_members added_members[].flags added_members[].id added_members[].join_timestamp
        added_members[].member.roles added_members[].member.user added_members[].member.user.id
        added_members[].member.user.public_flags added_members[].user_id guild_id id
        member_count removed_member_ids
        """),
  ]
}
