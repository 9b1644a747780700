# SPDX-License-Identifier: GPL-2.0-or-later
"""fleet/row: a line of the plugin's JSON (ECS) as rows of the tables line and note.

A line comes from any host of the fleet and may be forged: each value is checked for its
type and range here, so that the server never refuses a row for its content. The join key
is computed from the addresses, not taken from the line.
"""
import calendar
import hashlib
import json
import re
import socket
import struct
import time

LINE_MAX = 65536        # bytes: rsyslog's maxMessageSize in packaging/rsyslog
TEXT_MAX = 4096         # bytes of one value; the plugin's are at most 1024
UNSET = 4294967295      # audit's: no login user, no session
UNKNOWN_IP = ":".join(["ffff"] * 8)
INT64 = 2 ** 63

KINDS = {"connect start", "connect stop", "connect fail", "listen start", "listen stop"}
UNSTORED = ("connect use", "listen use")     # of uses = yes; processes = yes has a dataset of its own
PROTOCOLS = {"tcp": 6, "mptcp": 6, "udp": 17, "sctp": 132, "udplite": 0, "dccp": 0}
DIRECTIONS = {None: "-", "egress": "out", "ingress": "in"}

# column: the field's path in ECS
NUMBERS = {
    "sid": ("process", "session_leader", "pid"), "pid": ("process", "pid"),
    "uid": ("user", "id"), "ppid": ("process", "parent", "pid"),
    "opener": ("netlog", "opener"), "netns": ("netlog", "netns"),
}
IDS = {"auid": ("netlog", "auid"), "ses": ("netlog", "ses")}
TEXTS = {
    "comm": ("process", "name"), "exe": ("process", "executable"),
    "subj": ("netlog", "subj"), "proctitle": ("process", "command_line"),
    "pcomm": ("process", "parent", "name"), "container": ("container", "id"),
    "pod": ("kubernetes", "pod", "uid"), "unit": ("systemd", "unit"),
    "via": ("netlog", "via"), "errno": ("error", "code"),
}
TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d):(\d\d)\.(\d{3})Z", re.A)
ID = re.compile(r"(?:([0-9a-f]{8})|-)-(s?)([0-9a-f]{1,16})\.(\d{1,9})", re.A)
EV = re.compile(r"(\d{1,12})\.(\d{3}):(\d{1,19})", re.A)


RUN = re.compile(r"[0-9a-f]{16}", re.A)
SEQ_MAX = 2 ** 40


class Rejected(Exception):
    """Why a line is not stored: a few words, the same for the same fault; and what is known
    of the line."""

    sender, place = "", {"host": "", "run": 0, "seq": 0}


def _at(o, path):
    for name in path:
        if not isinstance(o, dict):
            raise Rejected("bad structure")
        o = o.get(name)
        if o is None:
            return None
    return o


def _number(value, least=0):
    if value is None:
        return -1
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if type(value) is not int or not least <= value < INT64:
        raise Rejected("bad number")
    return value


def _text(value):
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Rejected("bad text")
    if len(value) > TEXT_MAX:
        raise Rejected("value too long")
    return value


_minutes = {}


def _time(text):
    """(seconds, milliseconds) since 1970."""
    found = TIME.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise Rejected("bad time")
    minute = _minutes.get(found[1])
    if minute is None:
        try:
            minute = calendar.timegm(time.strptime(found[1], "%Y-%m-%dT%H:%M"))
        except ValueError:
            raise Rejected("bad time") from None
        if len(_minutes) > 10000:
            _minutes.clear()
        _minutes[found[1]] = minute
    seconds = minute + int(found[2])
    if not 0 < seconds < 2 ** 32 - 86400 or int(found[2]) > 60:
        raise Rejected("time out of range")
    return seconds, int(found[3])


