"""What a bot does with files through discord.py."""

import io

import discord

from pictures import png


class Files:
    """Commands for `bot.Bot`, whose bot must be an administrator of its only guild."""

    async def do_files_tour(self):
        """Files with a message, their reading, edits that drop one and add one, and the end of all."""
        channel = self.guilds[0].text_channels[0]
        picture, text = png(30, 20), b"line\r\n--x--\r\n" * 9000
        seen = self.echo("message", lambda message: message.content == "two files")
        message = await channel.send("two files", files=[
            discord.File(io.BytesIO(picture), "pic ture.png", description="a grey field", spoiler=True),
            discord.File(io.BytesIO(text), "notes.txt")])
        for shown in (message, await seen, await channel.fetch_message(message.id)):
            first, second = shown.attachments
            assert first.filename == "SPOILER_pic_ture.png" and first.is_spoiler(), first
            assert (first.width, first.height, first.size) == (30, 20, len(picture)), first
            assert first.content_type == "image/png" and first.description == "a grey field", first
            assert await first.read() == picture and await second.read() == text
            assert await second.read(use_cached=True) == text
        edited = await message.edit(attachments=[
            message.attachments[1], discord.File(io.BytesIO(b"new"), "new.bin")])
        assert [a.filename for a in edited.attachments] == ["notes.txt", "new.bin"], edited.attachments
        await self.gone(message.attachments[0])
        edited = await edited.add_files(discord.File(io.BytesIO(b"more"), "more.bin"))
        assert len(edited.attachments) == 3 and await edited.attachments[2].read() == b"more"
        edited = await edited.remove_attachments(edited.attachments[2])
        assert len(edited.attachments) == 2, edited.attachments
        await edited.delete()
        await self.gone(edited.attachments[0])

    async def gone(self, attachment):
        try:
            await attachment.read()
        except discord.NotFound:
            return
        raise AssertionError(f"{attachment.url} is still there")

    async def do_pictures_tour(self):
        """A user's and a guild's picture."""
        guild = self.guilds[0]
        user = await self.user.edit(avatar=png(8, 8))
        assert user.avatar is not None and not user.avatar.is_animated(), user.avatar
        changed = self.echo("guild_update", lambda _, after: after.icon is not None)
        await guild.edit(icon=b"GIF89a\x04\x00\x04\x00\x00\x00\x00;")
        await changed
        assert self.guilds[0].icon.is_animated()
        await self.refused(50035, guild.edit(icon=b"\x89PNG\r\n\x1a\n"))
        return {"avatar": user.avatar.key, "icon": self.guilds[0].icon.key, "guild": str(guild.id)}
