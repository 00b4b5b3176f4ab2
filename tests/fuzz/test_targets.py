"""The fuzzer's targets take their own examples, and what once broke one of them; no fuzzer is needed for that."""

import pytest

from tests.fuzz.targets import TARGETS

ONCE_BROKE: list[tuple[str, bytes]] = []


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_its_examples_whole_cut_and_changed(name):
    """P16: each is refused in the parser's own words, or accepted."""
    for seed in TARGETS[name].seeds:
        TARGETS[name].run(seed)
        for cut in range(0, len(seed), max(1, len(seed) // 8)):
            TARGETS[name].run(seed[:cut])
            TARGETS[name].run(seed[:cut] + b"\xff" + seed[cut + 1 :])


@pytest.mark.parametrize(("name", "sent"), ONCE_BROKE)
def test_what_once_broke_a_target_does_not_any_more(name, sent):
    """P16"""
    TARGETS[name].run(sent)
