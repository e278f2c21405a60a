"""What a bot does with webhooks and followed channels through discord.py."""

import io

import aiohttp
import discord

from files import png


class Webhooks:
    """Commands for `bot.Bot`, whose bot must be an administrator of its only guild."""

    async def do_webhooks_tour(self, channel):
        """Make, list, speak with everything, edit, delete, change, move and end."""
        channel = self.get_channel(int(channel))
        told = self.echo("webhooks_update", lambda where: where == channel)
        hook = await channel.create_webhook(name="Herald", avatar=png(8, 8), reason="news")
        await told
        assert hook.type is discord.WebhookType.incoming and hook.user == self.user and hook.token, hook
        assert hook.avatar.key and hook.id in [h.id for h in await channel.webhooks()]
        assert hook.token in [h.token for h in await channel.guild.webhooks()]

        seen = self.echo("message", lambda m: m.webhook_id == hook.id)
        message = await hook.send(
            "hear", username="Town crier", embed=discord.Embed(title="card"), wait=True,
            files=[discord.File(io.BytesIO(b"text"), "a.txt"), discord.File(io.BytesIO(png(3, 2)), "b.png")],
            allowed_mentions=discord.AllowedMentions.none())
        for shown in (message, await seen, await channel.fetch_message(message.id)):
            assert shown.webhook_id == hook.id and shown.author.name == "Town crier", shown
            assert shown.author.bot and shown.embeds[0].title == "card" and shown.content == "hear"
            assert [a.filename for a in shown.attachments] == ["a.txt", "b.png"], shown.attachments
        assert await message.attachments[0].read() == b"text"
        edited = await message.edit(content="hear, hear", attachments=[message.attachments[1]])
        assert edited.content == "hear, hear" and len(edited.attachments) == 1, edited
        assert (await hook.fetch_message(message.id)).content == "hear, hear"
        await message.delete()
        assert await hook.send("unheard") is None

        hook = await hook.edit(name="Crier")
        stage = await channel.guild.create_text_channel("elsewhere")
        hook = await hook.edit(channel=stage)
        assert hook.name == "Crier" and hook.channel_id == stage.id, hook
        async with aiohttp.ClientSession(connector=self.http.connector, connector_owner=False) as session:
            bare = discord.Webhook.partial(hook.id, hook.token, session=session)
            fetched = await bare.fetch()
            assert fetched.user is None and fetched.name == "Crier", fetched
            assert (await bare.send("alone", wait=True)).channel.id == stage.id
            wrong = discord.Webhook.partial(hook.id, hook.token[:-1] + "~", session=session)
            await self.refused(50027, wrong.send("x"))
        entries = [e async for e in channel.guild.audit_logs(action=discord.AuditLogAction.webhook_create)]
        assert entries[0].reason == "news" and entries[0].target.id == hook.id, entries
        await stage.delete()
        await self.refused(10015, self.fetch_webhook(hook.id))

    async def do_follow_tour(self, channel):
        """Follow an announcement channel; what it publishes comes, changes and ends here."""
        target = self.get_channel(int(channel))
        news = await target.guild.create_text_channel("headlines", news=True)
        noticed = self.echo("message", lambda m: m.type is discord.MessageType.channel_follow_add)
        hook = await news.follow(destination=target)
        assert (await noticed).channel == target
        listed = [h for h in await target.webhooks() if h.id == hook.id][0]
        assert listed.type is discord.WebhookType.channel_follower, listed
        assert listed.source_channel.id == news.id and listed.source_guild.id == target.guild.id
        copied = self.echo("message", lambda m: m.flags.is_crossposted)
        said = await news.send("breaking")
        await said.publish()
        copy = await copied
        assert copy.content == "breaking" and copy.channel == target and copy.webhook_id == hook.id
        assert copy.reference.message_id == said.id and copy.reference.channel_id == news.id
        edited = self.echo("message_edit", lambda _, after: after.id == copy.id)
        await said.edit(content="mended")
        assert (await edited)[1].content == "mended"
        gone = self.echo("message_edit", lambda _, after: after.flags.source_message_deleted)
        await said.delete()
        assert (await gone)[1].id == copy.id
        await listed.delete()
        await news.delete()
