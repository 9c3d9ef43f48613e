"""The monkey at the keys, for a short while."""

from __future__ import annotations

import pytest

from tests.monkey import play


def test_five_hundred_keys_do_no_harm() -> None:
    tally = play(500, seed=1)
    assert (tally.keys, tally.failures) == (500, [])
    assert tally.compared


@pytest.mark.pty
def test_keys_in_a_terminal_do_no_harm() -> None:
    tally = play(300, seed=1, in_terminal=True)
    assert (tally.keys, tally.failures) == (300, [])
