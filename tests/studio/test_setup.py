"""The set-up screen, by keyboard alone."""

from __future__ import annotations

import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from textual.events import Key, Paste
from textual.widgets import Input, Label, Static

from tests.patience import LIMIT, until
from tests.studio.studio import NARROW, Studio, studio
from tui_backprop import Timeline, load_experiment
from tui_backprop.experiments import csv_cache
from tui_backprop.experiments.columns import Opener
from tui_backprop.experiments.csv_files.file import TableFile
from tui_backprop.experiments.csv_files.scan import Watch
from tui_backprop.experiments.draft import Draft, from_preset
from tui_backprop.experiments.fields import CSV, FIELDS
from tui_backprop.studio.app import BackpropApp
from tui_backprop.studio.audience import Audience
from tui_backprop.studio.screens import setup
from tui_backprop.studio.screens.columns import Columns
from tui_backprop.studio.screens.draft_form import DraftForm
from tui_backprop.studio.screens.draft_reading import Reading, read
from tui_backprop.studio.screens.grid import Grid
from tui_backprop.studio.screens.questions import TextQuestion
from tui_backprop.studio.screens.setup import SetupScreen
from tui_backprop.studio.screens.studio import StudioScreen


def text(s: Studio, name: str) -> str:
    return str(s.app.screen.query_one(f"#{name}", Static).content)


async def fill(s: Studio, **fields: str) -> None:
    for name, value in fields.items():
        s.app.screen.query_one(f"#{name}", Input).value = value
    await s.settle()


@pytest.mark.slow
async def test_a_preset_with_changes_is_opened() -> None:
    async with studio() as s:
        await s.press("ctrl+n")
        assert isinstance(s.app.screen, SetupScreen)
        assert text(s, "command") == "$ tui-backprop article"
        await fill(s, rate="0.2", layers="5")
        assert text(s, "command") == "$ tui-backprop article --rate 0.2 --layers 3,5,1"
        assert "rate = 0.2" in text(s, "toml")
        await s.press("enter")
        experiment = s.timeline.experiment
        assert (experiment.name, experiment.network.units, experiment.training.rate) == ("article", (3, 5, 1), 0.2)
        await s.press("space")
        assert s.where == (1, "update")


@pytest.mark.slow
async def test_a_generator_is_chosen_with_the_arrows() -> None:
    async with studio(size=NARROW) as s:
        await s.press("ctrl+n", "down", "right", "down")
        assert 'generator = "circle"' in text(s, "toml")
        assert s.app.screen.focused is not None
        assert s.app.screen.focused.id == "samples"  # there is no file to name
        await s.press("end", "backspace", "backspace", "backspace", "5", "0", "enter")
        assert (s.timeline.experiment.name, len(s.timeline.experiment.data)) == ("circle", 25)


@pytest.mark.slow
async def test_keys_typed_in_one_go_are_all_obeyed() -> None:
    samples = ["down", "right", "down", "0", "down", "5", *["down"] * 4, "left"]
    network_and_rules = ["down", "comma", "2", *["down"] * 9, "9"]
    keys = [*samples, *network_and_rules]
    async with studio() as s:
        await s.press("ctrl+n")
        for key in [*keys, "enter"]:
            s.app.post_message(Key(key, "," if key == "comma" else key if len(key) == 1 else None))
        await until(lambda: s.timeline.experiment.name != "article")
        definition = s.timeline.experiment.definition
        assert s.timeline.experiment.name == "circle"
        assert definition["network"]["layers"] == [2, 8, 2, 1]
        assert definition["training"]["rate"] == 0.039
        data = {"generator": "circle", "samples": 2000, "noise": 0.15, "test": 0.5, "standardise": True}
        assert definition["data"] == data


