"""What every pane does with a moment: strips of its width, and only what has changed is redrawn."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.geometry import Region
from textual.strip import Strip

from tests.patience import until
from tests.render.moments import at, moments
from tests.studio.panes.bench import WIDGETS, Bench
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.parts import Bias, Unit, Weight
from tui_backprop.core.run.moment import Moment, phases
from tui_backprop.core.run.place import phase_label
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Line
from tui_backprop.studio.panes.bars import KeyBar, PaneBar
from tui_backprop.studio.panes.inspector import InspectorPane
from tui_backprop.studio.panes.matrices import MatricesPane
from tui_backprop.studio.panes.network import NetworkPane
from tui_backprop.studio.panes.pane import Painted


def cells(strips: list[Strip]) -> dict[tuple[int, int], tuple[str, object]]:
    """(column, row) → what stands there."""
    found: dict[tuple[int, int], tuple[str, object]] = {}
    for y, strip in enumerate(strips):
        x = 0
        for text, style, _ in strip:
            for character in text:
                found[x, y] = (character, style)
                x += 1
    return found


@pytest.mark.slow
@pytest.mark.parametrize("kind", WIDGETS)
@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(moment=moments(hostile=True), size=st.tuples(st.integers(1, 130), st.integers(1, 45)))
async def test_every_strip_is_as_wide_as_its_widget(kind: type[Painted], moment: Moment, size: tuple[int, int]) -> None:
    app = Bench(kind, moment)
    async with app.run_test(size=size):
        assert {strip.cell_length for strip in app.strips} <= {app.widget.size.width}
        assert all(segment.text.isprintable() for strip in app.strips for segment in strip)


@pytest.mark.slow
@pytest.mark.parametrize("kind", WIDGETS)
async def test_only_what_has_changed_is_redrawn(kind: type[Painted], monkeypatch: pytest.MonkeyPatch) -> None:
    timeline = Timeline(load_experiment("article"))
    app = Bench(kind, timeline.moment)
    async with app.run_test(size=(100, 24)) as pilot:
        regions: list[Region] = []
        refresh = app.widget.refresh

        def spy(*parts: Region, **options: Any) -> Painted:
            regions.extend(parts or [app.widget.region.reset_offset])
            return refresh(*parts, **options)

        monkeypatch.setattr(app.widget, "refresh", spy)
        before = cells(app.strips)
        for _ in range(12):
            regions.clear()
            title = app.widget.border_title
            app.widget.moment = timeline.next_phase()
            after = cells(app.strips)
            changed = {place for place in after if before[place] != after[place]}
            drawn = {(x, y) for region in regions for x in range(*region.column_span) for y in range(*region.line_span)}
            assert changed <= drawn
            if app.widget.border_title == title:  # Textual draws a widget again for another title
                assert {y for _, y in drawn} == {y for _, y in changed}
            before = after
            await pilot.pause()


@pytest.mark.parametrize("kind", WIDGETS)
async def test_another_size_is_painted_once(kind: type[Painted], monkeypatch: pytest.MonkeyPatch) -> None:
    painted = list[tuple[int, int]]()
    paint = kind.paint

    def spy(self: Painted, moment: Moment, columns: int, rows: int) -> list[Line]:
        painted.append((columns, rows))
        return paint(self, moment, columns, rows)

    app = Bench(kind, at("article", 3, "mask1"))
    async with app.run_test(size=(90, 24)) as pilot:
        monkeypatch.setattr(kind, "paint", spy)
        await pilot.resize_terminal(100, 30)
        await until(lambda: bool(painted))
        await pilot.pause()
        assert painted == [tuple(app.widget.size)]


@pytest.mark.parametrize("kind", WIDGETS)
async def test_the_same_moment_again_draws_nothing(kind: type[Painted], monkeypatch: pytest.MonkeyPatch) -> None:
    moment = at("article", 3, "mask1")
    app = Bench(kind, moment)
    async with app.run_test(size=(100, 24)):
        with monkeypatch.context() as patch:
            patch.setattr(app.widget, "refresh", lambda *_, **__: pytest.fail("drawn"))
            app.widget.repaint()


async def test_a_strip_is_kept_until_its_line_changes() -> None:
    app = Bench(MatricesPane, at("article"))
    async with app.run_test(size=(60, 20)):
        first = app.strips
        app.widget.moment = at("article", 1, "sum1")
        assert all(old is new for old, new in zip(first, app.strips, strict=True))
        app.widget.moment = at("article", 1)
        assert app.strips[1] is not first[1]
        assert app.strips[10] is first[10]


@pytest.mark.parametrize(
    ("kind", "text", "target"),
    [
        (NetworkPane, "h2 ─", Unit(1, 1)),
        (NetworkPane, "x3 ", Unit(0, 2)),
        (MatricesPane, "−0.0509", Weight(1, 1, 1)),
        (MatricesPane, "+0.6313", Weight(2, 3, 0)),
        (KeyBar, "help", "help"),
        (KeyBar, "epoch", "epoch(1)"),
        (PaneBar, "Weights", "show_pane('matrices')"),
        (PaneBar, "copy", "copy"),
    ],
)
async def test_a_click_chooses_what_it_is_on(kind: type[Painted], text: str, target: Selection | str) -> None:
    app = Bench(kind, at("article", 1))
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.click(app.widget, offset=app.place(text))
        assert app.chosen == [target]


async def test_a_click_beside_everything_chooses_nothing() -> None:
    app = Bench(MatricesPane, at("article", 1))
    async with app.run_test(size=(120, 30)) as pilot:
        for offset in [(100, 3), (3, 25)]:
            await pilot.click(app.widget, offset=offset)
        assert app.chosen == []


async def test_a_bias_can_be_clicked() -> None:
    app = Bench(MatricesPane, at("xor"))
    async with app.run_test(size=(80, 30)) as pilot:
        x, y = app.place("b   0.0000")
        await pilot.click(app.widget, offset=(x + 12, y))
        assert app.chosen == [Bias(1, 1)]


@pytest.mark.parametrize(
    ("kind", "key", "target"),
    [
        (MatricesPane, "down", Weight(1, 1, 0)),
        (MatricesPane, "l", Weight(1, 0, 1)),
        (NetworkPane, "j", Unit(1, 1)),
        (NetworkPane, "left", Unit(0, 0)),
    ],
)
async def test_keys_choose_the_neighbour(kind: type[Painted], key: str, target: Selection) -> None:
    app = Bench(kind, at("article"))
    async with app.run_test(size=(80, 30)) as pilot:
        app.widget.focus()
        await pilot.press(key)
        assert app.chosen == [target]


async def test_the_inspector_scrolls_and_comes_back_with_the_next_phase() -> None:
    timeline = Timeline(load_experiment("article"))
    app = Bench(InspectorPane, timeline.go(1, "input"))
    async with app.run_test(size=(60, 6)) as pilot:
        app.widget.focus()
        assert app.strips[0].text.startswith("input")
        assert app.strips[-1].text.endswith("↓")
        await pilot.press(*["down"] * 40)
        assert not app.strips[-1].text.endswith("↓")
        assert app.strips[0].text.endswith("↑")
        assert "new" in "".join(strip.text for strip in app.strips)
        await pilot.press(*["up"] * 3)
        assert app.strips[-1].text.endswith("↓")
        app.widget.moment = timeline.next_phase()
        assert any(strip.text.startswith("sum1") for strip in app.strips)


@pytest.mark.parametrize("selection", [Weight(1, 0, 0), Weight(2, 3, 0), Unit(0, 1), Unit(1, 1), Unit(2, 0)])
async def test_the_present_phase_is_visible_in_a_small_inspector(selection: Selection) -> None:
    timeline = Timeline(load_experiment("article"))
    app = Bench(InspectorPane, timeline.go(14, "input"))
    app.widget.selection = selection
    async with app.run_test(size=(30, 8)):
        for phase in phases(2):
            moment = timeline.go(14, phase)
            app.widget.moment = moment
            label = phase_label(moment.phase, moment.experiment)
            shown = [strip.text.split() for strip in app.strips]
            assert any(words[:1] == [label] for words in shown), (phase, shown)


async def test_of_a_long_phase_the_end_is_visible() -> None:
    app = Bench(InspectorPane, at("article", 14, optimizer="adam"))
    async with app.run_test(size=(30, 8)):
        shown = " ".join(" ".join(strip.text for strip in app.strips).split())
        assert "old − rate·m*/(√v* + ε) =" in shown
        assert shown.endswith("= 0.2420…")


async def test_a_hidden_pane_is_painted_when_it_is_shown_again() -> None:
    app = Bench(MatricesPane, at("article"))
    async with app.run_test(size=(60, 20)) as pilot:
        app.widget.display = False
        await pilot.pause()
        app.widget.moment = at("article", 1)
        app.widget.display = True
        await until(lambda: any("+0.6995" in strip.text for strip in app.strips))


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark"])
@pytest.mark.parametrize("kind", WIDGETS)
async def test_every_phase_is_drawn_in_every_theme(kind: type[Painted], theme: str) -> None:
    timeline = Timeline(load_experiment("xor"))
    app = Bench(kind, timeline.moment)
    async with app.run_test(size=(100, 24)) as pilot:
        app.theme = theme
        await pilot.pause()
        timeline.go(step=4 * 3)
        for _ in phases(timeline.experiment.network.depth):
            app.widget.moment = timeline.next_phase()
            assert app.strips
