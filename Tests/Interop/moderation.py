"""What a moderation bot does through discord.py; every change must come back over the gateway."""

import asyncio

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
