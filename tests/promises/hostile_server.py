"""What a test serves to have a browser walk through content that attacks."""

from tests.promises import hostile
from threatmodel.documents import packs

packs.compile_pack = packs.compile_in = hostile.compile_hostile
packs.samples = hostile.hostile_samples

from threatmodel.wsgi import application  # noqa: E402

__all__ = ["application"]
