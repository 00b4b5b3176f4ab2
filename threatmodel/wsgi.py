"""What a web server runs. A pack with a fault stops the start here, with every fault and its remedy."""

import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "threatmodel.settings")
application = get_wsgi_application()

from threatmodel.content.errors import BrokenPack  # noqa: E402
from threatmodel.walkthrough.packs import questionnaire  # noqa: E402

try:
    questionnaire()
except BrokenPack as broken:
    sys.exit(str(broken))
