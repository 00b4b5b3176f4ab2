import pytest
from hypothesis import given
from hypothesis import strategies as st

from threatmodel.sealing.envelope import CONTENT_BYTES, NotOpened, seal, unseal
from threatmodel.sealing.key_file import FileRing
from threatmodel.sealing.keyring import DESTROY_AFTER

NOW = 1_800_000_000


@pytest.fixture(scope="module")
def ring(tmp_path_factory):
    return FileRing(tmp_path_factory.mktemp("keys"), on_disk=True)


@given(content=st.binary(max_size=CONTENT_BYTES - 2))
def test_what_is_sealed_opens_again_and_always_has_one_size(ring, content):
    sealed = seal(content, ring, NOW)

    assert unseal(sealed, ring, NOW) == content
    assert len(sealed) == len(seal(b"", ring, NOW))


def test_the_same_content_never_looks_the_same(ring):
    assert seal(b"yes", ring, NOW) != seal(b"yes", ring, NOW)


def test_too_much_content_is_refused(ring):
    with pytest.raises(ValueError, match="do not fit"):
        seal(bytes(CONTENT_BYTES - 1), ring, NOW)


def test_a_change_of_any_one_character_is_found(ring):
    sealed = seal(b"answers", ring, NOW)

    for i, character in enumerate(sealed):
        for other in "AB_=!":
            if other != character:
                with pytest.raises(NotOpened):
                    unseal(sealed[:i] + other + sealed[i + 1 :], ring, NOW)


@pytest.mark.parametrize("cut", [0, 1, 20, 100, 259])
def test_a_cut_text_does_not_open(ring, cut):
    with pytest.raises(NotOpened):
        unseal(seal(b"answers", ring, NOW)[:cut], ring, NOW)


@given(text=st.text(max_size=400))
def test_no_text_of_somebody_else_opens_or_breaks(ring, text):
    with pytest.raises(NotOpened):
        unseal(text, ring, NOW)


def test_an_oversized_text_is_not_even_tried(ring):
    with pytest.raises(NotOpened):
        unseal("A" * 100_000, ring, NOW)


def test_with_the_key_gone_nothing_opens_not_even_with_all_that_is_left(ring, tmp_path):
    own = FileRing(tmp_path, on_disk=True)
    sealed = seal(b"answers", own, NOW)
    own.current(NOW + DESTROY_AFTER)

    with pytest.raises(NotOpened):
        unseal(sealed, own, NOW)
