"""One bot in one of Python's other Discord libraries: ready, write, edit, react, read, delete; then it ends.

Runs in the library's own environment. ROOST_LIBRARY names the module, ROOST_API the server, ROOST_CHANNEL
where to write. Prints one JSON object: the steps that were done, and what the library's log complained of.
"""

import asyncio
import importlib
import json
import logging
import os
import sys

LIBRARY, API = os.environ["ROOST_LIBRARY"], os.environ["ROOST_API"]
TOKEN, CHANNEL = os.environ["ROOST_TOKEN"], int(os.environ["ROOST_CHANNEL"])
THUMB = "\N{THUMBS UP SIGN}"
steps, complaints = [], []


class Complaints(logging.Handler):
    def emit(self, record):
        # These two speak of how Python was started, and of what voice would need.
        if record.name not in ("hikari.ux", "discord.utils"):
            complaints.append(f"{record.levelname} {record.name}: {record.getMessage()[:300]}")


def finish():
    """Ends here: how each library closes is not what is looked at."""
    print(json.dumps({"steps": steps, "complaints": complaints}), flush=True)
    os._exit(0)


def like_discord_py(library):
    """discord.py's relatives differ in names of constants only."""
    route = library.http.Route
    if hasattr(route, "API_BASE_URL"):
        route.API_BASE_URL = API.rsplit("/", 1)[0] + "/v{API_VERSION}"
    else:
        route.BASE = API
    # It is about text here; the libraries warn when what voice needs is not installed.
    if LIBRARY in ("disnake", "nextcord"):
        library.VoiceClient.warn_nacl = library.VoiceClient.warn_dave = False
    intents = library.Intents.default()
    intents.message_content = True

    class Bot(library.Client):
        async def on_ready(self):
            try:
                await self.work()
            except Exception as error:
                complaints.append(repr(error))
            finish()

        async def on_error(self, event, *_, **__):
            complaints.append(f"{event}: {sys.exc_info()[1]!r}")

        async def work(self):
            steps.append("ready")
            channel = self.get_channel(CHANNEL)

            def echo(event, check):
                return asyncio.ensure_future(self.wait_for(event, check=check, timeout=10))

            told = echo("message", lambda m: m.content == "hello é\U0001f600")
            message = await channel.send("hello é\U0001f600", embed=library.Embed(title="card"))
            assert (await told).id == message.id
            steps.append("send")
            told = echo("message_edit", lambda _, after: after.id == message.id)
            await message.edit(content="hello again")
            assert (await told)[1].content == "hello again"
            steps.append("edit")
            told = echo("reaction_add", lambda reaction, _: reaction.message.id == message.id)
            await message.add_reaction(THUMB)
            await told
            steps.append("react")
            assert message.id in [m.id async for m in channel.history(limit=10)]
            assert (await channel.fetch_message(message.id)).content == "hello again"
            steps.append("read")
            made = await channel.guild.create_text_channel("by-" + LIBRARY)
            await made.edit(topic="topic")
            await made.delete()
            steps.append("channel")
            await message.delete()
            steps.append("delete")

    return Bot(intents=intents).run(TOKEN)


def hikari_bot(hikari):
    bot = hikari.GatewayBot(TOKEN, rest_url=API, banner=None, logs=None)

    @bot.listen(hikari.StartedEvent)
    async def started(_):
        try:
            await work()
        except Exception as error:
            complaints.append(repr(error))
        finish()

    async def work():
        steps.append("ready")
        told = asyncio.ensure_future(bot.wait_for(
            hikari.GuildMessageCreateEvent, timeout=10, predicate=lambda e: e.content == "hello é"))
        await asyncio.sleep(0)
        message = await bot.rest.create_message(CHANNEL, "hello é", embed=hikari.Embed(title="card"))
        assert (await told).message.id == message.id
        steps.append("send")
        edited = await bot.rest.edit_message(CHANNEL, message, "hello again")
        assert edited.content == "hello again"
        steps.append("edit")
        await bot.rest.add_reaction(CHANNEL, message, THUMB)
        steps.append("react")
        assert message.id in [m.id async for m in bot.rest.fetch_messages(CHANNEL).limit(10)]
        steps.append("read")
        made = await bot.rest.create_guild_text_channel(message.guild_id or edited.guild_id or GUILD, "by-hikari")
        await bot.rest.edit_channel(made, topic="topic")
        await bot.rest.delete_channel(made)
        steps.append("channel")
        await bot.rest.delete_message(CHANNEL, message)
        steps.append("delete")

    bot.run(check_for_updates=False, asyncio_debug=False)


def interactions_bot(interactions):
    http = importlib.import_module("interactions.api.http.route")
    http.Route.BASE = API
    bot = interactions.Client(intents=interactions.Intents.DEFAULT | interactions.Intents.MESSAGE_CONTENT)

    @interactions.listen(interactions.api.events.Startup)
    async def started(_):
        try:
            await work()
        except Exception as error:
            complaints.append(repr(error))
        finish()

    async def work():
        steps.append("ready")
        channel = await bot.fetch_channel(CHANNEL)
        message = await channel.send("hello é", embeds=interactions.Embed(title="card"))
        steps.append("send")
        assert (await message.edit(content="hello again")).content == "hello again"
        steps.append("edit")
        await message.add_reaction(THUMB)
        steps.append("react")
        assert message.id in [m.id for m in await channel.fetch_messages(limit=10)]
        steps.append("read")
        made = await channel.guild.create_text_channel("by-interactions")
        await made.edit(topic="topic")
        await made.delete()
        steps.append("channel")
        await message.delete()
        steps.append("delete")

    bot.add_listener(started)
    bot.start(TOKEN)


GUILD = int(os.environ["ROOST_GUILD"])
logging.getLogger().addHandler(handler := Complaints(logging.WARNING))
run = {"hikari": hikari_bot, "interactions": interactions_bot}.get(LIBRARY, like_discord_py)
run(importlib.import_module(LIBRARY))
