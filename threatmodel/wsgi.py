"""What a web server runs. An unsafe setting or a faulty pack stops the start here, with every fault and its remedy."""

import os
import sys

import django
from django.core.wsgi import get_wsgi_application

from threatmodel.guard import guarded
from threatmodel.host import harden

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "threatmodel.settings")
harden()
django.setup()

from threatmodel.content.errors import BrokenPack  # noqa: E402
from threatmodel.documents.packs import in_every_language  # noqa: E402
from threatmodel.start import faults  # noqa: E402
from threatmodel.sweep import begin as begin_to_sweep  # noqa: E402
from threatmodel.sweep import sweep_clinic  # noqa: E402

if unsafe := faults():
    sys.exit("\n".join(unsafe))
try:
    in_every_language()
except BrokenPack as broken:
    sys.exit(str(broken))
application = guarded(get_wsgi_application())
sweep_clinic(first=True)
begin_to_sweep()
