# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/fleet/case: what the tests in Python share: verdicts, and lines of the plugin."""
import copy
import importlib.machinery
import importlib.util
import json
import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
FLEET = TOP / "fleet"
sys.path.insert(0, str(FLEET))
failed = 0


def check(name, found, wanted=True):
    """One verdict."""
    global failed
    if found == wanted:
        print(f"ok - {name}", flush=True)
        return
    failed += 1
    print(f"not ok - {name}", flush=True)
    if wanted is not True:
        print(f"#  found:  {str(found)[:500]}\n#  wanted: {str(wanted)[:500]}", flush=True)


def finish():
    sys.exit(1 if failed else 0)


def program(name):
    """A program of fleet/ as a module."""
    loader = importlib.machinery.SourceFileLoader(name, str(FLEET / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    text = (FLEET / name).read_text().rsplit("\nmain()", 1)[0]
    exec(compile(text, str(FLEET / name), "exec"), module.__dict__)  # without the last line, which runs it
    return module


BASE = {
    "@timestamp": "2026-11-21T07:25:08.316Z",
    "destination": {"bytes": 900, "ip": "192.0.2.7", "port": 443},
    "event": {"dataset": "netlog.connection", "duration": 31000000, "id": "3f1a09c2-5e01.1"},
    "host": {"name": "web1", "os": {"type": "linux"}},
    "netlog": {"auid": "1000", "ev": "1795245908.285:62", "kind": "connect stop", "ses": "3"},
    "network": {"direction": "egress", "transport": "tcp"},
    "process": {"executable": "/usr/bin/curl", "name": "curl", "pid": 2304, "parent": {"pid": 2300},
                "session_leader": {"pid": 2211}, "command_line": "curl https://example.org"},
    "source": {"bytes": 512, "ip": "10.0.0.5", "port": 43210}, "user": {"id": "1000"},
}


def line(**changes):
    """A line as bytes; changes are paths with __ for the dot: source__ip="…"; None removes."""
    o = copy.deepcopy(BASE)
    for path, value in changes.items():
        *parents, last = path.split("__")
        at = o
        for name in parents:
            at = at.setdefault(name, {})
        if last == "timestamp":
            last = "@timestamp"
        if value is None:
            at.pop(last, None)
        else:
            at[last] = value
    return json.dumps(o, ensure_ascii=False).encode("utf-8", "surrogatepass")
