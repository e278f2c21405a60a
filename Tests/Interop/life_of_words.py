"""Chapters of `life.Life` about messages."""

import io

import discord


class Words:
    """Replies, embeds, files, reactions, pins, announcements, history."""

    async def answers(self):
        reply = await self.step(
            "reply", self.said.reply("and to you"), "message", lambda m: m.content == "and to you")
        self.that("it is a reply", reply.reference.message_id == self.said.id)
        self.that("it calls", [str(u.id) for u in reply.mentions] == [self.owner["id"]])
        mute = await self.step("reply without a call", self.said.reply("quietly", mention_author=False))
        self.that("it does not call", mute.mentions == [])
        carried = await self.step("carry words elsewhere", self.hello.forward(self.forge))
        self.that("they are the same", carried.message_snapshots[0].content == "hello!")

    async def cards(self):
        card = discord.Embed(title="Market", description="on Monday", colour=0x00AA00)
        card.add_field(name="eggs", value="two").set_footer(text="bring baskets")
        shown = await self.step("show a card", self.inn.send(embed=card))
        self.that("it is whole", shown.embeds[0].fields[0].value == "two")
        card.title = "Fair"
        await self.step(
            "change it", shown.edit(embed=card), "message_edit",
            lambda _, after: after.embeds and after.embeds[0].title == "Fair")
        await self.step("hide cards", shown.edit(suppress=True))
        self.that("they are hidden", (await self.inn.fetch_message(shown.id)).embeds == [])
        many = await self.step(
            "show ten", self.inn.send(embeds=[discord.Embed(title=str(n)) for n in range(10)]))
        self.that("ten are shown", len(many.embeds) == 10)
        await self.step(
            "not eleven", self.refused(50035, self.http.request(
                discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=self.inn.id),
                json={"embeds": [{"title": str(n)} for n in range(11)]})))

    async def papers(self):
        paper = discord.File(io.BytesIO(b"deed"), "deed.txt", description="of the inn")
        sent = await self.step("send a paper", self.inn.send("see", file=paper))
        self.that("it arrives", await sent.attachments[0].read() == b"deed")
        self.that("it is described", sent.attachments[0].description == "of the inn")
        two = await self.step("send two", self.inn.send(files=[
            discord.File(io.BytesIO(bytes([n]) * 100), f"{n}.bin", spoiler=n == 1) for n in range(2)]))
        self.that("one is covered", [a.is_spoiler() for a in two.attachments] == [False, True])
        kept = await self.step("keep one", two.edit(attachments=[two.attachments[0]]))
        self.that("one is kept", len(kept.attachments) == 1)
        added = await self.step("add one", kept.add_files(discord.File(io.BytesIO(b"new"), "new.txt")))
        self.that("it is added", [a.filename for a in added.attachments] == ["0.bin", "new.txt"])

    async def marks(self):
        thumb, eyes = "\N{THUMBS UP SIGN}", "\N{EYES}"
        await self.step("like it", self.said.add_reaction(thumb), "raw_reaction_add")
        await self.step("watch it", self.said.add_reaction(eyes), "raw_reaction_add")
        path = f"/channels/{self.inn.id}/messages/{self.said.id}/reactions"
        await self.step(
            "a person likes it, too", self.person("PUT", f"{path}/%F0%9F%91%8D/@me"), "raw_reaction_add",
            lambda r: str(r.user_id) == self.owner["id"])
        seen = await self.inn.fetch_message(self.said.id)
        self.that("two like it", {str(r.emoji): r.count for r in seen.reactions} == {thumb: 2, eyes: 1})
        likers = await self.step("ask who", self.collect(seen.reactions[0].users()))
        self.that("both are named", len(likers) == 2)
        await self.step("unlike it", self.said.remove_reaction(thumb, self.user), "raw_reaction_remove")
        await self.step("clear one", self.said.clear_reaction(eyes), "raw_reaction_clear_emoji")
        await self.step("clear all", self.said.clear_reactions(), "raw_reaction_clear")
        await self.step("mark with nonsense", self.refused(10014, self.said.add_reaction("nonsense")))

    async def board(self):
        await self.step("pin it", self.said.pin(), "guild_channel_pins_update")
        await self.step("pin another", self.hello.pin(), "guild_channel_pins_update")
        pins = await self.step("read the board", self.collect(self.inn.pins()))
        self.that("newest first", [m.id for m in pins] == [self.hello.id, self.said.id])
        await self.step("take one down", self.said.unpin(), "guild_channel_pins_update")
        self.that("one is left", len(await self.collect(self.inn.pins())) == 1)

    async def news(self):
        item = await self.step("write news", self.gazette.send("a calf was born"))
        await self.step(
            "publish it", item.publish(), "raw_message_edit", lambda e: e.message.flags.crossposted)
        await self.step("not twice", self.refused(40033, item.publish()))

    async def memory(self):
        for number in range(5):
            await self.step(f"count {number}", self.forge.send(f"count {number}"))
        newest = await self.step("read the newest", self.collect(self.forge.history(limit=5)))
        self.that("newest come first", [m.content for m in newest] == [f"count {n}" for n in range(4, -1, -1)])
        older = await self.step("read before", self.collect(self.forge.history(before=newest[2], limit=2)))
        self.that("older come", [m.content for m in older] == ["count 1", "count 0"])
        later = await self.step(
            "read after", self.collect(self.forge.history(after=newest[2], oldest_first=True)))
        self.that("later come", [m.content for m in later] == ["count 3", "count 4"])
        around = await self.step("read around", self.collect(self.forge.history(around=newest[2], limit=3)))
        self.that("both sides come", len(around) == 3)
        await self.step(
            "delete one", newest[0].delete(), "message_delete", lambda m: m.id == newest[0].id)
        await self.step("which is gone", self.refused(10008, self.forge.fetch_message(newest[0].id)))
        await self.step("delete many", self.forge.delete_messages(newest[1:4]), "bulk_message_delete")
        gone = await self.step("purge the rest", self.forge.purge(check=lambda m: m.content == "count 0"))
        self.that("one went", len(gone) == 1)
