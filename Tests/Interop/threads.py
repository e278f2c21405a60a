"""What a bot does with threads and forums through discord.py; every change must come back over the gateway."""

import discord


class Threads:
    """Commands for `bot.Bot`, whose bot must be an administrator of its only guild."""

    async def do_thread_tour(self, channel, user):
        """A thread of a message: made, written in, joined, renamed, archived, deleted."""
        channel, guild = self.get_channel(int(channel)), self.guilds[0]
        target = guild.get_member(int(user)) or await guild.fetch_member(int(user))
        said = await channel.send("what about lunch?")
        made = self.echo("thread_create", lambda thread: thread.id == said.id)
        edited = self.echo("raw_message_edit", lambda event: event.message_id == said.id)
        thread = await said.create_thread(name="Lunch Plans", auto_archive_duration=60, slowmode_delay=1)
        seen = await made
        assert (seen.name, seen.parent, seen.owner_id) == ("Lunch Plans", channel, self.user.id), seen
        assert (await edited).message.flags.has_thread
        assert thread.id == said.id and thread.auto_archive_duration == 60 and thread.slowmode_delay == 1
        assert thread.me is not None and thread.starter_message == said
        await self.refused(160004, said.create_thread(name="again"))

        heard = self.echo("message", lambda m: m.channel.id == thread.id and m.content == "one")
        joined = self.echo("thread_member_join", lambda member: member.id == target.id)
        message = await thread.send("one")
        assert isinstance((await heard).channel, discord.Thread)
        added = self.echo("message", lambda m: m.type is discord.MessageType.recipient_add)
        await thread.add_user(target)
        assert (await joined).thread == thread
        assert [who.id for who in (await added).mentions] == [target.id]
        assert {member.id for member in await thread.fetch_members()} == {self.user.id, target.id}
        await message.add_reaction("\N{EYES}")
        await message.pin()
        assert [m.id for m in [m async for m in thread.pins()]] == [message.id]
        kinds = [m.type async for m in thread.history(oldest_first=True)]
        assert kinds[0] is discord.MessageType.thread_starter_message, kinds
        assert discord.MessageType.pins_add in kinds

        gone = self.echo("raw_thread_member_remove", lambda event: event.thread_id == thread.id)
        await thread.remove_user(target)
        assert (await gone).data["removed_member_ids"] == [str(target.id)]
        renamed = self.echo("thread_update", lambda _, after: after.name == "Dinner")
        told = self.echo("message", lambda m: m.type is discord.MessageType.channel_name_change)
        await thread.edit(name="Dinner")
        await renamed
        assert (await told).content == "Dinner"
        shut = self.echo("thread_update", lambda _, after: after.archived and after.locked)
        await thread.edit(archived=True, locked=True)
        await shut
        await self.refused(50083, thread.edit(name="no"))
        assert thread.id in [t.id async for t in channel.archived_threads()]
        assert thread.id not in [t.id for t in await guild.active_threads()]
        opened = self.echo("raw_thread_update", lambda event: not event.data["thread_metadata"]["archived"])
        await thread.edit(archived=False)
        await opened
        deleted = self.echo("raw_thread_delete", lambda event: event.thread_id == thread.id)
        await thread.delete()
        assert (await deleted).parent_id == channel.id
        assert not (await channel.fetch_message(said.id)).flags.has_thread

    async def do_private_thread(self, channel, user):
        """A private thread with one member; whoever is not in it learns of nothing."""
        channel = self.get_channel(int(channel))
        announced = self.echo("message", lambda m: m.type is discord.MessageType.thread_created)
        opened = await channel.create_thread(name="open", type=discord.ChannelType.public_thread)
        assert (await announced).content == "open"
        made = self.echo("thread_create", lambda thread: thread.name == "hidden")
        hidden = await channel.create_thread(name="hidden", invitable=False)
        assert (await made).is_private() and hidden.invitable is False
        await hidden.send("secret")
        await hidden.add_user(discord.Object(id=int(user)))
        await hidden.send("for both")
        return {"open": str(opened.id), "hidden": str(hidden.id)}

    async def do_forum_tour(self):
        """A forum with tags: posts with and without them, pinned, closed, tags taken away."""
        guild = self.guilds[0]
        made = self.echo("guild_channel_create", lambda c: isinstance(c, discord.ForumChannel))
        forum = await guild.create_forum(
            "ideas", topic="write", default_auto_archive_duration=4320, default_thread_slowmode_delay=2,
            default_reaction_emoji="\N{THUMBS UP SIGN}", default_layout=discord.ForumLayoutType.gallery_view,
            default_sort_order=discord.ForumOrderType.creation_date,
            available_tags=[discord.ForumTag(name="bug", emoji="\N{BUG}"),
                            discord.ForumTag(name="done", moderated=True)])
        assert (await made).id == forum.id
        bug, done = forum.available_tags
        assert (bug.name, bug.emoji.name, done.moderated) == ("bug", "\N{BUG}", True), forum.available_tags
        assert forum.default_layout is discord.ForumLayoutType.gallery_view
        assert forum.default_sort_order is discord.ForumOrderType.creation_date
        assert forum.default_auto_archive_duration == 4320 and forum.default_thread_slowmode_delay == 2
        assert forum.default_reaction_emoji.name == "\N{THUMBS UP SIGN}"

        created = self.echo("thread_create", lambda thread: thread.name == "crash")
        first = self.echo("message", lambda m: m.content == "it crashes")
        thread, message = await forum.create_thread(name="crash", content="it crashes", applied_tags=[bug])
        assert message.id == thread.id and (await first).id == thread.id
        assert (await created).applied_tags == [bug] and thread.applied_tags == [bug]
        assert (await forum.guild.fetch_channel(forum.id)).last_message_id == thread.id
        pinned = self.echo("thread_update", lambda _, after: after.flags.pinned)
        await thread.edit(pinned=True)
        await pinned
        other = (await forum.create_thread(name="other", embed=discord.Embed(title="card"))).thread
        await self.refused(30047, other.edit(pinned=True))
        changed = self.echo("thread_update", lambda _, after: after.applied_tags == [bug, done])
        await thread.edit(applied_tags=[bug, done])
        await changed
        dropped = self.echo("thread_update", lambda _, after: [t.id for t in after.applied_tags] == [bug.id])
        forum = await forum.edit(available_tags=[bug], require_tag=True)
        await dropped
        assert forum.flags.require_tag and [tag.id for tag in forum.available_tags] == [bug.id]
        closed = self.echo("thread_update", lambda _, after: after.archived)
        await other.edit(archived=True)
        await closed
        assert [t.id async for t in forum.archived_threads()] == [other.id]
        gone = self.echo("guild_channel_delete", lambda c: c.id == forum.id)
        await forum.delete()
        await gone
        await self.refused(10003, self.fetch_channel(thread.id))
