"""A slash-command bot through discord.py: commands, components, forms."""

import discord
from discord import app_commands


class Panel(discord.ui.View):
    """A button that changes its message, and a list."""

    def __init__(self):
        super().__init__(timeout=None)

    @discord.ui.button(label="Press", custom_id="press", style=discord.ButtonStyle.primary)
    async def press(self, interaction, button):
        button.disabled = True
        await interaction.response.edit_message(content=f"pressed by {interaction.user.id}", view=self)

    @discord.ui.select(
        custom_id="choose", options=[discord.SelectOption(label=x, value=x) for x in ("red", "green")])
    async def choose(self, interaction, select):
        await interaction.response.send_message(f"chose {select.values[0]}", ephemeral=True)
        await interaction.followup.send(f"told everybody {select.values[0]}")


class Form(discord.ui.Modal, title="Form"):
    name = discord.ui.TextInput(label="Name", custom_id="name")

    async def on_submit(self, interaction):
        await interaction.response.send_message(f"hello {self.name.value}")


class Commands:
    """Commands for `bot.Bot`."""

    async def do_sync(self):
        """Registers commands, with what each of them answers; their ids by name."""
        tree = self.tree = app_commands.CommandTree(self)
        self.add_view(Panel())

        @tree.command(description="Says it back")
        @app_commands.describe(text="what", times="how often", who="to whom")
        async def echo(
                interaction: discord.Interaction, text: str, times: app_commands.Range[int, 1, 3] = 1,
                who: discord.Member | None = None):
            await interaction.response.send_message(f"{text * times} {who.id if who else '-'}")
            original = await interaction.original_response()
            await interaction.followup.send(f"after {original.id}")

        @tree.command(description="Thinks first")
        async def slow(interaction: discord.Interaction):
            await interaction.response.defer()
            edited = await interaction.edit_original_response(content="at last")
            assert not edited.flags.loading

        @tree.command(description="Whispers")
        async def secret(interaction: discord.Interaction):
            answer = await interaction.response.send_message("psst", ephemeral=True)
            assert answer.is_ephemeral()
            await interaction.edit_original_response(content="psst!")
            await interaction.delete_original_response()

        @tree.command(description="Shows buttons")
        async def panel(interaction: discord.Interaction):
            await interaction.response.send_message("panel", view=Panel())

        @tree.command(description="Asks")
        async def form(interaction: discord.Interaction):
            await interaction.response.send_modal(Form(custom_id="form"))

        @tree.context_menu(name="Quote")
        async def quote(interaction: discord.Interaction, message: discord.Message):
            await interaction.response.send_message(f"> {message.content}")

        group = app_commands.Group(name="group", description="Holds others")

        @group.command(description="Under a group")
        async def inner(interaction: discord.Interaction):
            await interaction.response.send_message(f"inner in {interaction.channel.name}")

        tree.add_command(group)
        synced = await tree.sync()
        again = await tree.sync()
        assert [command.id for command in again] == [command.id for command in synced]
        assert {command.id for command in await tree.fetch_commands()} == {command.id for command in synced}
        return {"commands": {command.name: str(command.id) for command in synced}}
