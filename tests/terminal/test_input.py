"""What the terminal sends: keys are keys, however they arrive, and nothing else is one."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._time import get_time
from textual._xterm_parser import XTermParser
from textual.message import Message

from tui_backprop.terminal import input as terminal_input
from tui_backprop.terminal.input import KeyReader
from tui_backprop.terminal.line import read_keys


class Terminal:
    """A reader, and a clock that goes as it is told."""

    def __init__(self) -> None:
        self.time = 0.0
        self.reader = KeyReader(now=lambda: self.time)

    def sends(self, *reads: bytes, pause: float = 0.001) -> list[Message]:
        """What these reads give, one soon after the other."""
        found: list[Message] = []
        for data in reads:
            found += self.reader.feed(data)
            self.time += pause
        return found

    def waits(self, seconds: float = 2.0) -> list[Message]:
        """What results from `seconds` seconds of silence."""
        self.time += seconds
        return list(self.reader.quiet())


def typed(messages: Iterable[Message]) -> list[str]:
    return [message.key for message in messages if isinstance(message, events.Key)]


def by_textual(sequence: str) -> list[str]:
    parser = XTermParser()
    return typed([*parser.feed(sequence), *parser.feed("")])


def bytewise(data: bytes) -> list[bytes]:
    return [data[n : n + 1] for n in range(len(data))]


# "\x1b\x1b" is the escape key twice: a sequence never begins with two
KEYS = [sequence for sequence in ANSI_SEQUENCES_KEYS if sequence != "\x1b\x1b"]


@pytest.mark.parametrize(
    "sequence", [*KEYS, "e", "é", "δ", "🐍", "\x1ba", "\x1bA", "\x1b[", "\x1bO", "\x1b[101;5u", "\x1b[;5A"]
)
def test_every_key_is_what_it_is_to_textual(sequence: str) -> None:
    expected = by_textual(sequence)
    for reads in ([sequence.encode()], bytewise(sequence.encode())):
        terminal = Terminal()
        assert [key for key in typed([*terminal.sends(*reads), *terminal.waits()]) if key != "<ignore>"] == [
            key for key in expected if key != "<ignore>"
        ]


def test_several_keys_in_one_read() -> None:
    assert typed(Terminal().sends("e\x1b[A\x1bOB\x1b\x1b[5~δ\r\x7f".encode())) == [
        "e", "up", "down", "escape", "pageup", "δ", "enter", "backspace",
    ]  # fmt: skip


def test_the_escape_key_is_one_as_soon_as_nothing_follows() -> None:
    terminal = Terminal()
    assert typed(terminal.sends(b"\x1b")) == []
    assert terminal.reader.waiting
    assert typed(terminal.waits(0.05)) == []  # its sequence may still be on the way
    assert typed(terminal.waits(0.05)) == ["escape"]
    assert not terminal.reader.waiting
    assert typed(terminal.sends(b"e")) == ["e"]


@pytest.mark.parametrize(
    ("report", "pressed"),
    [
        ("\x1b[101;1:1u", ["e"]), ("\x1b[101;1:2u", ["e"]), ("\x1b[101;1:3u", []), ("\x1b[101:69;2u", ["shift+e"]),
        ("\x1b[1;1:1A", ["up"]), ("\x1b[1;1:2A", ["up"]), ("\x1b[1;1:3A", []), ("\x1b[5;1:2~", ["pageup"]),
        ("\x1b[101:69:101;2:2;69u", ["E"]), ("\x1b[101;1:3;101u", []), ("\x1b[101;:2u", ["e"]),
    ],
)  # fmt: skip
def test_a_held_key_is_pressed_again_and_one_let_go_is_not(report: str, pressed: list[str]) -> None:
    assert typed(Terminal().sends(report.encode())) == pressed
    assert typed(Terminal().sends(*bytewise(report.encode()))) == pressed


NOT_KEYS = [
    # keys beyond Unicode, half characters, numbers without end
    b"\x1b[1114112u", b"\x1b[99999999999999u", b"\x1b[55296u", b"\x1b[97;1;55296u", b"\x1b[97;1;1114112u",
    b"\x1b[:::;1u", b"\x1b[101:69u", b"\x1b[" + b"9" * 300 + b"u", b"\x1b[" + b"97;" * 40 + b"u",
    b"\x1b[97;1;" + b"97:" * 20 + b"97u",
    # the mouse, in part or in another encoding
    b"\x1b[<0;5M", b"\x1b[<0M", b"\x1b[<;;M", b"\x1b[<0;0;0M", b"\x1b[<0;-5;-5M", b"\x1b[0;5;5M", b"\x1b[M !!",
    b"\x1b[M\xe9\xff!",
    # answers that nobody has asked for
    b"\x1b[?62;22c", b"\x1b[>0;276;0c", b"\x1b[?1u", b"\x1b[0n", b"\x1b[?2048;2$y", b"\x1b[?2048;1$y",
    b"\x1b[?1004;0$y", b"\x1b[8;60;200t", b"\x1b[48;99999;99999;1;1t", b"\x1b[4;1;1t", b"\x1b[?997;1n",
    b"\x1b[12;13;14;15;16R", b"\x1b[I", b"\x1b[201~", b"\x1b[?e", b"\x1b[=1e", b"\x1b[>q", b"\x1b[!p", b"\x1b[ q",
    b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\", b"\x1b]10;rgb:ff/ff/ff\x07", b"\x1b]52;c;cXVlcXVl\x07", b"\x1b]0;que\xe9\x07",
    b"\x1bP>|XTerm(390)\x1b\\", b"\x1bP1+r544e=787465726d\x1b\\", b"\x1b_Gi=1;OK\x1b\\", b"\x1b^pqe\x1b\\",
    b"\x1bXpqe\x1b\\",
    # bytes that are no characters
    b"\xff", b"\xfe\xff", b"\xc3", b"\xe2\x82", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc0\xaf",
]  # fmt: skip


@pytest.mark.parametrize("report", NOT_KEYS)
@pytest.mark.parametrize("in_pieces", [False, True])
def test_what_is_not_a_key_types_nothing(report: bytes, in_pieces: bool) -> None:
    terminal = Terminal()
    messages = [*terminal.sends(*(bytewise(report) if in_pieces else [report])), *terminal.waits()]
    assert typed(messages) == []
    assert not any(isinstance(message, events.Resize) for message in messages)
    assert typed(terminal.sends(b"q")) == ["q"]


@pytest.mark.parametrize(
    "cut", [b"\x1b[1;", b"\x1b[<0;5", b"\x1b[M!", b"\x1b[?2026;", b"\x1b]11;rgb:1e", b"\x1bP>|X", b"\x1b_G", b"\x1b[["]
)
def test_a_sequence_cut_off_is_forgotten(cut: bytes) -> None:
    terminal = Terminal()
    assert typed([*terminal.sends(cut), *terminal.waits()]) == []
    assert typed(terminal.sends(b"qe")) == ["q", "e"]
    assert typed(terminal.sends(cut + b"\x1b[A")) == ["up"]
    assert typed(terminal.sends(cut + b"\r")) == (
        ["enter"] if cut[1:2] == b"[" and cut[2:] not in (b"M!", b"[") else []
    )


def test_a_string_without_an_end_takes_no_held_key_for_long() -> None:
    terminal = Terminal()
    pressed = typed(terminal.sends(b"\x1b]11;rgb:", *[b"e"] * 60, pause=1 / 30))
    assert len(pressed) >= 60 - 30 * terminal_input.PATIENCE - 1


def test_pasted_text_is_a_paste_whatever_is_in_it() -> None:
    terminal = Terminal()
    text = "x = 1\x00\nδ\x1b[A\x1b]q" + "e" * 5000
    data = b"\x1b[200~" + text.encode() + b"\xff\x1b[201~q"
    for reads in ([data], bytewise(data)):
        messages = terminal.sends(*reads)
        assert [m.text for m in messages if isinstance(m, events.Paste)] == [
            text.replace("\x00", "").replace("\x1b", "")
        ]
        assert typed(messages) == ["q"]


def test_a_paste_without_an_end_times_out() -> None:
    terminal = Terminal()
    assert terminal.sends(b"\x1b[200~ab", b"c") == []
    assert terminal.waits(0.2) == []
    assert [m.text for m in terminal.waits() if isinstance(m, events.Paste)] == ["abc"]
    assert typed(terminal.sends(b"q")) == ["q"]


def test_a_paste_is_kept_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal_input, "MOST_PASTED", 100)
    terminal = Terminal()
    messages = terminal.sends(b"\x1b[200~", *[b"0123456789"] * 1000, b"\x1b[2", b"01~q")
    assert [len(m.text) < 120 for m in messages if isinstance(m, events.Paste)] == [True]
    assert typed(messages) == ["q"]


def test_focus_mouse_and_cursor_are_reported() -> None:
    messages = Terminal().sends(b"\x1b[I\x1b[O\x1b[<0;3;5M\x1b[<0;3;5m\x1b[7;8R\x1b[?2026;2$y")
    assert [type(message).__name__ for message in messages] == [
        "AppFocus", "AppBlur", "MouseDown", "MouseUp", "CursorPosition", "TerminalSupportsSynchronizedOutput",
    ]  # fmt: skip


SEQUENCES = st.sampled_from(
    [*(key.encode() for key in KEYS), *NOT_KEYS, b"\x1b", b"\x1b[200~", b"\x1b[<0;3;5M", b"\x1b[101;1:2u"]
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A sequence with some bytes cut out, put in or changed."""
    data = bytearray(draw(SEQUENCES))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(data)))
        data[place : place + draw(st.integers(0, 2))] = draw(
            st.binary(max_size=2) | st.sampled_from([b"\x1b", b":", b";", b"9"])
        )
    return bytes(data)


