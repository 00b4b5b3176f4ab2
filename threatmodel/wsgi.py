"""What a web server runs. A pack with a fault stops the start here, and so does a place unfit for keys."""

import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "threatmodel.settings")
application = get_wsgi_application()

from threatmodel.content.errors import BrokenPack  # noqa: E402
from threatmodel.sealing.keyring import RingUnfit  # noqa: E402
from threatmodel.walkthrough.packs import questionnaire  # noqa: E402
from threatmodel.walkthrough.walk import key_ring  # noqa: E402

try:
    questionnaire()
    key_ring()
except (BrokenPack, RingUnfit) as fault:
    sys.exit(str(fault))
