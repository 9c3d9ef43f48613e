"""Verbs, exit codes, and what happens to everything that is wrong."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.cli.program import COMMAND, assert_refused, interruptible, printed, program
from tests.patience import LIMIT
from tests.transcription import Array
from tui_backprop import __version__, load_experiment
from tui_backprop.cli import learn
from tui_backprop.cli import main as cli
from tui_backprop.cli.check import check
from tui_backprop.cli.commands import VERBS, parser_of
from tui_backprop.cli.studio import read
from tui_backprop.core.diagnostics import gradient_check
from tui_backprop.errors import BackpropError
from tui_backprop.experiments import preset_names

SHAPES = {
    "article": "3-4-1",
    "article-random": "3-4-1",
    "no-direction": "3-1",
    "linear-collapse": "3-4-1",
    "blame": "2-4-1",
    "dead-relu": "3-4-1",
    "sigmoid": "3-4-1",
    "xor": "2-4-1",
    "circle": "2-4-1",
    "spiral": "4-8-8-1",
    "iris": "4-8-3",
}


def test_list_has_a_line_for_each_preset() -> None:
    lines = [line.split(maxsplit=2) for line in printed("list").splitlines()]
    assert {name: shape for name, shape, _ in lines} == SHAPES
    assert [title for _, _, title in lines] == [load_experiment(name).title for name in SHAPES]


@pytest.mark.parametrize("name", ["article", "xor", "no-direction"])
def test_check_passes_on_presets(name: str) -> None:
    assert "gradient check passed" in printed("check", name)


@pytest.mark.parametrize("name", [name for name in preset_names() if name not in ("iris", "spiral")])
def test_check_passes_with_every_kind_of_change(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for changes in (["--hidden", "tanh"], ["--output", "sigmoid"], ["--batch", "full"], ["--seed", "3"]):
        assert cli.main(["check", name, *changes]) == 0
    assert "FAILED" not in capsys.readouterr().out


def test_check_exits_1_where_the_gradient_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    check = gradient_check.check_gradient

    def doubled(*arguments: object) -> Array:
        return 2 * gradient_check.backprop_gradient(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(gradient_check, "check_gradient", lambda experiment: check(experiment, gradient=doubled))
    assert cli.main(["check", "article"]) == 1
    assert "gradient check FAILED" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("layers", "samples", "batch", "hint"),
    [
        ([100, 200, 1], 200, "full", "use fewer units or samples"),
        ([30, 16, 1], 500, 1, "use --batch full, or fewer units or samples"),
    ],
)
def test_a_check_that_would_take_minutes_is_refused(layers: list[int], samples: int, batch: object, hint: str) -> None:
    data = {"inputs": np.zeros((samples, layers[0])), "targets": np.zeros((samples, 1))}
    experiment = load_experiment({"network": {"layers": layers}, "training": {"batch": batch}, "data": data})
    with pytest.raises(BackpropError, match=f"gradients on {samples} samples are too many to check") as refused:
        check(experiment, None)
    assert refused.value.hint == hint


def test_the_version_is_printed_without_numpy_or_textual() -> None:
    for option, text in (("--version", f"tui-backprop {__version__}\n"), ("--help", "usage: tui-backprop")):
        done = subprocess.run(
            [sys.executable, "-X", "importtime", *COMMAND[1:], option], capture_output=True, text=True, check=True
        )
        assert done.stdout.startswith(text)
        imported = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
        assert "tui_backprop" in imported
        assert not imported & {"numpy", "textual", "rich", "plotext"}


@pytest.mark.parametrize("verb", ["train", "check", "list"])
def test_verbs_that_draw_nothing_do_not_import_textual(verb: str) -> None:
    arguments = [] if verb == "list" else ["article"]
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *COMMAND[1:], verb, *arguments], capture_output=True, text=True, check=True
    )
    assert "textual" not in done.stderr
    assert "plotext" not in done.stderr


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_its_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main([verb, "--help"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: tui-backprop {verb}")


@pytest.mark.parametrize("arguments", [[], ["article"], ["xor", "--seed", "3"]])
def test_without_a_terminal_the_studio_names_train_and_show(arguments: list[str]) -> None:
    assert_refused(program(*arguments), "terminal", "`tui-backprop train`", "`tui-backprop show`")


BAD_FILES: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: None,
    "a folder": lambda path: path.mkdir(),
    "binary": lambda path: path.write_bytes(os.urandom(1000) + b"\xff"),
    "no TOML": lambda path: path.write_text("[[[[", "utf-8"),
    "hostile": lambda path: path.write_text('"\\u001b]0;hello\\u0007\\n" = 1\n[network]\nlayers = [1, 1]\n', "utf-8"),
    "too deep": lambda path: path.write_text("title" + ".a" * 5000 + " = 1", "utf-8"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_experiment_file_is_named_in_one_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / "bad.toml"
    BAD_FILES[name](path)
    done = program("train", str(path))
    assert_refused(done, str(path), "expected")
    assert "\x1b" not in done.stderr


BAD_ARGUMENTS = [
    # arguments, and words of the message
    (["train"], ["EXPERIMENT"]),
    (["train", "artikle"], ["artikle: no such file or preset", "article"]),
    (["train", "article", "--frobnicate"], ["--frobnicate", "--help"]),
    (["train", "article", "two\nlines"], ["two\\nlines"]),
    (["train", "article", "\x1b[2J"], ["\\x1b[2J"]),
    (["train", "article", "--rat", "0.1"], ["--rat"]),
    (["train", "article", "--epochs", "0"], ["--epochs", "from 1"]),
    (["train", "article", "--epochs", "-5"], ["--epochs"]),
    (["train", "article", "--epochs", "1.5"], ["--epochs", "from 1"]),
    (["train", "article", "--epochs", "9" * 5000], ["--epochs"]),
    (["train", "article", "--format", "xml"], ["--format", "jsonl"]),
    (["train", "article", "--every", "day"], ["--every", "epoch"]),
    (["train", "article", "--rate", "fast"], ["--rate", "fast"]),
    (["train", "article", "--rate", "nan"], ["--rate: 'nan' is not a number, e.g. 0.1"]),
    (["train", "article", "--rate", "inf"], ["--rate: 'inf' is not a number"]),
    (["train", "article", "--rate", "1e400"], ["--rate: '1e400' is too large"]),
    (["train", "article", "--rate", "0,0,5"], ["--rate: '0,0,5' is not a number"]),
    (["train", "article", "--rate", "0"], ["training.rate", "above 0"]),
    (["train", "article", "--rate", "-1"], ["training.rate", "above 0"]),
    (["train", "article", "--seed", "x"], ["--seed"]),
    (["train", "article", "--seed", "1.5"], ["--seed"]),
    (["train", "article", "--seed", "-1"], ["--seed: '-1' is not a whole number from 0"]),
    (["train", "article", "--seed", "4294967296"], ["--seed", "to 4294967295"]),
    (["train", "article", "--seed", "9" * 5000], ["--seed: '9999", "…", "is not a whole number from 0 to 4294967295"]),
    (["train", "article", "--layers", ""], ["--layers", "3,4,1"]),
    (["train", "article", "--layers", "3,x,1"], ["--layers", "3,4,1"]),
    (["train", "article", "--layers", "3,,1"], ["--layers", "3,4,1"]),
    (["train", "article", "--layers", "3,-4,1"], ["network.layers", "from 1"]),
    (["train", "article", "--layers", "3," + "9" * 5000 + ",1"], ["network.layers", "from 1"]),
    (["train", "article", "--layers", "3,0,1"], ["network.layers", "from 1"]),
    (["train", "article", "--layers", "3,100000,1"], ["network.layers", "to 1024"]),
    (["train", "article", "--layers", "3"], ["network.layers"]),
    (["train", "article", "--layers", "2,4,1"], ["data.inputs", "2 numbers"]),
    (["train", "article", "--layers", "3,4,2"], ["data.targets", "2 numbers"]),
    (["train", "article", "--hidden", "reul"], ["network.hidden", "relu"]),
    (["train", "article", "--output", "reul"], ["network.output", "softmax"]),
    (["train", "article", "--batch", "0"], ["--batch", "from 1"]),
    (["train", "article", "--batch", "9" * 5000], ["--batch", "from 1"]),
    (["train", "article", "--batch", "-1"], ["--batch"]),
    (["train", "article", "--batch", "half"], ["--batch", "full"]),
    (["train", "article", "--data", "none.csv"], ["none.csv", "no such file"]),
    (["train", "article", "--data", "."], ["is a folder, not a file"]),
    (["check"], ["EXPERIMENT"]),
    (["check", "article", "--epochs", "3"], ["--epochs"]),
    (["list", "article"], ["article"]),
    (["show"], ["EXPERIMENT"]),
    (["show", "article", "--size", "120"], ["--size", "columns x rows"]),
    (["show", "article", "--size", "0x0"], ["--size", "columns x rows"]),
    (["show", "article", "--size", "-5x10"], ["--size"]),
    (["show", "article", "--size", "axb"], ["--size", "columns x rows"]),
    (["show", "article", "--size", "100000x100000"], ["--size", "columns x rows"]),
    (["show", "article", "--size", "9" * 5000 + "x40"], ["--size"]),
    (["show", "article", "--at", "x"], ["'x'", "EPOCH:SAMPLE:PHASE"]),
    (["show", "article", "--at", "1:9"], ["samples 0 to 3"]),
    (["show", "article", "--at", "1:0:mask7"], ["mask7", "mask1"]),
    (["show", "article", "--at", "9" * 5000], ["too far"]),
    (["show", "article", "--plain", "--svg", "x.svg"], ["--svg", "--plain"]),
    (["learn", "99"], ["no chapter 99"]),
    (["learn", "9" * 5000], ["no chapter"]),
    (["artikle"], ["artikle: no such file or preset, did you mean article?"]),
    (["xro"], ["xro: no such file or preset, did you mean xor?"]),
    (["--frobnicate"], ["--frobnicate (see"]),
    (["trian", "article"], ["'trian' is not a command, preset or file, did you mean train?"]),
    (["Learn", "3"], ["did you mean learn?"]),
    (["train", "article", "--epoch", "5"], ["--epoch 5, did you mean --epochs?"]),
    (["train", "article", "--hidden", "ReLU"], ["unknown 'ReLU', did you mean relu?"]),
    (["train", "article", "--hidden", "relu6, tanh or so"], ["unknown 'relu6, tanh or so' (expected"]),
    (["check", "article", "--goal", "all-right"], ["did you mean all_right?"]),
]


@pytest.mark.parametrize(("arguments", "words"), BAD_ARGUMENTS, ids=[" ".join(a)[:40] for a, _ in BAD_ARGUMENTS])
def test_bad_arguments_are_refused_in_one_line(
    arguments: list[str], words: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    code = cli.main(arguments)
    out, err = capsys.readouterr()
    assert_refused(subprocess.CompletedProcess(arguments, code, out, err), *words)
    assert err.rstrip("\n").isprintable()


@pytest.mark.parametrize(
    "arguments", [["train", "article", "--frobnicate"], ["check", "none.toml"], ["show", "article", "--size", "1x1"]]
)
def test_the_real_program_refuses_in_one_line_too(arguments: list[str]) -> None:
    assert_refused(program(*arguments))


@pytest.mark.skipif(os.name != "posix", reason="signals and descriptors of POSIX")
@pytest.mark.slow
class TestStreams:
    def shell(self, command: str) -> subprocess.CompletedProcess[str]:
        line = f"{' '.join(COMMAND)} {command}"
        return subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=LIMIT, check=False)

    @pytest.mark.parametrize(
        "command", ["list", "train article --every step --format jsonl", "train no-direction --epochs 100000"]
    )
    def test_a_reader_that_has_seen_enough_is_left_in_peace(self, command: str) -> None:
        with subprocess.Popen([*COMMAND, *command.split()], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(LIMIT) == 0

    def test_an_interrupt_exits_130_without_a_word(self) -> None:
        with interruptible("train", "no-direction", "--epochs", "100000000") as process:
            assert process.stdout is not None
            process.stdout.readline()
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=LIMIT)
        assert (process.returncode, errors) == (130, "")

    def test_a_closed_output_is_as_good_as_none(self) -> None:
        for command in ("list >&-", "train article --format csv >&-"):
            done = self.shell(command)
            assert (done.returncode, done.stderr) == (0, "")
        assert self.shell("train none.toml 2>&-").returncode == 2

    def test_a_closed_input_is_not_a_terminal(self) -> None:
        assert_refused(self.shell("article <&-"), "terminal")

    def test_an_output_that_cannot_show_arrows_gets_escapes(self) -> None:
        environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
        done = subprocess.run(
            [*COMMAND, "check", "article"], capture_output=True, env=environment, timeout=LIMIT, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"\\u2192" in done.stdout


def test_one_thread_is_asked_of_openblas_unless_the_user_chose() -> None:
    code = "import os, tui_backprop; print(os.environ['OPENBLAS_NUM_THREADS'])"
    for chosen, expected in ((None, "1"), ("2", "2")):
        environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
        environment |= {} if chosen is None else {"OPENBLAS_NUM_THREADS": chosen}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
        assert done.stdout.strip() == expected


def test_initial_weights_are_the_same_in_another_process() -> None:
    code = "from tui_backprop import load_experiment as l; print(l('article-random').initial.flat.tolist())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    expected = np.random.RandomState(0).random_sample(16).tolist()
    assert done.stdout.strip() == str(expected)


def test_a_lesson_asked_for_in_the_studio_keeps_its_look(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []

    def run(options: argparse.Namespace) -> int:
        found.append(options)
        return 0

    monkeypatch.setattr(learn, "run", run)
    assert read("05-the-gate", parser_of("studio").parse_args(["article", "--theme", "nord", "--no-motion"])) == 0
    (options,) = found
    assert (options.lesson, options.theme, options.motion, options.kiosk) == ("05-the-gate", "nord", False, False)
    assert (options.plain, options.questions, options.results) == (False, None, None)