@pytest.mark.slow
async def test_what_is_typed_between_two_refreshes_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drafts, later = list[Draft](), list[Callable[[], None]]()

    def noted(draft: Draft, *rest: Any) -> Reading:
        drafts.append(draft)
        return read(draft, *rest)

    async with studio() as s:
        await s.press("ctrl+n")
        screen = s.app.screen
        assert isinstance(screen, SetupScreen)
        screen.query_one("#layers").focus()
        monkeypatch.setattr(setup, "read", noted)
        with monkeypatch.context() as patch:
            patch.setattr(screen, "call_after_refresh", later.append)
            await s.pilot.press("end", "comma", *"567", "comma", "8")
            assert (drafts, later.count(screen._absorb)) == ([], 6)
        for _ in range(6):
            screen._absorb()
        assert [draft.layers for draft in drafts] == ["4,567,8"]
        assert "layers = [3, 4, 567, 8, 1]" in text(s, "toml")


@pytest.mark.slow
async def test_samples_that_are_typed_in_begin_empty_and_under_other_names() -> None:
    async with studio("article-random") as s:
        await s.press("ctrl+n", "f5")
        assert isinstance(s.app.screen, Grid)
        assert s.app.screen._title.startswith("New samples, instead of the set-up's")
        assert "choose data 'typed in'" in s.app.screen._blocks[0].title
        await s.press("escape")
        screen = s.app.screen
        assert isinstance(screen, SetupScreen)
        screen._choose("data", "typed in")
        await s.settle()
        assert text(s, "toml") == ""  # not the file of the preset
        assert text(s, "mistake") == "✕ samples: none yet: type for example 1 2 > 1, or press f5"
        screen.query_one("#target").focus()
        await s.press("a", "comma", "b")
        assert screen._draft.target == "a,b"
        await s.press("f5")
        assert isinstance(s.app.screen, Grid)
        assert s.app.screen._blocks[0].columns == ("x1", "x2", "> a", "> b")
        assert s.app.screen._blocks[0].title == "Other columns: name inputs and target in the set-up"


def test_what_cannot_be_learned_is_reported_beside_the_samples() -> None:
    draft = replace(from_preset("sigmoid"), output="relu", data="typed in", columns="a", target="b", typed="1 > -1")
    told = read(draft, False, True, TableFile, Reading(draft)).summary
    assert told.splitlines() == [
        "✓ 1-4-1, 8 parameters; 1 sample to train on",
        "⚠ goal out of reach: targets from −1 to −1 are out of reach of relu, which is never below 0",
    ]


@pytest.mark.slow
async def test_nonsense_is_refused_while_it_is_typed() -> None:
    async with studio() as s:
        before = s.timeline.experiment
        await s.press("ctrl+n")
        await fill(s, rate="fast")
        assert "'fast' is not a finite number" in text(s, "mistake")
        assert "✕ rate" in text(s, "labels").splitlines()
        assert text(s, "command") == ""
        await s.press("enter")
        assert isinstance(s.app.screen, SetupScreen)
        await fill(s, rate="0.5")
        assert text(s, "mistake").startswith("✓ 3-4-1, 16 parameters; 4 samples to train on")
        assert "rate" in text(s, "labels").splitlines()
        await s.press("escape")
        assert isinstance(s.app.screen, StudioScreen)
        assert s.timeline.experiment is before


@pytest.mark.slow
@pytest.mark.parametrize(("size", "complete"), [((80, 24), False), ((120, 40), True), ((60, 18), False)])
async def test_every_field_can_be_reached_and_seen(size: tuple[int, int], complete: bool) -> None:
    async with studio("iris", size=size) as s:
        await s.press("ctrl+n")
        screen = s.app.screen
        rows = [row for row in screen.query("#values > *") if row.display]
        visible = [row for row in rows if screen.region.contains_region(row.region) and not _covered(screen, row)]
        assert (len(visible) == len(rows)) == complete
        seen = []
        for _ in range(22):  # all but those that iris has no use for
            assert screen.focused is not None
            seen.append(screen.focused.id)
            assert text(s, "about") == FIELDS[str(screen.focused.id)].about
            assert screen.query_one(DraftForm).region.contains_region(screen.focused.region)
            await s.press("down")
            await s.pilot.wait_for_scheduled_animations()
        assert len(set(seen)) == len(rows) == 22
        assert {"file", "target", "columns", "samples", "noise", "features", "momentum"}.isdisjoint(seen)
        for name in ("about", "mistake", "command", "keys"):
            assert screen.region.contains_region(screen.query_one(f"#{name}").region)


