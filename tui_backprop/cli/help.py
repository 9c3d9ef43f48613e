"""`tui-backprop help`: the documentation that ships with the package, by topic."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tui_backprop.cli.commands import VERBS, parser_of
from tui_backprop.errors import BackpropError, perhaps, quoted

PACKAGE = Path(__file__).parents[1]
TOPICS = {
    "screen": "studio",
    "lessons": "lessons",
    "data": "experiments",
    "commands": "cli",
    "sessions": "sessions",
    "ssh": "terminal",
    "mathematics": "core",
}
"""Topics, and the folders whose README they are."""


def run(options: argparse.Namespace) -> int:
    """Prints the topics, one of them, or a command's help; returns the exit code."""
    if options.topic is None:
        print(listing(), end="")
    elif options.topic in VERBS and options.topic not in TOPICS:
        parser_of(options.topic).print_help()
    else:
        print_topic(options.topic)
    return 0


def text_of(topic: str) -> str:
    """The Markdown of a topic, or of its folder; raises `BackpropError` if there is no such topic."""
    folder = TOPICS.get(topic, topic)
    if folder not in TOPICS.values():
        raise BackpropError(f"there is no topic {quoted(topic)}{perhaps(topic, TOPICS)}", "see tui-backprop help")
    return (PACKAGE / folder / "README.md").read_text(encoding="utf-8")


def listing() -> str:
    """All topics, one per line, with their titles."""
    lines = [f"  tui-backprop help {topic:<12} {text_of(topic).splitlines()[0].lstrip('# ')}\n" for topic in TOPICS]
    return "Topics:\n" + "".join(lines) + "\nEach command has its own --help. Inside the studio press ? for help.\n"


def print_topic(topic: str) -> None:
    """Prints a topic: formatted on a terminal, as Markdown elsewhere."""
    text = text_of(topic)
    if not sys.stdout.isatty():
        print(text, end="")
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console(width=min(100, Console().width)).print(Markdown(text))
