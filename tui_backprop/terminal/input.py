"""What a terminal sends, sorted before Textual's parser sees it: keys, reports, and what is neither.

That parser turns what it does not know into typed text; it raises on some reports, and stops working. Here it
gets one whole sequence at a time, and a sequence that it does not understand is dropped.
"""

from __future__ import annotations

import re
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator

from textual import events
from textual.constants import ESCAPE_DELAY
from textual.message import Message

from tui_backprop.terminal.internals import KeyParser

PATIENCE = 0.5
"""Seconds after which an unfinished sequence is given up: what comes next is a key again."""
PASTE_PATIENCE = 1.0
"""Seconds without a byte after which a paste is over."""
MOST_PASTED = 2**20
"""The most characters of a paste that are kept."""
LONGEST = 32
"""Characters of the longest sequence that Textual's parser does not type."""
_PASTE, _PASTED = "\x1b[200~", "\x1b[201~"
_SEQUENCE = re.compile(
    r"""\x1b\[ (?: \[[^\x1b] | M[^\x1b]{3} | \?[0-9;]*\$[^\x1b])  # CSI: functions keys of Linux, old mice, modes
    | \x1b\[ (?! M | \[ | \?[0-9;]*\$) [-0-?]* [ -#%-,./]* [$@-~]  # all others
    | \x1bO [0-9;]*+ [ -~]  # SS3; a number at the end of a read may go on
    | (?P<string> \x1b[]PX^_] [^\x07\x18\x1a\x1b]* (?:\x07|\x1b\\) )  # OSC, DCS, SOS, PM, APC
    | \x1b[^]O[PX^_\x1b]  # alt and a key
    | [^\x1b]""",
    re.VERBOSE | re.DOTALL,
)
_BEGUN = re.compile(r"\x1b(?:\[(?:\[|M[^\x1b]{0,2}|[-0-?]*[ -/]*)|O[0-9;]*|[]PX^_][^\x07\x18\x1a\x1b]*(?:\x1b\Z)?)?")
_KITTY = re.compile(r"(\x1b\[(?:\d+|(?=;)))(?::[\d:]*)?(;\d*)(?::(?P<event>\d*))?((?:;[\d:]*)?[u~A-S])")
_RELEASE = "3"
# The window's size comes from the system alone: reports of it, or that they are supported, are not needed.
_UNWANTED = re.compile(r"\x1b\[(?:48;.*t|\?2048;.*)")


class KeyReader:
    """Turns a terminal's bytes into messages: `feed` it what has come, and call `quiet` while nothing comes."""

    def __init__(self, debug: bool = False, now: Callable[[], float] = time.monotonic) -> None:
        self._debug, self._now = debug, now
        self._decode = getincrementaldecoder("utf-8")("surrogateescape").decode
        self._parser = KeyParser(debug)
        self._begun = ""  # a sequence that may be incomplete
        self._paste: str | None = None  # text that is being pasted
        self._since = 0.0  # when the sequence began, or the paste last went on

    @property
    def waiting(self) -> bool:
        """Whether a sequence or a paste may be incomplete."""
        return bool(self._begun) or self._paste is not None

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages of everything that is complete by now."""
        now = self._now()
        if self._begun and now - self._since > PATIENCE:
            yield from self._give_up()
        text, place, known = self._begun + self._decode(data), 0, len(self._begun)
        self._begun = ""
        while place < len(text):
            if self._paste is not None:
                self._since = now
                before, self._paste = len(self._paste), self._paste + text[place:]
                end = self._paste.find(_PASTED, max(0, before - len(_PASTED)))
                if end < 0:
                    self._paste = self._paste[:MOST_PASTED] + self._paste[MOST_PASTED:][-len(_PASTED) :]
                    return
                text, place, self._paste = self._paste[end + len(_PASTED) :], 0, self._paste[:end]
                yield from self._end_paste()
            elif sequence := _SEQUENCE.match(text, place):
                place = sequence.end()
                if sequence["string"] is None:  # strings are answers to questions that we never ask
                    yield from self._read(sequence[0])
            else:
                begun = _BEGUN.match(text, place)
                assert begun is not None  # everything but an escape is a sequence of its own
                place = begun.end()
                if place == len(text):
                    self._begun = begun[0]
                    self._since = self._since if known and not begun.start() else now
                elif begun[0] == "\x1b":
                    yield from self._parsed(begun[0], over=True)

    def quiet(self) -> Iterator[Message]:
        """The messages of what stays incomplete; to be called now and then while nothing arrives."""
        waited = self._now() - self._since
        if self._paste is not None and waited > PASTE_PATIENCE:
            yield from self._end_paste()
        elif self._begun and waited > (ESCAPE_DELAY if len(self._begun) <= 2 else PATIENCE):
            yield from self._give_up()

    def _give_up(self) -> Iterator[Message]:
        """The escape key, alt and a key, or a sequence that was cut off."""
        begun, self._begun = self._begun, ""
        if len(begun) <= 2:
            yield from self._parsed(begun, over=True)

    def _end_paste(self) -> Iterator[Message]:
        text, self._paste = self._paste or "", None
        yield events.Paste("".join(c for c in text if c not in "\0\x1b" and not _is_surrogate(c)))

    def _read(self, sequence: str) -> Iterator[Message]:
        """A character, a key or a report. A held key counts as pressed repeatedly; its release is ignored."""
        if sequence == _PASTE:
            self._paste = ""
        elif kitty := _KITTY.fullmatch(sequence):
            if kitty["event"] != _RELEASE:
                yield from self._parsed(kitty[1] + kitty[2] + kitty[4])
        elif not _UNWANTED.fullmatch(sequence):
            yield from self._parsed(sequence, over=sequence[0] == "\x1b" and len(sequence) == 2)

    def _parsed(self, sequence: str, over: bool = False) -> Iterator[Message]:
        """What Textual makes of one sequence, after which nothing comes if it is `over`.

        Where that is nothing, its parser may be waiting for more, and another one takes its place.
        """
        found: list[Message] = []
        if len(sequence) <= LONGEST:
            try:
                found += self._parser.feed(sequence)
                if over:
                    found += self._parser.feed("")  # the end of everything
            except Exception:  # noqa: BLE001  # whatever it stumbles over, the next key must work
                found = []
            if over or not found:
                self._parser = KeyParser(self._debug)
        for message in found:
            if not (isinstance(message, events.Key) and _is_surrogate(message.character or "")):
                yield message


def _is_surrogate(text: str) -> bool:
    """Whether the text holds a byte that is not UTF-8, or half a character."""
    return any("\ud800" <= c <= "\udfff" for c in text)
