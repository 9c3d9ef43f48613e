"""Each thing that the article says or shows, and the page where it can be seen and done."""

from __future__ import annotations

import pytest

from tui_backprop.lessons.computed_page import PageBuilder
from tui_backprop.lessons.library import chapter, chapter_names
from tui_backprop.lessons.plain import plain

WHAT_AND_WHERE = [
    # what the article says or shows, chapter, page, words on that page, done there or only read
    ("a network is weighted sums, and learns by correcting weights", 1, "A weighted sum", "weighted sum", "seen"),
    ("the correction: rate × input × δ", 1, "Each weight is corrected", "subtract rate × gradient", "asked"),
    ("δ is prediction − target", 1, "How wrong is it?", "How wrong", "asked"),
    ("an input of 0 contributed nothing", 1, "Other weights, another sample", "inputs are 0", "asked"),
    ("the error goes down its slope", 1, "Turn a weight, watch the error", "called the gradient", "asked"),
    ("up and down tendencies, sample by sample", 1, "Tug-of-war", "▲", "asked"),
    ("no correlation between input and output", 1, "Tug-of-war", "correlation", "asked"),
    ("four samples that one layer never learns", 1, "Let it train", "far from 0", "waits"),
    ("more iterations do not help", 1, "Let it train", "more epochs do not help", "waits"),
    ("no straight line fits", 1, "No straight line will do", "must rise", "asked"),
    ("an in-between set of values", 2, "A new set of values", "in-between set", "asked"),
    ("which correlate with the output", 2, "Pulls that come to agree", "clear direction", "asked"),
    ("and which a single layer can learn from", 2, "One layer is enough now", "gets all four right", "waits"),
    ("12 + 4 weights, a 3-4-1 network", 2, "Four units in the middle", "3-4-1", "seen"),
    ("hidden layers; two networks stacked", 2, "A second network on top", "stacked", "seen"),
    ("as wide as you like", 2, "A wider one", "as wide as you like", "asked"),
    ("nobody tells hidden units what to say", 2, "The catch", "none for h1", "seen"),
    ("blame by weight: 0 and 100", 3, "Who did it?", "Someone said a bit too much", "asked"),
    ("δ of a hidden unit: weight × δ above", 3, "Upstream", "weight to the output × δ", "seen"),
    ("then the same correction rule", 3, "The same rule as before", "very rule of chapter 1", "asked"),
    ("two linear layers by letters", 4, "In letters", "w1·w5 + w3·w6", "seen"),
    ("are one layer", 4, "What is in the brackets?", "single layer", "asked"),
    ("however many there are, and however wide", 4, "And with more layers?", "hypothesis space", "asked"),
    ("so they cannot learn it", 4, "So it cannot learn either", "clear direction", "waits"),
    ("ReLU: a unit may stay out of it", 5, "One bend", "ReLU", "seen"),
    ("sometimes: for some samples, not for others", 5, "Shut for some, open for others", "bend", "seen"),
    ("the slope as a mask on the way back", 5, "The way back", "mask", "asked"),
    ("a whole step", 6, "You have done it", "by hand", "seen"),
    ("what it prints: runs 1, 2, 147 and 148", 7, "To the end", "147", "waits"),
    ("0 is reached by rounding", 7, "Is it really zero?", "before rounding", "seen"),
    ("the bend through the samples", 7, "One unit bends it", "bend that no single layer has", "seen"),
    ("activations: continuous, for every z", 8, "A step", "not continuous", "asked"),
    ("monotonic", 8, "What makes a good one?", "monotonic", "asked"),
    ("non-linear", 8, "Linear", "in a hidden layer that is fatal", "asked"),
    ("easy to compute", 8, "One more", "easy", "asked"),
    ("sigmoid, and its slope a × (1 − a)", 8, "A slope at work", "a × (1 − a)", "asked"),
    ("the program: forward", 11, "Forward", "np.maximum(z1, 0)", "waits"),
    ("the program: backward", 11, "And back", "blame1 * (z1 > 0)", "waits"),
    ("the mask in the program", 11, "Fill in the last line", "The gate looks at z1", "asked"),
    ("the program as a whole", 11, "The whole program", "np.random.seed(0)", "waits"),
    ("correlation is made where there was none", 12, "A correlation, made to order", "representation", "asked"),
    ("features", 12, "The first layer", "features", "asked"),
    ("features of features", 12, "The second layer", "feature made of features", "seen"),
    ("why many layers", 12, "Was it worth a layer?", "Layers on layers", "asked"),
    ("deep learning: noses, ears and eyes of dogs", 12, "Dogs", "noses, ears and eyes", "asked"),
]  # fmt: skip


@pytest.mark.slow
def test_everything_that_the_article_says_has_its_page() -> None:
    texts, kinds = {}, {}
    for number, name in enumerate(chapter_names(), 1):
        lesson = chapter(name)
        builder = PageBuilder(lesson)
        parts = plain(lesson, answers=True).split("\n\n")
        text, titles = "\n\n".join(parts), [page.title for page in lesson.pages]
        for place, page in enumerate(lesson.pages):
            rest = text.partition(f"{place + 1}. {page.title}\n")[2]
            until = f"{place + 2}. {titles[place + 1]}\n" if place + 1 < len(titles) else "\0"
            texts[number, page.title] = " ".join(rest.partition(until)[0].split())
            computed = builder.build(page)
            kinds[number, page.title] = "asked" if computed.prompt else "waits" if computed.wait else "seen"
    for what, number, title, words, how in WHAT_AND_WHERE:
        assert words in f"{title} {texts[number, title]}", what
        assert kinds[number, title] == how, what