def test_what_a_field_is_about_fits_into_eighty_columns() -> None:
    assert [name for name, field in FIELDS.items() if not 0 < len(field.about) <= 78] == []


def _covered(screen: object, row: object) -> bool:
    fields = screen.query_one(DraftForm).region  # type: ignore[attr-defined]
    return not fields.contains_region(row.region)  # type: ignore[attr-defined]


@pytest.mark.slow
async def test_the_file_is_saved_where_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    async with studio() as s:
        await s.press("ctrl+n")
        await fill(s, rate="0.25")
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, TextQuestion)
        await s.type(str(tmp_path / "mine.txt"))
        assert "does not end in .toml" in s.mistake
        await s.type(str(path))
        assert load_experiment(path).training.rate == 0.25
        before = path.read_bytes()
        await fill(s, rate="0.75")
        await s.press("ctrl+s")
        await s.type(str(path))
        assert "already exists" in s.mistake
        assert path.read_bytes() == before


@pytest.mark.slow
async def test_hostile_names_are_shown_harmlessly(tmp_path: Path) -> None:
    path = tmp_path / "[bold]x.csv"
    path.write_text("\x1b[2Ja,[red]b[/],kind\n1,2,[@click=app.quit]x\n3,4,\x1b]0;t\x07\n", "utf-8")
    async with studio() as s:
        await s.press("ctrl+n", "down", "left")
        await fill(s, file=str(path))
        assert "\\x1b[2Ja, [red]b[/] → kind: [@click=app.quit]x" in text(s, "mistake")
        await s.press("enter", "space")
        assert s.timeline.experiment.name == "[bold]x"
        assert "[bold]x" in s.text("Breadcrumb")
        assert "\x1b" not in "".join(s.text(name) for name in ("Breadcrumb", "Samples", "Network", "Inspector"))


@pytest.mark.slow
async def test_visitors_see_no_files() -> None:
    app = BackpropApp(Timeline(load_experiment("iris")), audience=Audience(kiosk=True))
    async with app.run_test() as pilot:
        await pilot.press("ctrl+n")
        screen = app.screen
        assert isinstance(screen, SetupScreen)
        assert not screen.query("#file")
        assert 'csv = "iris.csv"' in str(screen.query_one("#toml", Static).content)
        await pilot.press("down", *["right"] * 7)
        assert "CSV" not in str(screen.query_one("#data", Static).content)
        await pilot.press("ctrl+s")
        assert app.screen is screen


@pytest.mark.slow
@pytest.mark.parametrize(("field", "value", "words"), [("layers", "100,200", "10,000"), ("samples", "1001", "1,000")])
async def test_visitors_get_bounded_sizes(field: str, value: str, words: str) -> None:
    app = BackpropApp(Timeline(load_experiment("spiral")), audience=Audience(kiosk=True))
    async with app.run_test(size=NARROW) as pilot:
        s = Studio(app, pilot)
        await s.press("ctrl+n")
        await fill(s, **{field: value})
        assert f"at most {words}" in text(s, "mistake")
        await s.press("enter")
        assert isinstance(s.app.screen, SetupScreen)


