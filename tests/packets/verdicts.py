# SPDX-License-Identifier: GPL-2.0-or-later
"""For the tests of this folder: verdicts, and a directory that ends with them."""
import os
import shutil
import sys
import tempfile

_tmp = tempfile.mkdtemp()
_failed = False


def path(name):
    return os.path.join(_tmp, name)


def verdict(name, wrong):
    global _failed
    print(f'{"not ok" if wrong else "ok"} - {name}')
    for line in str(wrong or '').splitlines()[:20]:
        print(f'#   {line}')
    _failed |= bool(wrong)


def finish():
    shutil.rmtree(_tmp, ignore_errors=True)
    sys.exit(_failed)
