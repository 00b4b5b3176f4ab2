"""The settings of tests: a directory in place of memory, no limits, and a clinic, so that both sides can be tested.

Servers that tests start have only what stands in their own surroundings: none has a clinic unless its test says so.
"""

import atexit
import os
import shutil
import tempfile

keys = tempfile.mkdtemp(prefix="walk-keys-")
atexit.register(shutil.rmtree, keys, ignore_errors=True)
# A test's own directories need not be in memory. Tests ask faster than anybody may; those of the limits switch them on.
os.environ |= {"THREATMODEL_KEY_DIRECTORY": keys, "THREATMODEL_KEYS_ON_DISK": "yes", "THREATMODEL_LIMITS": "no"}
os.environ["THREATMODEL_CLINIC"] = os.path.join(keys, "clinic")
os.mkdir(os.environ["THREATMODEL_CLINIC"], 0o700)

from threatmodel.settings import *  # noqa: E402, F403

del os.environ["THREATMODEL_CLINIC"]
os.environ["DJANGO_SETTINGS_MODULE"] = "threatmodel.settings"  # for those servers; this process has its own already