@pytest.mark.slow
async def test_every_rule_of_a_file_has_a_field() -> None:
    async with studio("circle", size=NARROW) as s:
        await s.press("ctrl+n")
        await fill(
            s, features="x1,x2,x1^2,x1*x2", noise="0.2", data_seed="3", l1="0.001", l2="0.01", round="2", stop="9"
        )
        for name, key in (("bias", "f"), ("init", "h"), ("report", "s"), ("optimizer", "m"), ("standardise", "y")):
            s.app.screen.query_one(f"#{name}").focus()
            await s.press(key)
        await fill(s, momentum="0.5")
        shown = text(s, "toml")
        await s.press("enter")
        experiment = s.timeline.experiment
        assert experiment.network.units == (4, 4, 1)
        assert (experiment.network.bias.value, experiment.init) == ("frozen", "he")
        assert experiment.data.input_names == ("x1", "x2", "x1^2", "x1*x2")
        training = experiment.training
        assert (training.l1, training.l2, training.round, training.stop) == (0.001, 0.01, 2, 9.0)
        assert (training.optimizer, training.momentum, training.report) == ("momentum", 0.5, "squared")
        definition = tomllib.loads(shown)
        assert definition["data"]["seed"] == 3
        assert definition["data"]["noise"] == 0.2
        assert definition["network"] == experiment.definition["network"]
        assert definition["training"] == experiment.definition["training"]


@pytest.mark.slow
async def test_fields_that_mean_nothing_are_out_of_sight() -> None:
    async with studio("xor", size=NARROW) as s:
        await s.press("ctrl+n")
        screen = s.app.screen
        assert not screen.query_one("#momentum").display
        screen.query_one("#optimizer").focus()
        await s.press("m")
        assert screen.query_one("#momentum").display
        assert 'optimizer = "momentum"' in text(s, "toml")
        await s.press("r")
        assert not screen.query_one("#momentum").display


@pytest.mark.slow
async def test_a_column_other_than_the_last_is_learned(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("id,kind,a,b\n1,x,1,2\n2,y,3,4\n3,z,5,6\n4,x,2,2\n", "utf-8")
    async with studio() as s:
        await s.press("ctrl+n", "down", "left")
        await fill(s, file=str(path), target="kind", columns="a,nothing")
        assert "no column 'nothing' (expected columns of the file: id, kind, a, b)" in text(s, "mistake")
        assert "✕ inputs" in text(s, "labels").splitlines()
        await fill(s, columns="a,b")
        assert text(s, "mistake").endswith("a, b → x, y, z")
        await s.press("enter")
        assert s.timeline.experiment.network.units == (2, 8, 3)
        assert s.timeline.experiment.network.activations[-1] == "softmax"


class Large(NamedTuple):
    """A file that is not read to its end before `gate` opens."""

    path: Path
    gate: threading.Event


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Large]:
    path = tmp_path / "large.csv"
    path.write_text("a,b,kind\n" + "1,2,x\n3,4,y\n" * 12_500, "utf-8")
    gate, end = threading.Event(), time.monotonic() + LIMIT  # or a test that fails would never come to its end
    open_blocking = csv_cache.CsvCache.open_blocking

    def slowly(self: csv_cache.CsvCache, watch: Watch) -> Opener:
        def wait(rows: int) -> None:
            watch(rows)
            while rows and not gate.wait(0.01) and time.monotonic() < end:
                watch(rows)

        return open_blocking(self, wait)

    monkeypatch.setattr(csv_cache, "AT_ONCE", 1000)
    monkeypatch.setattr(csv_cache.CsvCache, "open_blocking", slowly)
    yield Large(path, gate)
    gate.set()


@pytest.mark.slow
async def test_a_large_file_is_read_while_the_screen_stays_awake(large: Large) -> None:
    async with studio() as s:
        await s.press("ctrl+n", "down", "left")
        await fill(s, file=str(large.path))
        assert text(s, "mistake").startswith("… reading large.csv: ")
        assert (text(s, "command"), text(s, "toml")) == ("", "")
        await fill(s, layers="5")  # a field that the file is nothing to
        await s.press("enter")
        assert isinstance(s.app.screen, SetupScreen)
        large.gate.set()
        await until(lambda: len(s.app.screen_stack) == 1 or "reading" not in text(s, "mistake"))
        assert len(s.app.screen_stack) == 1
        await s.pilot.pause()
        experiment = s.timeline.experiment
        assert (experiment.name, experiment.network.units) == ("large", (2, 5, 1))
        assert (experiment.network.activations[-1], len(experiment.data)) == ("sigmoid", 17_500)


