"""What a moderation bot does through discord.py; every change must come back over the gateway."""

import asyncio
import datetime

import discord


class Moderation:
    """Commands for `bot.Bot`, whose bot must be an administrator of its only guild."""

    def echo(self, event, check=lambda *_: True):
        return asyncio.ensure_future(self.wait_for(event, check=check, timeout=10))

    async def refused(self, code, request):
        """Waits for a request that the server has to refuse with this number."""
        try:
            await request
        except discord.HTTPException as error:
            assert error.code == code, f"{error.code} instead of {code}: {error}"
            return error
        raise AssertionError(f"not refused with {code}")

    async def on_guild_remove(self, guild):
        self.say(event="guild_remove", guild=str(guild.id))

    async def do_guild_tour(self):
        """Rename the guild, give it a system channel, and delete that channel."""
        guild = self.guilds[0]
        name, system = guild.name, guild.system_channel
        renamed = self.echo("guild_update", lambda _, after: after.name == "Nest")
        assert (await guild.edit(name="Nest")).name == "Nest"
        before, after = await renamed
        assert before.name == name and after.owner_id == guild.owner_id
        channel = await guild.create_text_channel("landing")
        moved = self.echo("guild_update", lambda _, after: after._system_channel_id == channel.id)
        await guild.edit(system_channel=channel)
        await moved
        silenced = self.echo("guild_update", lambda _, after: after._system_channel_id is None)
        await channel.delete()
        await silenced
        await self.refused(50035, guild.edit(name="x"))
        await guild.edit(name=name, system_channel=system)
        assert (await self.fetch_guild(guild.id)).name == name

    async def do_embed_tour(self, channel):
        """A full card is echoed, read back, edited, suppressed; wrong ones are refused by name."""
        channel = self.get_channel(int(channel))
        card = discord.Embed(
            title="Roost", description="a nest", url="https://roost.example/", colour=0x336699,
            timestamp=discord.utils.utcnow().replace(microsecond=123000))
        card.set_footer(text="foot", icon_url="https://roost.example/f.png")
        card.set_author(name="author", url="https://roost.example/a").set_image(url="https://roost.example/i.png")
        card.set_thumbnail(url="https://roost.example/t.png").add_field(name="n", value="v")
        created = self.echo("message", lambda m: m.embeds and m.author == self.user)
        message = await channel.send(embed=card)
        for seen in (message, await created, await channel.fetch_message(message.id)):
            there = seen.embeds[0]
            for part in ("title", "description", "url", "colour", "timestamp", "type"):
                assert getattr(there, part) == getattr(card, part), part
            for part, key in (("footer", "icon_url"), ("footer", "text"), ("author", "url"), ("image", "url"),
                              ("thumbnail", "url")):
                assert getattr(getattr(there, part), key) == getattr(getattr(card, part), key), (part, key)
            assert [(field.name, field.value, field.inline) for field in there.fields] == [("n", "v", True)]
        edited = self.echo("message_edit", lambda _, after: after.id == message.id)
        await message.edit(content="two", embeds=[card, discord.Embed(title="second")])
        assert [embed.title for embed in (await edited)[1].embeds] == ["Roost", "second"]
        assert (await message.edit(suppress=True)).embeds == []
        error = await self.refused(50035, channel.send(embed=discord.Embed(title="x" * 257)))
        assert "embeds.0.title" in str(error), error
        await self.refused(50006, channel.send(embed=discord.Embed()))
        await message.delete()

    async def do_purge_tour(self, channel):
        """Several messages go in one request and one event."""
        channel = self.get_channel(int(channel))
        messages = [await channel.send(f"purge {number}") for number in range(3)]
        bulk = self.echo("raw_bulk_message_delete")
        await channel.delete_messages(messages)
        assert (await bulk).message_ids == {message.id for message in messages}
        assert not {m.id for m in messages} & {m.id async for m in channel.history(limit=10)}
        old = [discord.Object(id=1), discord.Object(id=2)]
        await self.refused(50034, channel.delete_messages(old))

    async def do_ban_tour(self, user):
        """Ban with a reason and a purge, list, fetch, unban."""
        guild = self.guilds[0]
        target = guild.get_member(int(user)) or await guild.fetch_member(int(user))
        banned = self.echo("member_ban", lambda _, who: who.id == target.id)
        left = self.echo("member_remove", lambda member: member.id == target.id)
        await guild.ban(target, reason="spâm & more", delete_message_seconds=3600)
        await banned
        await left
        assert (await guild.fetch_ban(target)).reason == "spâm & more"
        assert [entry.user.id async for entry in guild.bans(limit=5)] == [target.id]
        unbanned = self.echo("member_unban", lambda _, who: who.id == target.id)
        await guild.unban(target)
        await unbanned
        await self.refused(10026, guild.fetch_ban(target))
        await self.refused(10026, guild.unban(target))

    async def do_role_tour(self, user, channel):
        """A role is made, given, taken and deleted; an overwrite set and lifted; a member timed out."""
        guild, channel = self.guilds[0], self.get_channel(int(channel))
        target = guild.get_member(int(user)) or await guild.fetch_member(int(user))
        role = await guild.create_role(
            name="helper", permissions=discord.Permissions(kick_members=True), colour=0x112233)
        given = self.echo("member_update", lambda _, after: role.id in [r.id for r in after.roles])
        await target.add_roles(role)
        await given
        changed = self.echo("guild_role_update", lambda _, after: after.name == "helpers")
        await role.edit(name="helpers", hoist=True)
        await changed
        await channel.set_permissions(role, send_messages=False)
        assert (await self.fetch_channel(channel.id)).overwrites_for(role).send_messages is False
        await channel.set_permissions(role, overwrite=None)
        await target.remove_roles(role)
        deleted = self.echo("guild_role_delete", lambda gone: gone.id == role.id)
        await role.delete()
        await deleted
        silenced = self.echo("member_update", lambda _, after: after.is_timed_out())
        await target.timeout(datetime.timedelta(minutes=5), reason="calm down")
        await silenced
        heard = self.echo("member_update", lambda _, after: not after.is_timed_out())
        await target.timeout(None)
        await heard
