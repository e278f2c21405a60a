"""An unmodified discord.py bot that is told what to do on stdin and says what it sees on stdout.

One JSON object a line. Commands: {"do": name, "id": n, ...}; answers: {"id": n, "ok": bool, ...};
whatever happens meanwhile: {"event": name, ...}. The server's address and the token come from the
environment: ROOST_API, ROOST_TOKEN, and SSL_CERT_FILE for its private certificate authority.
"""

import asyncio
import json
import logging
import math
import os
import sys
import threading
import time
import traceback

import discord
import discord.http
import discord.opus
import numpy
import yarl
from discord.ext import voice_recv
from discord.gateway import DiscordWebSocket

import tones
from commands import Commands
from community import Community
from files import Files
from life import Life
from moderation import Moderation
from threads import Threads
from webhooks import Webhooks

discord.http.Route.BASE = os.environ["ROOST_API"]


def say(**fields):
    print(json.dumps(fields), flush=True)


class WarningsAreEvents(logging.Handler):
    """The acceptance rule is "nothing in the library's log above INFO"."""

    def emit(self, record):
        say(event="log", level=record.levelname, text=record.getMessage()[:500])


class Tone(discord.AudioSource):
    """A sinusoid as 20 ms frames of 48 kHz stereo, for ever."""

    def __init__(self, hertz):
        self.hertz, self.position = hertz, 0

    def read(self):
        time_axis = (numpy.arange(960) + self.position) / 48000
        self.position += 960
        wave = (0.35 * 32767 * numpy.sin(2 * math.pi * self.hertz * time_axis)).astype("<i2")
        return numpy.repeat(wave, 2).tobytes()


class Ear(voice_recv.AudioSink):
    """Decodes every speaker apart, keeps the last seconds and every packet's sequence and arrival."""

    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()
        self.speakers = {}

    def wants_opus(self):
        return True

    def write(self, user, data):
        now, packet = time.time(), data.packet
        if not data.opus:
            return
        with self.lock:
            speaker = self.speakers.setdefault(
                packet.ssrc,
                {"user": None, "decoder": discord.opus.Decoder(), "pcm": bytearray(), "packets": []})
            speaker["user"] = str(user.id) if user else speaker["user"]
            speaker["packets"].append((packet.sequence, packet.timestamp, now))
            speaker["pcm"] += speaker["decoder"].decode(data.opus, fec=False)
            del speaker["pcm"][: -192000 * 5]

    def cleanup(self):
        pass


