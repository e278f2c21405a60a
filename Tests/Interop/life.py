"""One community lived through by a discord.py bot, step by step, from the first channel to the guild's end."""

import asyncio
import datetime

import aiohttp
import discord

from life_of_order import Order
from life_of_words import Words


class Life(Words, Order):
    """A command for `bot.Bot`, whose bot must be an administrator of its only guild.

    `do_life` takes a person's token too: what bots cannot do (join, press, fill in, delete a guild) the
    person does over REST, and the bot sees it happen.
    """

    async def do_life(self, api, person, other, text, voice):
        self.steps, self.api, self.person_token = [], api, person
        self.guild, self.other = self.guilds[0], int(other)
        self.text, self.voice_channel = self.get_channel(int(text)), self.get_channel(int(voice))
        async with aiohttp.ClientSession() as self.person_session:
            self.owner = await self.person("GET", "/users/@me")
            for chapter in (
                    self.founding, self.ranks, self.places, self.locks, self.doors, self.people, self.words,
                    self.answers, self.cards, self.papers, self.marks, self.board, self.news, self.memory,
                    self.orders, self.whispers, self.calls, self.justice, self.ledger, self.ending):
                await chapter()
        return {"steps": len(self.steps), "last": self.steps[-1]}

    async def person(self, method, path, body=None, status=None):
        """What the person does; its answer."""
        async with self.person_session.request(
                method, self.api + path, json=body, headers={"Authorization": self.person_token}) as answer:
            assert answer.status == (status or answer.status) and answer.status < 500, await answer.text()
            assert status or answer.status < 400, f"{method} {path}: {await answer.text()}"
            return await answer.json() if answer.status != 204 else None

    async def step(self, name, deed, event=None, check=lambda *_: True):
        """Does one thing, and waits for what the gateway has to tell of it."""
        self.steps.append(name)
        try:
            told = self.echo(event, check) if event else None
            result = await deed
            if told:
                await told
            return result
        except Exception as error:
            raise AssertionError(f"step {len(self.steps)}, {name}: {error!r}") from error

    def that(self, name, is_so):
        """One thing that must be so."""
        self.steps.append(name)
        assert is_so, f"step {len(self.steps)}: {name}"

    async def founding(self):
        guild = self.guild
        await self.step("fetch the guild", self.fetch_guild(guild.id))
        await self.step(
            "rename it", guild.edit(name="Town"), "guild_update", lambda _, after: after.name == "Town")
        await self.step(
            "describe it", guild.edit(description="a small town"), "guild_update",
            lambda _, after: after.description == "a small town")
        await self.step(
            "raise verification", guild.edit(verification_level=discord.VerificationLevel.low), "guild_update")
        await self.step(
            "lower it again", guild.edit(verification_level=discord.VerificationLevel.none), "guild_update")
        await self.step("count its people", self.fetch_guild(guild.id, with_counts=True))
        members = await self.step("fetch all members", self.collect(guild.fetch_members(limit=None)))
        self.that("everybody is listed", len(members) == guild.member_count)
        found = await self.step("look for members by name", guild.query_members("owner", limit=5))
        self.that("the owner is found", str(found[0].id) == self.owner["id"])
        self.that("the bot owns an application", (await self.application_info()).id == self.user.id)
        self.that("its permissions are known", guild.me.guild_permissions.administrator)

    @staticmethod
    async def collect(things):
        return [thing async for thing in things]

    async def ranks(self):
        guild = self.guild
        self.mayor = await self.step(
            "make a role", guild.create_role(name="mayor", colour=0x336699, hoist=True), "guild_role_create")
        self.clerk = await self.step("make another", guild.create_role(name="clerk"), "guild_role_create")
        self.smith = await self.step("and a third", guild.create_role(name="smith"), "guild_role_create")
        await self.step(
            "give it permissions",
            self.clerk.edit(permissions=discord.Permissions(manage_messages=True, send_messages=True)),
            "guild_role_update", lambda _, after: after.permissions.manage_messages)
        await self.step(
            "let it be mentioned", self.smith.edit(mentionable=True), "guild_role_update",
            lambda _, after: after.mentionable)
        await self.step(
            "sort roles", guild.edit_role_positions({self.mayor: 3, self.clerk: 2, self.smith: 1}))
        self.that("the mayor stands above", guild.get_role(self.mayor.id) > guild.get_role(self.clerk.id))
        roles = await self.step("fetch roles", guild.fetch_roles())
        self.that("all are there", {self.mayor.id, self.clerk.id, self.smith.id} <= {r.id for r in roles})
        member = guild.get_member(self.other)
        await self.step(
            "employ somebody", member.add_roles(self.clerk, reason="hired"), "member_update",
            lambda _, after: self.clerk in after.roles)
        await self.step(
            "and dismiss them", member.remove_roles(self.clerk), "member_update",
            lambda _, after: self.clerk not in after.roles)
        await self.step(
            "employ them as two things", member.edit(roles=[self.clerk, self.smith]), "member_update",
            lambda _, after: len(after.roles) >= 3)
        await self.step(
            "rename a role", self.smith.edit(name="blacksmith"), "guild_role_update",
            lambda _, after: after.name == "blacksmith")

    async def places(self):
        guild = self.guild
        self.street = await self.step(
            "make a category", guild.create_category("Street"), "guild_channel_create")
        self.inn = await self.step(
            "make a text channel", guild.create_text_channel("inn", category=self.street, topic="ale"),
            "guild_channel_create")
        self.forge = await self.step(
            "make another", guild.create_text_channel("forge", category=self.street, slowmode_delay=5),
            "guild_channel_create")
        self.hall = await self.step(
            "make a voice channel", guild.create_voice_channel("hall", category=self.street, bitrate=32_000),
            "guild_channel_create")
        self.attic = await self.step(
            "make another voice channel", guild.create_voice_channel("attic", user_limit=3),
            "guild_channel_create")
        self.theatre = await self.step(
            "make a stage", guild.create_stage_channel("theatre"), "guild_channel_create")
        self.gazette = await self.step(
            "make an announcement channel", guild.create_text_channel("gazette", news=True),
            "guild_channel_create")
        self.that("it is for news", self.gazette.is_news())
        await self.step(
            "change a topic", self.inn.edit(topic="ale and bread"), "guild_channel_update",
            lambda _, after: after.id == self.inn.id and after.topic == "ale and bread")
        await self.step(
            "change a bitrate", self.hall.edit(bitrate=64_000, user_limit=7), "guild_channel_update",
            lambda _, after: after.id == self.hall.id and after.user_limit == 7)
        await self.step(
            "move a channel first", self.forge.move(beginning=True, category=self.street),
            "guild_channel_update")
        self.that(
            "it stands first", [c.id for c in guild.get_channel(self.street.id).text_channels][0] == self.forge.id)
        await self.step(
            "put an age gate up", self.forge.edit(nsfw=True), "guild_channel_update",
            lambda _, after: after.id == self.forge.id and after.nsfw)
        channels = await self.step("fetch channels", guild.fetch_channels())
        self.that("all are there", {self.inn.id, self.hall.id, self.theatre.id} <= {c.id for c in channels})
        self.that(
            "one is fetched alone", (await self.fetch_channel(self.attic.id)).user_limit == 3)
        clone = await self.step("clone a channel", self.inn.clone(name="inn-two"), "guild_channel_create")
        await self.step(
            "delete the clone", clone.delete(), "guild_channel_delete", lambda c: c.id == clone.id)

    async def locks(self):
        guild, member = self.guild, self.guild.get_member(self.other)
        await self.step(
            "hide a channel from all",
            self.forge.set_permissions(guild.default_role, view_channel=False), "guild_channel_update",
            lambda _, after: after.id == self.forge.id)
        self.that("it is hidden", not self.get_channel(self.forge.id).permissions_for(member).view_channel)
        await self.step(
            "show it to a role", self.forge.set_permissions(self.smith, view_channel=True),
            "guild_channel_update", lambda _, after: after.id == self.forge.id)
        self.that("smiths see it", self.get_channel(self.forge.id).permissions_for(member).view_channel)
        await self.step(
            "forbid one member to write",
            self.forge.set_permissions(member, send_messages=False), "guild_channel_update",
            lambda _, after: after.id == self.forge.id)
        self.that(
            "they may not write", not self.get_channel(self.forge.id).permissions_for(member).send_messages)
        await self.step(
            "lift that", self.forge.set_permissions(member, overwrite=None), "guild_channel_update",
            lambda _, after: after.id == self.forge.id)
        await self.step(
            "follow the category", self.forge.edit(sync_permissions=True), "guild_channel_update",
            lambda _, after: after.id == self.forge.id)
        self.that("it follows", self.get_channel(self.forge.id).permissions_synced)

    async def doors(self):
        invite = await self.step(
            "make an invite", self.inn.create_invite(max_age=3600, max_uses=5), "invite_create",
            lambda made: made.channel.id == self.inn.id)
        self.that("it counts", (invite.max_age, invite.max_uses) == (3600, 5))
        seen = await self.step("look at it", self.fetch_invite(invite.code))
        self.that("it leads here", seen.guild.id == self.guild.id)
        listed = await self.step("list invites", self.guild.invites())
        self.that("it is listed", invite.code in [i.code for i in listed])
        self.that("the channel lists it too", invite.code in [i.code for i in await self.inn.invites()])
        self.login = await self.step("a stranger comes", self.person(
            "POST", "/auth/register",
            {"username": "stranger", "password": "a long password", "invite": invite.code}), "member_join")
        self.stranger = int(self.login["user_id"])
        self.that("they are a member", self.guild.get_member(self.stranger) is not None)
        await self.step(
            "close the door", invite.delete(), "invite_delete", lambda gone: gone.code == invite.code)
        await self.step("which nobody finds", self.refused(10006, self.fetch_invite(invite.code)))

    async def people(self):
        member = self.guild.get_member(self.stranger)
        await self.step(
            "give a nickname", member.edit(nick="Newcomer"), "member_update",
            lambda _, after: after.nick == "Newcomer")
        await self.step(
            "take it back", member.edit(nick=None), "member_update", lambda _, after: after.nick is None)
        await self.step(
            "rename oneself", self.guild.me.edit(nick="Crier"), "member_update",
            lambda _, after: after.id == self.user.id and after.nick == "Crier")
        await self.step(
            "time somebody out", member.timeout(datetime.timedelta(minutes=5), reason="noise"),
            "member_update", lambda _, after: after.timed_out_until is not None)
        self.that("they are timed out", self.guild.get_member(self.stranger).is_timed_out())
        await self.step(
            "let them speak again", member.timeout(None), "member_update",
            lambda _, after: after.timed_out_until is None)
        fetched = await self.step("fetch a member", self.guild.fetch_member(self.stranger))
        self.that("it is them", fetched.name == "stranger")
        user = await self.step("fetch a user", self.fetch_user(self.stranger))
        self.that("it is them as well", user.id == self.stranger)

    async def words(self):
        self.hello = await self.step(
            "say something", self.inn.send("hello"), "message", lambda m: m.content == "hello")
        await self.step(
            "correct it", self.hello.edit(content="hello!"), "message_edit",
            lambda _, after: after.content == "hello!")
        async with self.inn.typing():
            self.that("typing is told", True)
        quiet = await self.step("say something silently", self.inn.send("psst", silent=True))
        self.that("it is silent", quiet.flags.suppress_notifications)
        await self.step("say it aloud", self.inn.send("loud", tts=True))
        mention = await self.step("call somebody", self.inn.send(f"<@{self.stranger}>"))
        self.that("they are mentioned", [u.id for u in mention.mentions] == [self.stranger])
        call = await self.step("call a trade", self.inn.send(self.smith.mention))
        self.that("it is mentioned", [r.id for r in call.role_mentions] == [self.smith.id])
        calm = await self.step(
            "name all, call nobody",
            self.inn.send("@everyone", allowed_mentions=discord.AllowedMentions.none()))
        self.that("nobody is called", not calm.mention_everyone)
        await self.step("say nothing", self.refused(50006, self.inn.send("")))
        await self.step("say too much", self.refused(50035, self.inn.send("x" * 2001)))
        said = await self.step(
            "a person speaks",
            self.person("POST", f"/channels/{self.inn.id}/messages", {"content": "good day"}), "message",
            lambda m: m.content == "good day")
        self.said = await self.inn.fetch_message(int(said["id"]))
        await self.step("their words are theirs", self.refused(50005, self.said.edit(content="bad day")))