@given(st.lists(st.binary(max_size=40) | mutated() | SEQUENCES, max_size=12))
def test_whatever_was_sent_the_next_key_works(reads: list[bytes]) -> None:
    terminal = Terminal()
    for message in terminal.sends(*reads):
        assert not isinstance(message, events.Resize)
        if isinstance(message, events.Key):
            (message.character or "").encode()
    terminal.waits()
    assert not terminal.reader.waiting
    assert typed(terminal.sends(b"q\x1b[A\xce\xb4")) == ["q", "up", "δ"]


@given(st.lists(SEQUENCES | mutated(), max_size=8), st.data())
def test_where_reads_end_makes_no_difference(sent: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=10)))
    reads = [part for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True) if (part := whole[start:end])]
    one, other = Terminal(), Terminal()
    assert typed([*one.sends(whole), *one.waits()]) == typed([*other.sends(*reads, pause=0.0), *other.waits()])


def test_a_sequence_whose_number_ends_a_read_continues_in_the_next() -> None:
    assert typed(Terminal().sends(b"\x1bO0", b"j", pause=0.0)) == []  # it is no key, and its end is none either


def test_keys_of_one_read_have_come_before_the_first_is_answered() -> None:
    """Else what was typed ahead of a dialog's end would count as meant for the screen below it."""
    ours, theirs = os.pipe()
    os.write(theirs, b"\rq")
    os.close(theirs)
    keys, answered = [], []

    def receive(message: Message) -> None:
        keys.append(message)
        answered.append(get_time())

    assert not read_keys(ours, threading.Event(), receive, False)
    os.close(ours)
    assert typed(keys) == ["enter", "q"]
    assert all(key.time <= answered[0] for key in keys)