def _end(end):
    """(text for the store, packed address or None, port) of source or destination."""
    if end is None:
        return UNKNOWN_IP, None, -1
    if not isinstance(end, dict):
        raise Rejected("bad structure")
    port = _number(end.get("port"))
    if port > 65535:
        raise Rejected("bad port")
    ip = end.get("ip")
    if ip is None:
        return UNKNOWN_IP, None, port
    try:
        if ":" not in ip:
            return "::ffff:" + ip, socket.inet_pton(socket.AF_INET, ip), port
        return ip, socket.inet_pton(socket.AF_INET6, ip), port
    except (OSError, TypeError, ValueError):
        raise Rejected("bad address") from None


def digest(data):
    """64 bits; the same for the same line."""
    return int.from_bytes(hashlib.sha1(data).digest()[:8], "big")


def _loopback(ip):
    return ip[0] == 127 if len(ip) == 4 else ip == b"\0" * 15 + b"\1"


def join_key(host, protocol, a, a_port, b, b_port):
    """First 8 bytes of the Community ID (v1, seed 0), or 0. A loopback address is every
    host's: there the host is part of the key."""
    if not protocol or a is None or b is None or len(a) != len(b) or a_port < 0 or b_port < 0:
        return 0
    if (a, a_port) > (b, b_port):
        a, a_port, b, b_port = b, b_port, a, a_port
    data = b"\0\0" + a + b + struct.pack(">BBHH", protocol, 0, a_port, b_port)
    if _loopback(a) and _loopback(b):
        data = host.encode() + b"\0" + data
    return digest(data) or 1


def _set_id(row, text, line):
    row["boot"], row["number"], row["nth"], row["id_form"] = 0, digest(line), 0, 4
    if text is None:
        return
    found = ID.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise Rejected("bad id")
    row["boot"] = int(found[1] or "0", 16)
    row["number"], row["nth"] = int(found[3], 16), int(found[4])
    row["id_form"] = (1 if found[1] else 0) | (2 if found[2] else 0)


def _set_event(row, text, seconds, milli):
    row["ev_serial"], row["ev_lag"] = 0, 0
    if text is None:
        return
    found = EV.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise Rejected("bad event")
    row["ev_serial"] = int(found[3])
    start = seconds * 1000 + milli - max(row["dur"], 0)
    row["ev_lag"] = start - int(found[1]) * 1000 - int(found[2])


def _set_ends(row, o):
    """Which of source and destination this host is: parser/entry/ecs.c, the other way."""
    local, remote = o.get("source"), o.get("destination")
    if row["kind"].startswith("listen") or row["direction"] == "in":
        local, remote = remote, local
    row["local_ip"], a, row["local_port"] = _end(local)
    row["remote_ip"], b, row["remote_port"] = _end(remote)
    row["tx"] = _number((local or {}).get("bytes"))
    row["rx"] = _number((remote or {}).get("bytes"))
    row["key"] = join_key(row["host"], PROTOCOLS.get(row["proto"].lower(), 0),
                          a, row["local_port"], b, row["remote_port"])


def _connection(o, host, sender, line):
    netlog = o.get("netlog") or {}
    seconds, milli = _time(o.get("@timestamp"))
    row = {"host": host, "sender": sender, "received": int(time.time()), "time": seconds, "milli": milli,
           "kind": netlog.get("kind")}
    if not isinstance(row["kind"], str) or row["kind"] not in KINDS:
        raise Rejected("bad kind")
    transport = netlog.get("proto") or _at(o, ("network", "transport"))
    if transport is not None and (not isinstance(transport, str) or transport not in PROTOCOLS):
        raise Rejected("bad protocol")
    row["proto"] = (transport or "").upper()
    direction = _at(o, ("network", "direction"))
    if not isinstance(direction, (str, type(None))) or direction not in DIRECTIONS:
        raise Rejected("bad direction")
    row["direction"] = DIRECTIONS[direction]
    for column, path in NUMBERS.items():
        row[column] = _number(_at(o, path))
    for column, path in IDS.items():
        value = _at(o, path)
        row[column] = UNSET if value == "unset" else _number(value)
    for column, path in TEXTS.items():
        row[column] = _text(_at(o, path))
    duration = _number(_at(o, ("event", "duration")))
    row["dur"] = duration if duration < 0 else duration // 1000000
    row["unseen"] = int(netlog.get("unseen") == "netns")
    row["incomplete"] = int(netlog.get("incomplete") == "yes")
    _set_ends(row, o)
    _set_id(row, _at(o, ("event", "id")), line)
    _set_event(row, netlog.get("ev"), seconds, milli)
    return row


