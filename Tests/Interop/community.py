"""What a bot that runs a community does through discord.py; every change must come back over the gateway."""

import asyncio

import discord


class Community:
    """Commands for `bot.Bot`, whose bot must be an administrator of its only guild."""

    async def do_settings_tour(self):
        """Every setting of a guild that discord.py knows, and back."""
        guild = self.guilds[0]
        rules = await guild.create_text_channel("rules", news=True)
        assert rules.is_news(), rules.type
        voice = await guild.create_voice_channel("away")
        changed = self.echo("guild_update", lambda _, after: after.description == "a nest")
        await guild.edit(
            description="a nest", community=True, rules_channel=rules, public_updates_channel=rules,
            verification_level=discord.VerificationLevel.low, afk_channel=voice, afk_timeout=900,
            default_notifications=discord.NotificationLevel.only_mentions,
            explicit_content_filter=discord.ContentFilter.all_members,
            preferred_locale=discord.Locale.german,
            system_channel_flags=discord.SystemChannelFlags(join_notifications=False))
        _, after = await changed
        assert after.rules_channel == rules and after.public_updates_channel == rules
        assert after.verification_level is discord.VerificationLevel.low and after.afk_channel == voice
        assert after.default_notifications is discord.NotificationLevel.only_mentions
        assert after.explicit_content_filter is discord.ContentFilter.all_members
        assert after.preferred_locale is discord.Locale.german and after.afk_timeout == 900
        assert "COMMUNITY" in after.features and not after.system_channel_flags.join_notifications
        await self.refused(50074, rules.delete())
        await self.refused(50035, guild.edit(icon=b"\x89PNG\r\n\x1a\n"))
        freed = self.echo("guild_update", lambda _, after: after.afk_channel is None)
        await voice.delete()
        await freed
        assert not (await rules.edit(type=discord.ChannelType.text)).is_news()
        await guild.edit(
            community=False, description=None, rules_channel=None, public_updates_channel=None,
            verification_level=discord.VerificationLevel.none,
            default_notifications=discord.NotificationLevel.all_messages,
            explicit_content_filter=discord.ContentFilter.disabled,
            system_channel_flags=discord.SystemChannelFlags(join_notifications=True))
        await rules.delete()

    async def do_order_tour(self):
        """Roles and channels are given an order; a role its style."""
        guild = self.guilds[0]
        low, high = [await guild.create_role(name=name) for name in ("low", "high")]
        moved = self.echo("guild_role_update", lambda _, after: after.id == low.id and after.position == 2)
        await guild.edit_role_positions({low: 2, high: 1})
        await moved
        fetched = await guild.fetch_role(low.id)
        assert (fetched.position, guild.get_role(high.id).position) == (2, 1)
        assert guild.get_role(low.id) > guild.get_role(high.id)
        styled = self.echo("guild_role_update", lambda _, after: after.id == low.id)
        await low.edit(
            display_icon="\N{WHITE HEAVY CHECK MARK}", hoist=True, mentionable=True,
            colour=0x112233, secondary_colour=0x445566)
        _, after = await styled
        assert after.display_icon == "\N{WHITE HEAVY CHECK MARK}" and after.hoist and after.mentionable
        assert after.secondary_colour.value == 0x445566, after.secondary_colour
        for role in (low, high):
            await role.delete()
        category = await guild.create_category("shelf")
        first, second = [await guild.create_text_channel(name, category=category) for name in ("one", "two")]
        placed = self.echo("guild_channel_update", lambda _, after: after.id == second.id)
        await second.move(beginning=True, category=category, sync_permissions=True)
        await placed
        assert [channel.id for channel in guild.get_channel(category.id).channels] == [second.id, first.id]
        for channel in (first, second, category):
            await channel.delete()

    async def do_audit_tour(self, user):
        """What moderators do is told and listed with actor, target, changes and reason."""
        guild = self.guilds[0]
        target = guild.get_member(int(user)) or await guild.fetch_member(int(user))
        entries = asyncio.Queue()
        self.on_audit_log_entry_create = entries.put

        async def told(action):
            entry = await asyncio.wait_for(entries.get(), 10)
            assert entry.action is action, (entry.action, action)
            assert entry.user == self.user, entry.user
            return entry

        role = await guild.create_role(name="scribe", reason="quïll & ink")
        made = await told(discord.AuditLogAction.role_create)
        assert made.reason == "quïll & ink" and made.target == role and made.after.name == "scribe"
        await role.edit(name="clerk", permissions=discord.Permissions(kick_members=True))
        changed = await told(discord.AuditLogAction.role_update)
        assert (changed.before.name, changed.after.name) == ("scribe", "clerk")
        assert changed.after.permissions.kick_members
        await target.add_roles(role, reason="hired")
        hired = await told(discord.AuditLogAction.member_role_update)
        assert hired.target == target and hired.after.roles == [role] and hired.before.roles == []
        await target.edit(nick="Clerk")
        assert (await told(discord.AuditLogAction.member_update)).after.nick == "Clerk"
        channel = await guild.create_text_channel(
            "desk", overwrites={role: discord.PermissionOverwrite(send_messages=False)})
        created = await told(discord.AuditLogAction.channel_create)
        assert created.target == channel and created.after.type is discord.ChannelType.text
        assert [who.id for who, _ in created.after.overwrites] == [role.id]
        await channel.set_permissions(target, view_channel=True)
        overwritten = await told(discord.AuditLogAction.overwrite_create)
        assert overwritten.target == channel and overwritten.extra == target
        invite = await channel.create_invite(max_age=60)
        invited = await told(discord.AuditLogAction.invite_create)
        assert invited.after.code == invite.code and invited.after.max_age == 60
        await invite.delete()
        await told(discord.AuditLogAction.invite_delete)
        await channel.delete()
        await told(discord.AuditLogAction.channel_delete)
        await target.edit(nick=None)
        await told(discord.AuditLogAction.member_update)
        await role.delete()
        await told(discord.AuditLogAction.role_delete)
        listed = [e async for e in guild.audit_logs(limit=3, action=discord.AuditLogAction.role_update)]
        assert listed[0].id == changed.id and listed[0].target.id == role.id, listed
        mine = [e.id async for e in guild.audit_logs(limit=200, user=self.user, oldest_first=True)]
        assert mine == sorted(mine) and made.id in mine and hired.id in mine

    async def do_pin_tour(self, channel):
        """Pin, list, unpin; forward; publish; clear reactions."""
        channel = self.get_channel(int(channel))
        first, second = [await channel.send(f"pin {number}") for number in range(2)]
        notice = self.echo("message", lambda m: m.type is discord.MessageType.pins_add)
        updated = self.echo("guild_channel_pins_update")
        await first.pin(reason="worth it")
        assert (await notice).reference.message_id == first.id
        where, last = await updated
        assert where == channel and last is not None
        await second.pin()
        pins = [message async for message in channel.pins(limit=None)]
        assert [message.id for message in pins] == [second.id, first.id], pins
        assert all(message.pinned and message.pinned_at for message in pins)
        assert (await channel.fetch_message(first.id)).pinned
        edited = self.echo("raw_message_edit", lambda event: event.message_id == second.id)
        await second.unpin()
        assert not (await edited).message.pinned
        assert [message.id async for message in channel.pins()] == [first.id]

        card = await channel.send("look", embed=discord.Embed(title="card"))
        forwarded = self.echo("message", lambda m: m.reference and m.reference.message_id == card.id)
        await card.forward(channel)
        seen = await forwarded
        assert seen.flags.forwarded and seen.reference.type is discord.MessageReferenceType.forward
        assert seen.message_snapshots[0].content == "look"
        assert seen.message_snapshots[0].embeds[0].title == "card"

        for emoji in "\N{THUMBS UP SIGN}\N{EYES}":
            await card.add_reaction(emoji)
        gone = self.echo("raw_reaction_clear_emoji", lambda event: event.message_id == card.id)
        await card.clear_reaction("\N{EYES}")
        assert (await gone).emoji.name == "\N{EYES}"
        cleared = self.echo("raw_reaction_clear", lambda event: event.message_id == card.id)
        await card.clear_reactions()
        await cleared
        assert (await channel.fetch_message(card.id)).reactions == []

        news = await channel.guild.create_text_channel("news", news=True)
        announced = await news.send("hear, hear")
        published = self.echo("raw_message_edit", lambda event: event.message_id == announced.id)
        await announced.publish()
        assert (await published).message.flags.crossposted
        await self.refused(40033, announced.publish())
        await news.delete()

    async def do_whisper(self, user):
        """Writes to a person, edits, types, reacts; nothing of it is in a guild."""
        person = await self.fetch_user(int(user))
        sent = self.echo("message", lambda m: m.author == self.user and m.guild is None)
        message = await person.send("psst")
        assert (await sent).id == message.id and isinstance(message.channel, discord.DMChannel)
        assert message.channel.recipient.id == person.id
        edited = self.echo("message_edit", lambda _, after: after.id == message.id)
        await message.edit(content="psst!")
        assert (await edited)[1].content == "psst!"
        await message.channel.typing()
        reacted = self.echo("raw_reaction_add", lambda event: event.message_id == message.id)
        await message.add_reaction("\N{EYES}")
        assert (await reacted).guild_id is None
        assert [m.id async for m in message.channel.history()] == [message.id]
        self.answer = self.echo("message", lambda m: m.author.id == person.id and m.guild is None)
        return {"channel": str(message.channel.id)}

    async def do_answered(self):
        """What the person wrote back."""
        return {"content": (await self.answer).content}

    async def do_bulk_ban_tour(self, user):
        """Two are named, one can be banned."""
        guild, person = self.guilds[0], discord.Object(id=int(user))
        banned = self.echo("member_ban", lambda _, who: who.id == person.id)
        result = await guild.bulk_ban([person, guild.owner or discord.Object(id=guild.owner_id)])
        await banned
        assert [who.id for who in result.banned] == [person.id], result.banned
        assert [who.id for who in result.failed] == [guild.owner_id], result.failed
        await self.refused(500000, guild.bulk_ban([person]))
        await guild.unban(person)
