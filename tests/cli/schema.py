#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares JSON objects, one a line, with a list of a schema's fields: each leaf must be in
the list with that type, outside the schema's place for own fields, and no value may be a
placeholder.  Usage: schema.py ecs|ocsf LIST <OBJECTS"""
import ipaddress
import json
import re
import sys

kind, listed = sys.argv[1], sys.argv[2]
own = {"ecs": "netlog", "ocsf": "unmapped"}[kind]
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


def is_ip(v):
    try:
        return isinstance(v, str) and bool(ipaddress.ip_address(v))
    except ValueError:
        return False


def is_int(v, least=0, most=2**63 - 1):
    return type(v) is int and least <= v <= most


def is_text(v):
    return isinstance(v, str) and v != ""


CHECK = {
    "date": lambda v: is_text(v) and DATE.match(v), "ip": is_ip, "ip_t": is_ip,
    "long": is_int, "long_t": is_int, "integer_t": lambda v: is_int(v, 0, 2**32 - 1),
    "port_t": lambda v: is_int(v, 0, 65535),
    # milliseconds: seconds or nanoseconds by mistake are out of range from 2001 to 2128
    "timestamp_t": lambda v: is_int(v, 10**12, 5 * 10**12),
    "uuid_t": lambda v: is_text(v) and re.match(r"[0-9a-f-]{36}$", v),
}
# Values that the schemas enumerate.
ENUMS = {
    "event.kind": {"event", "state", "pipeline_error"},
    "event.category": {"network", "process"},
    "event.type": {"connection", "start", "end"},
    "event.outcome": {"success", "failure", "unknown"},
    "network.direction": {"egress", "ingress", "unknown"},
    "activity_id": {1, 2, 3, 4, 5, 7, 99}, "class_uid": {4001}, "category_uid": {4},
    "severity_id": {1}, "status_id": {0, 1, 2}, "connection_info.direction_id": {0, 1, 2},
    "connection_info.protocol_ver_id": {4, 6}, "device.type_id": {0},
    "device.os.type_id": {200}, "actor.process.file.type_id": {1},
}

fields = {}
for line in open(listed):
    if line.strip() and not line.startswith("#"):
        name, *rest = line.rstrip("\n").split("\t")
        fields[name] = rest
bad, count = set(), 0


def problem(path, v, version):
    row = fields.get(path)
    if row is None:
        return "not in the schema"
    array = row[1] == "array" or row[0].endswith("[]")
    if array != isinstance(v, list) or v == []:
        return "must be an array" if array else "must be no array"
    if kind == "ocsf" and row[1] > version:
        return f"in version {version} already"
    check = CHECK.get(row[0].removesuffix("[]"), is_text)
    for one in v if array else [v]:
        if one in ("-", "", None) or not check(one):
            return f"is no {row[0]}: {one!r}"
        if path in ENUMS and one not in ENUMS[path]:
            return f"has a value that is not allowed: {one!r}"
    return None


def walk(o, path, version):
    if isinstance(o, dict):
        if not o:
            bad.add(f"{path}: empty")
        for key, v in o.items():
            if not (path == "" and key == own):
                walk(v, f"{path}.{key}" if path else key, version)
    elif (what := problem(path, o, version)):
        bad.add(f"{path} {what}")


def required(o, version):
    """Checks the class itself, and each object that is present."""
    for path, row in fields.items():
        if kind != "ocsf" or row[2] != "required":
            continue
        *parents, leaf = path.split(".")
        at = o
        for p in parents:
            at = at.get(p) if at is not None else None
        if at is not None and leaf not in at:
            bad.add(f"{path} is required")
    if kind == "ocsf" and o["type_uid"] != o["class_uid"] * 100 + o["activity_id"]:
        bad.add("type_uid")


for line in sys.stdin:
    o = json.loads(line)
    count += 1
    version = o["metadata"]["version"] if kind == "ocsf" else ""
    walk(o, "", version)
    required(o, version)
for b in sorted(bad):
    print(b, file=sys.stderr)
if not count:
    print("no objects", file=sys.stderr)
sys.exit(1 if bad or not count else 0)