def _notes(o, host, sender, line):
    """A row for each counter of netlog lost; one for another note."""
    seconds, milli = _time(o.get("@timestamp"))
    action = _text(_at(o, ("event", "action")))
    word = action[7:] if action.startswith("netlog-") else action
    base = {"host": host, "sender": sender, "received": int(time.time()), "time": seconds, "milli": milli,
            "id": digest(line), "word": word, "what": "", "lost": 0, "text": _text(o.get("message"))}
    if word != "lost":
        return [base]
    counters = _at(o, ("netlog", "lost")) or {}
    if not isinstance(counters, dict) or len(counters) > 100:
        raise Rejected("bad structure")
    rows = [{**base, "what": _text(what), "lost": _number(lost)} for what, lost in counters.items()
            if lost != 0]
    return rows or [base]


def rejection(line, error):
    """The row that counts a line which was not stored."""
    now = time.time()
    return encode({**error.place, "sender": error.sender, "received": int(now), "time": int(now),
                   "milli": int(now * 1000) % 1000, "id": digest(line), "word": "rejected", "what": str(error),
                   "lost": 1, "text": ""})


def _place(o, host):
    """The number of a line in the stream of its host (sequence = yes); 0: it has none."""
    run, seq = _at(o, ("agent", "ephemeral_id")), _at(o, ("event", "sequence"))
    if not isinstance(run, str) or not RUN.fullmatch(run) or type(seq) is not int or not 0 < seq < SEQ_MAX:
        return {"host": host, "run": 0, "seq": 0}
    return {"host": host, "run": int(run, 16), "seq": seq}


def read(line, default_host=""):
    """Rows of one line: (table, [row], sender). line is bytes without its newline: an
    object, after the sender's address if the collector knows it. default_host is the host
    of a line that names none. Raises Rejected."""
    start = line.find(b"{")
    sender = line[:max(start, 0)].strip()[:64].decode("ascii", "replace")
    place = Rejected.place
    try:
        if len(line) > LINE_MAX:
            raise Rejected("line too long")
        if start < 0:
            raise Rejected("not JSON")
        try:
            text = line[start:].decode()
            o = json.loads(text)
        except UnicodeDecodeError:
            raise Rejected("not UTF-8") from None
        except (ValueError, RecursionError):
            raise Rejected("not JSON") from None
        host = _text(_at(o, ("host", "name")) or _at(o, ("host", "id"))) or default_host or sender
        if not host:
            raise Rejected("no host")
        encode({"host": host})
        place = _place(o, host)
        dataset = _at(o, ("event", "dataset"))
        if not isinstance(o.get("netlog") or {}, dict):
            raise Rejected("bad structure")
        if dataset == "netlog.process" or dataset == "netlog.connection" and _at(o, ("netlog", "kind")) in UNSTORED:
            now = int(time.time())
            table, rows = "line", [{"sender": sender, "received": now, "time": now, "milli": 0, "kind": ""}]
        elif dataset == "netlog.connection":
            table, rows = "line", [_connection(o, host, sender, line[start:])]
        elif dataset == "netlog.status":
            table, rows = "note", _notes(o, host, sender, line[start:])
        else:
            raise Rejected("not a line of audit-netlog")
        return table, [encode({**r, **place}) for r in rows]
    except Rejected as error:
        error.sender, error.place = sender, place
        raise
    except (AttributeError, LookupError, TypeError, ValueError, OverflowError):
        # a structure that no check above has thought of must not hold up its batch
        error = Rejected("bad structure")
        error.sender, error.place = sender, place
        raise error from None


def encode(row):
    """A line of JSONEachRow, with the newline."""
    try:
        return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    except UnicodeEncodeError:  # half of a surrogate pair
        raise Rejected("not UTF-8") from None
