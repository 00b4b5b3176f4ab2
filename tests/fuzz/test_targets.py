"""The fuzzer's targets take their own examples, whole and broken; no fuzzer is needed for that."""

import pytest

from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_its_examples_whole_cut_and_changed(name):
    """P16: each is refused in the parser's own words, or accepted."""
    for seed in TARGETS[name].seeds:
        TARGETS[name].run(seed)
        for cut in range(0, len(seed), max(1, len(seed) // 8)):
            TARGETS[name].run(seed[:cut])
            TARGETS[name].run(seed[:cut] + b"\xff" + seed[cut + 1 :])