@pytest.mark.slow
@pytest.mark.parametrize("change", ["escape", "data", "nothing"])
async def test_no_thread_reads_on_after_the_screen_is_closed(
    large: Large, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    told: list[str] = []

    def noted(*args: Any) -> Reading:
        if threading.current_thread() is threading.main_thread():
            return read(*args)
        told.append("begun")
        try:
            reading = read(*args)
        except csv_cache.NotLoaded:
            told.append("given up")
            raise
        told.append("read")
        return reading

    monkeypatch.setattr(setup, "read", noted)
    async with studio() as s:
        await s.press("ctrl+n", "down", "left")
        await fill(s, file=str(large.path))
        [worker] = [worker for worker in s.app.workers if worker.group == "file"]
        await until(lambda: told == ["begun"])
        if change == "escape":
            await s.press("escape")
        elif change == "data":
            s.app.screen.query_one("#data").focus()
            await s.press("right")
            assert text(s, "mistake").startswith("✓ 3-4-1")
        else:
            large.gate.set()
        assert worker.is_cancelled == (change != "nothing")
        await until(lambda: len(told) > 1)
        assert told == ["begun", "read" if change == "nothing" else "given up"]


@pytest.mark.slow
async def test_a_mistake_in_a_large_file_is_reported_once(large: Large) -> None:
    with large.path.open("a", encoding="utf-8") as file:
        file.write("5,?,x\n")
    async with studio() as s:
        await s.press("ctrl+n", "down", "left")
        await fill(s, file=str(large.path))
        large.gate.set()
        await until(lambda: "reading" not in text(s, "mistake"))
        assert text(s, "mistake") == (
            "✕ file: line 25002, column b: '?': the value is missing (expected a value in every field; "
            'to leave such rows out: "missing values" in the set-up, --missing drop, or missing = "drop" in [data])'
        )
        await until(lambda: not [worker for worker in s.app.workers if worker.group == "file"])


@pytest.mark.slow
async def test_whole_numbers_become_classes_by_a_key_and_columns_are_chosen(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    rows = "".join(f"{i},{i * i % 7},{'red' if i % 3 else 'blue'},{i % 2},name {i}\n" for i in range(12))
    path.write_text("a,b,colour,y,who\n" + rows, "utf-8")
    async with studio() as s:
        await s.press("ctrl+n", "down", "left")
        await fill(s, file=str(path))
        assert text(s, "mistake").endswith("a, b, colour=red → y  y is 0, 1 may be classes: f2")
        assert text(s, "toml").startswith(
            "# own.csv: 12 rows; columns separated by commas, decimal point, header in line 1"
        )
        assert "# left out: who (different in every row)" in text(s, "toml")
        await s.press("f2")
        assert "\nclasses = true" in text(s, "toml")
        assert 'loss = "binary_cross_entropy"' in text(s, "toml")
        await s.press("f2")
        assert "\nclasses = true" not in text(s, "toml")
        await s.press("f3")
        assert isinstance(s.app.screen, Columns)
        await s.press("right", "right", "down", "right", "right", "right", "down", "down", "left", "enter")
        definition = tomllib.loads(text(s, "toml"))["data"]
        assert (definition["target"], definition["columns"]) == (["b"], ["colour"])
        await s.press("f3", "down", "right", "enter", "enter")
        experiment = s.timeline.experiment
        assert experiment.definition["data"]["classes"] == ["b"]
        assert experiment.data.input_names == ("colour=red",)
        assert experiment.data.target_names == ("0", "1", "2", "4")


@pytest.mark.slow
async def test_the_layout_of_a_file_is_said_in_the_set_up(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_bytes("größe;1,234;y\n1;2,345;3\n4;;6\n7;8,901;9\n".encode("cp1252"))
    async with studio() as s:
        await s.press("ctrl+n", "down", "left")
        await fill(s, file=str(path))
        assert "line 1: is not text in UTF-8" in text(s, "mistake")
        assert text(s, "toml") == ""
        for name, key in (("encoding", "c"), ("header", "n"), ("decimal", "c"), ("missing", "d"), ("header", "y")):
            s.app.screen.query_one(f"#{name}").focus()
            await s.press(key)
        assert text(s, "mistake").startswith("✓ 2-8-1")
        assert "1 of 3 rows left out: a value is missing" in text(s, "toml")
        definition = tomllib.loads(text(s, "toml"))["data"]
        assert {key: definition[key] for key in ("encoding", "header", "decimal", "missing")} == {
            "encoding": "cp1252", "header": True, "decimal": ",", "missing": "drop",
        }  # fmt: skip


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (120, 40)])
async def test_a_grid_keeps_each_row_on_its_line_and_its_keys_in_sight(size: tuple[int, int]) -> None:
    async with studio("iris", size=size) as s:
        await s.press("ctrl+n", "f4")
        grid = s.app.screen
        cells, labels = grid.query_one("#cells", Static), list(grid.query(Label))
        rows = str(cells.content).splitlines()
        assert cells.virtual_size.height == len(rows) == 4 * 2 + 4 + 1 + 8 + 1  # a title and names above each block
        for label, words in ((labels[0], "set 'rows of W'."), (labels[-1], "escape: close")):
            assert grid.region.contains_region(label.region)
            shown = " ".join(label.render_line(y).text for y in range(label.size.height))
            assert words in " ".join(shown.split())
        await s.press(*["right"] * 7)
        assert "h8" in str(cells.content)


@pytest.mark.slow
async def test_a_grid_takes_numbers_only_and_what_is_pasted() -> None:
    async with studio("xor") as s:
        await s.press("ctrl+n", "f4")
        grid = s.app.screen
        assert isinstance(grid, Grid)
        await s.press("a", "1", "comma", "5", "enter", "f10")
        assert isinstance(s.app.screen, Grid)
        assert "a number is missing here" in str(grid.query_one("#wrong", Static).content)
        await s.press("left")
        grid.post_message(Paste("0,5 −1 2 3\n4 5 6 7"))
        await s.pilot.pause()
        await s.press("1", "backspace", *"+2e", "f10")
        assert "'+2e' is not a number" in str(grid.query_one("#wrong", Static).content)
        await s.press("backspace", *["enter", "0"] * 3)
        await s.press("enter", *["1", "enter"] * 4, "1", "enter")
        network = tomllib.loads(text(s, "toml"))["network"]
        assert network["weights"][0] == [[0.5, -1, 2, 3], [4, 5, 6, 7]]
        assert network["biases"] == [[2, 0, 0, 0], [1]]
        await s.press("f4", "7", "escape")
        assert "escape again drops what you typed" in str(s.app.screen.query_one("#wrong", Static).content)
        await s.press("right", "escape")  # the question had left the screen
        assert "escape again drops what you typed" in str(s.app.screen.query_one("#wrong", Static).content)
        await s.press("escape", "f4", "escape", "enter")
        assert s.timeline.experiment.initial.weights[1].tolist() == [[1], [1], [1], [1]]


@pytest.mark.parametrize("columns", [80, 60, 40])
async def test_the_line_of_keys_is_whole(columns: int, tmp_path: Path) -> None:
    file = tmp_path / "flowers.csv"
    file.write_text("a,b,c\n1,2,3\n2,3,1\n", "utf-8")
    async with studio(size=(80, 24)) as s:
        await s.press("ctrl+n")
        await s.pilot.resize_terminal(columns, 24)
        await s.pilot.pause()
        line = s.app.screen.query_one("#keys", Static)
        for keys in ("f4 weights", "f2 classes"):
            shown = line.render_line(0).text.strip()
            assert shown == text(s, "keys")
            assert keys in shown or columns < 60
            assert shown.endswith("escape close")
            assert isinstance(s.app.screen, SetupScreen)
            s.app.screen._choose("data", CSV)
            await fill(s, file=str(file))