class Bot(Commands, Community, Files, Life, Moderation, Threads, Webhooks, discord.Client):
    say = staticmethod(say)

    def __init__(self):
        intents = discord.Intents.default()
        intents.message_content = True
        intents.members = True
        super().__init__(intents=intents, guild_ready_timeout=0.5)
        self.voice, self.ear = None, None

    async def setup_hook(self):
        _, url, _ = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)

    async def on_ready(self):
        say(event="ready", user=str(self.user.id), guilds=[str(guild.id) for guild in self.guilds])

    async def on_resumed(self):
        say(event="resumed")

    async def on_message(self, message):
        say(event="message", author=str(message.author.id), channel=str(message.channel.id), content=message.content)

    async def on_voice_state_update(self, member, before, after):
        channel = str(after.channel.id) if after.channel else None
        say(event="voice_state", user=str(member.id), channel=channel, self_mute=after.self_mute, mute=after.mute)

    async def on_error(self, event, *_, **__):
        say(event="exception", where=event, text=traceback.format_exc())

    # Commands, one method each.

    async def do_join(self, channel):
        asked = time.time()
        self.voice = await self.get_channel(int(channel)).connect(
            cls=voice_recv.VoiceRecvClient, timeout=15, reconnect=True, self_deaf=False)
        self.ear = Ear()
        self.voice.listen(self.ear)
        connection = self.voice._connection
        return {"asked": asked, "joined": time.time(), "ssrc": connection.ssrc, "mode": connection.mode}

    async def do_leave(self):
        await self.voice.disconnect()
        self.voice = None

    async def do_play(self, hertz):
        self.voice.play(Tone(hertz), application="audio", signal_type="music")

    async def do_playing(self):
        return {"playing": bool(self.voice and self.voice.is_playing())}

    async def do_stop(self):
        self.voice.stop_playing()

    async def do_self_mute(self, on):
        asked = time.time()
        channel = self.voice.channel
        await channel.guild.change_voice_state(channel=channel, self_mute=on)
        return {"at": asked}

    async def do_server_mute(self, user, on):
        guild = self.guilds[0]
        asked = time.time()
        await (guild.get_member(int(user)) or await guild.fetch_member(int(user))).edit(mute=on)
        return {"at": asked}

    async def do_close_udp(self):
        """What a crashing network stack does: the port is gone, nobody says goodbye."""
        self.voice._connection.socket.close()

    async def do_hear(self, seconds, tones_hz):
        """The level of each tone in each speaker's last `seconds`."""
        with self.ear.lock:
            heard = []
            for ssrc, speaker in self.ear.speakers.items():
                samples = tones.mono(speaker["pcm"][-int(192000 * seconds):])
                heard.append({
                    "ssrc": ssrc, "user": speaker["user"], "packets": len(speaker["packets"]),
                    "first": speaker["packets"][0][2], "last": speaker["packets"][-1][2],
                    "levels": {str(hertz): tones.level(samples, hertz) for hertz in tones_hz}})
        return {"heard": heard}

    async def do_clear(self):
        with self.ear.lock:
            self.ear.speakers.clear()

    async def do_sequence(self):
        """Per speaker: packets, and how many sequence numbers were missing, repeated or out of order."""
        with self.ear.lock:
            report = []
            for ssrc, speaker in self.ear.speakers.items():
                missing = disordered = backwards = 0
                packets = speaker["packets"]
                for (a, time_a, _), (b, time_b, _) in zip(packets, packets[1:]):
                    step = (b - a) & 0xFFFF
                    missing += step - 1 if 1 < step < 0x8000 else 0
                    disordered += step == 0 or step >= 0x8000
                    backwards += ((time_b - time_a) & 0xFFFFFFFF) >= 0x80000000
                report.append({
                    "ssrc": ssrc, "user": speaker["user"], "packets": len(packets), "missing": missing,
                    "disordered": disordered, "backwards": backwards})
        return {"speakers": report}

    async def do_send(self, channel, content):
        message = await self.get_channel(int(channel)).send(content)
        return {"message": str(message.id)}

    async def do_text_tour(self, channel):
        """Create, edit, react, read back, delete: each gateway echo must come."""
        channel = self.get_channel(int(channel))
        content = f"tour {time.time()} é世\U0001f600"

        def echo(event, check):
            return asyncio.ensure_future(self.wait_for(event, check=check, timeout=5))

        created = echo("message", lambda m: m.content == content)
        message = await channel.send(content)
        assert (await created).id == message.id
        edited = echo("message_edit", lambda _, after: after.id == message.id)
        await message.edit(content=content + "!")
        assert (await edited)[1].content == content + "!"
        added = echo("reaction_add", lambda reaction, _: reaction.message.id == message.id)
        await message.add_reaction("\U0001f44d")
        assert str((await added)[0].emoji) == "\U0001f44d"
        removed = echo("raw_reaction_remove", lambda payload: payload.message_id == message.id)
        await message.remove_reaction("\U0001f44d", self.user)
        await removed
        assert message.id in [m.id async for m in channel.history(limit=10)]
        assert (await channel.fetch_message(message.id)).content == content + "!"
        deleted = echo("message_delete", lambda m: m.id == message.id)
        await message.delete()
        await deleted

    async def do_cut(self, channel):
        """Cuts the gateway's TCP connection; a message sent meanwhile must be replayed."""
        content, session = f"while away {time.time()}", self.ws.session_id
        seen = asyncio.ensure_future(self.wait_for("message", check=lambda m: m.content == content, timeout=15))
        resumed = asyncio.ensure_future(self.wait_for("resumed", timeout=15))
        await asyncio.sleep(0)
        connection = self.ws.socket._response.connection
        (connection.transport if connection else self.ws.socket._writer.transport).abort()
        await self.get_channel(int(channel)).send(content)
        await resumed
        await seen
        assert self.ws.session_id == session, "resumed into another session"

    async def obey(self):
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            command = json.loads(line)
            number, name = command.pop("id"), command.pop("do")
            try:
                say(id=number, ok=True, **(await getattr(self, "do_" + name)(**command) or {}))
            except Exception:
                say(id=number, ok=False, error=traceback.format_exc())
        await self.close()


async def main():
    logging.getLogger("discord").addHandler(WarningsAreEvents(logging.WARNING))
    async with Bot() as bot:
        # The loop holds tasks weakly: one that nobody keeps is collected while it waits.
        obeying = asyncio.ensure_future(bot.obey())
        await bot.start(os.environ["ROOST_TOKEN"])
        await obeying


asyncio.run(main())
