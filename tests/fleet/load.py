#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/fleet/load: fleet/load without a server: lines as rows, what is rejected and why,
batches that the server refuses, and omprog's protocol. Usage: load.py"""
import base64
import hashlib
import io
import json
import http.server
import os
import select
import signal
import subprocess
import tempfile
import threading

import case
from case import check, line

import row
import store as stores

load = case.program("load")


def read(data, host=""):
    table, rows = row.read(data, host)[:2]
    return table, [json.loads(r) for r in rows]


def reason(data):
    try:
        row.read(data)
    except row.Rejected as error:
        return str(error)
    return "stored"


def test_values():
    table, (r,) = read(b"10.0.0.5 " + line())
    check("a stop goes to line", table, "line")
    wanted = {"host": "web1", "sender": "10.0.0.5", "time": 1795245908, "milli": 316, "kind": "connect stop",
              "proto": "TCP", "direction": "out", "local_ip": "::ffff:10.0.0.5", "local_port": 43210,
              "remote_ip": "::ffff:192.0.2.7", "remote_port": 443, "sid": 2211, "pid": 2304, "uid": 1000,
              "auid": 1000, "ses": 3, "ppid": 2300, "comm": "curl", "exe": "/usr/bin/curl", "dur": 31, "tx": 512,
              "rx": 900, "boot": 0x3f1a09c2, "number": 0x5e01, "nth": 1, "id_form": 1, "ev_serial": 62, "ev_lag": 0}
    check("every value", {k: r[k] for k in wanted}, wanted)
    _, (r,) = read(line(network__direction="ingress"))
    check("an accepted one: this host is the destination", (r["local_port"], r["remote_port"], r["tx"], r["rx"]),
          (443, 43210, 900, 512))
    _, (r,) = read(line(source=None, event__duration=None, netlog__auid="unset", process__name=None, user=None,
                        event__id="--s3e.2", netlog__ev=None))
    check("unknown is -1, '' and ffff:…", (r["local_ip"], r["local_port"], r["dur"], r["tx"], r["uid"], r["comm"], r["key"]),
          (row.UNKNOWN_IP, -1, -1, -1, -1, "", 0))
    check("unset is audit's number, an id by serial is one", (r["auid"], r["boot"], r["number"], r["nth"], r["id_form"]),
          (4294967295, 0, 0x3e, 2, 2))
    a, b = (read(line(event__id=None, user__id=u))[1][0]["number"] for u in ("1", "2"))
    check("no id: number is a digest of the line", a != b and a == read(line(event__id=None, user__id="1"))[1][0]["number"])


def test_key():
    """Both ends have one key, and it is the Community ID's."""
    _, (a,) = read(line())
    _, (b,) = read(line(network__direction="ingress", host__name="db1"))
    published = base64.b64decode("LQU9qZlK+B5F3KDmev6m5PMibrg=")
    check("the same key at both ends", a["key"], b["key"])
    _, (r,) = read(line(source={"ip": "128.232.110.120", "port": 34855}, destination={"ip": "66.35.250.204", "port": 80}))
    check("the key is the first 8 bytes of the published Community ID", r["key"], int.from_bytes(published[:8], "big"))
    lo = {"source": {"ip": "127.0.0.1", "port": 5000}, "destination": {"ip": "127.0.0.1", "port": 80}}
    check("loopback: another key on another host", read(line(**lo))[1][0]["key"] != read(line(**lo, host__name="x"))[1][0]["key"])
    _, (r,) = read(line(network__community_id="1:AAAAAAAAAAAAAAAAAAAAAAAAAAA="))
    check("the line's own Community ID is not believed", r["key"], a["key"])
    check("MPTCP has TCP's key", read(line(netlog__proto="mptcp"))[1][0]["key"], a["key"])


def test_notes():
    note = {"@timestamp": "2026-11-21T07:25:08.316Z", "event": {"action": "netlog-lost", "dataset": "netlog.status"},
            "host": {"name": "web1"}, "message": "netlog lost kernel=12 module=0 gaps=3",
            "netlog": {"lost": {"kernel": 12, "module": 0, "gaps": 3}}}
    table, rows = read(json.dumps(note).encode())
    check("netlog lost: a row for each counter that is not 0", (table, [(r["what"], r["lost"]) for r in rows]),
          ("note", [("kernel", 12), ("gaps", 3)]))
    note["event"]["action"], note["netlog"] = "netlog-start", {"start": {"version": "0.1"}}
    check("netlog start: one row", [(r["word"], r["what"]) for r in read(json.dumps(note).encode())[1]], [("start", "")])


def test_numbers():
    """The number of sequence = yes is stored, and is known of a rejected line, too."""
    number = {"agent": {"ephemeral_id": "00000000000000ff"}, "event__sequence": 7}
    _, (r,) = read(line(**number))
    check("a numbered line", (r["host"], r["run"], r["seq"]), ("web1", 255, 7))
    check("a line without a number", [read(line())[1][0][k] for k in ("run", "seq")], [0, 0])
    try:
        row.read(b"10.0.0.5 " + line(**number, source__port=70000))
    except row.Rejected as error:
        r = json.loads(row.rejection(b"", error))
        check("a rejected line has arrived", (r["host"], r["run"], r["seq"], r["sender"], r["lost"]), ("web1", 255, 7, "10.0.0.5", 1))
    for name, value in (("half a surrogate pair in the host's name", "\ud800"), ("a long name", "x" * 5000)):
        try:
            row.read(line(**number, host__name=value))
        except row.Rejected as error:
            check(f"{name}: its rejection can be stored", json.loads(row.rejection(b"", error))["host"], "")
    for run, seq in (("x" * 16, 7), ("00000000000000ff", 0), ("00000000000000ff", -1), ("00000000000000ff", "7"), ("00000000000000ff", 2 ** 40),
                     ("00000000000000ff", True), (255, 7)):
        check(f"no number: {run} {seq}", read(line(agent={"ephemeral_id": run}, event__sequence=seq))[1][0]["run"], 0)
    for name, more in (("uses", {"netlog__kind": "connect use"}), ("processes", {"event__dataset": "netlog.process"})):
        table, (r,) = read(line(**number, **more))
        check(f"{name} = yes: the line has arrived and is not stored", (table, r["kind"], r["host"], r["seq"]), ("line", "", "web1", 7))
    check("agent is a text", reason(line(agent="x")), "bad structure")


def test_rejected():
    deep = b'{"a":' * 20000 + b"1" + b"}" * 20000
    for name, data, wanted in (
            ("empty object", b"{}", "no host"), ("no JSON", b"connect stop TCP", "not JSON"), ("half a line", line()[:200], "not JSON"),
            ("not UTF-8", line().replace(b"curl", b"c\xffrl"), "not UTF-8"), ("half a surrogate pair", line().replace(b"curl", b"\\ud800"), "not UTF-8"),
            ("an array", b"[1]", "not JSON"), ("deep nesting", deep, "line too long"), ("deep nesting in 64 KiB", b'{"a":' + b"[" * 30000 + b"]" * 30000 + b"}", "not JSON"),
            ("another program's", line(event__dataset="x"), "not a line of audit-netlog"), ("kind", line(netlog__kind="x"), "bad kind"),
            ("kind is a list", line(netlog__kind=["connect stop"]), "bad kind"), ("netlog is a text", line(netlog="x"), "bad structure"),
            ("port", line(source__port=65536), "bad port"), ("port is a text", line(source__port="x"), "bad number"),
            ("negative", line(process__pid=-1), "bad number"), ("true is no number", line(process__pid=True), "bad number"),
            ("a fraction", line(process__pid=1.5), "bad number"), ("2^63", line(source__bytes=2 ** 63), "bad number"),
            ("an infinity", line().replace(b"2304", b"1e999"), "bad number"), ("address", line(source__ip="10.0.0.256"), "bad address"),
            ("address is a number", line(source__ip=5), "bad address"), ("address with a zone", line(source__ip="fe80::1%eth0"), "bad address"),
            ("address with NUL", line(source__ip="10.0.0.1\0"), "bad address"), ("protocol", line(network__transport="icmp"), "bad protocol"),
            ("direction", line(network__direction="up"), "bad direction"), ("id", line(event__id="x"), "bad id"),
            ("id with other digits", line(event__id="3f1a09c2-5e01.\u0661"), "bad id"), ("ev", line(netlog__ev="1:2"), "bad event"),
            ("time", line(timestamp="2026-02-30T00:00:00.000Z"), "bad time"), ("time before 1970", line(timestamp="1969-12-31T23:59:59.999Z"), "time out of range"),
            ("time after 2105", line(timestamp="2106-12-31T23:59:59.999Z"), "time out of range"), ("a long value", line(process__name="x" * 5000), "value too long"),
            ("value is an object", line(process__name={}), "bad text"), ("65 KiB", line(process__name="x" * 66000), "line too long")):
        check(f"rejected: {name}", reason(data), wanted)
    for name, data in (("quotes and backslashes", line(process__name="'\"\\'; DROP TABLE open; --")), ("a NUL in a text", line(process__name="a\0b")),
                       ("a newline in a text", line(process__name="a\nCOMMIT TRANSACTION\n")), ("emoji", line(process__name="\U0001f980")),
                       ("extra fields", line(other={"x": [1, {"y": 2}]}))):
        check(f"stored: {name}", reason(data), "stored")
        check(f"one line: {name}", row.read(data)[1][0].count(b"\n"), 1)


class Server:
    """Refuses rows with a certain text as ClickHouse would, and nothing or all at will."""

    def __init__(self, refuse=b"\0none", code=27):
        self.refuse, self.code, self.rows, self.down, self.inserts = refuse, code, [], None, 0

    def insert(self, _table, data):
        self.inserts += 1
        if self.down:
            raise stores.StoreError(self.down)
        if self.refuse in data:
            raise stores.StoreError(f"Code: {self.code}. DB::Exception: Cannot parse input")
        self.rows += data.splitlines()


def test_batches():
    with tempfile.TemporaryDirectory() as folder:
        path = folder + "/rejects"
        rejects = load.Rejects(path, 1 << 20)
        server, batch = Server(b'"poison"'), load.Batch(rejects)
        lines = [line(event__id=f"3f1a09c2-{i:x}.1") for i in range(1, 1000)]
        lines[500] = line(process__name="poison")
        lines[700] = b"no line"
        for data in lines:
            batch.add(data)
        batch.store(server)
        stops = [r for r in server.rows if b'"connect stop"' in r]
        counted = [json.loads(r) for r in server.rows if b'"rejected"' in r]
        check("one row that the server refuses: all others are stored", len(stops), 997)
        check("what is not stored is counted, with the reason", sorted((r["what"], r["lost"]) for r in counted),
              [("not JSON", 1), ("refused by the server, code 27", 1)])
        check("and is in the file", [r.split(b"\t")[0] for r in open(path, "rb").read().splitlines()],
              [b"not JSON", b"refused by the server, code 27"])
        check("in few inserts", server.inserts < 40)
        check("the file is the owner's alone", oct(os.stat(path).st_mode & 0o777), "0o600")

        server = Server(b"", 117)
        batch = load.Batch(rejects)
        batch.add(line())
        try:
            batch.store(server)
            check("a server that refuses every row is an error, not a reject", False)
        except stores.StoreError as error:
            check("a server that refuses every row is an error, not a reject", "migrate" in str(error))

        server = Server()
        server.down = "Code: 243. DB::Exception: Cannot reserve 1.00 MiB, not enough space"
        batch = load.Batch(rejects)
        for data in lines[:10] + [b"twice the same"]:
            batch.add(data)
        for _ in range(2):
            try:
                batch.store(server)
                check("a full store is an error", False)
            except stores.StoreError as error:
                check("a full store is an error", error.code, 243)
        server.down = None
        batch.store(server)
        check("after it every row is stored once", len(server.rows), 11)
        before = os.stat(path).st_size
        batch.add(b"twice the same")
        check("a line that comes again is in the file once", os.stat(path).st_size, before)
        small = load.Rejects(folder + "/small", 100)
        for i in range(20):
            small.add(b"x" * 30 + str(i).encode(), "not JSON")
        check("the file is bounded", os.stat(folder + "/small").st_size < 150)


def test_protocol():
    """omprog's protocol with a server that is away, in a process."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "NETLOG_STORE": "http://127.0.0.1:9"}
        with subprocess.Popen([case.FLEET / "load", "--rsyslog", "--rejects", folder + "/rejects"], env=env,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
            def ask(data):
                p.stdin.write(data + b"\n")
                p.stdin.flush()
                return p.stdout.readline().rstrip(b"\n")
            check("OK at the start", p.stdout.readline(), b"OK\n")
            check("BEGIN", ask(b"BEGIN TRANSACTION"), b"OK")
            check("a line waits for the commit", ask(b"10.0.0.5 " + line()), b"DEFER_COMMIT")
            check("a bad line, too", ask(b"10.0.0.5 COMMIT TRANSACTION"), b"DEFER_COMMIT")
            p.stdin.write(b"COMMIT TRANSACTION\n")
            p.stdin.flush()
            check("no answer while the server is away", select.select([p.stdout], [], [], 1.5)[0], [])
            check("it says what prevents it", b"127.0.0.1:9" in p.stderr.readline())
            p.kill()


class Inserts(http.server.BaseHTTPRequestHandler):
    """A server that takes every row."""
    rows = []

    def do_POST(self):
        self.rows.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def talk(p, data):
    p.stdin.write(data + b"\n")
    p.stdin.flush()
    return p.stdout.readline().rstrip(b"\n")


def test_killed():
    """It is killed inside a batch: rsyslogd gives the successor the later lines alone."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Inserts)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    env = {**os.environ, "NETLOG_STORE": f"http://127.0.0.1:{server.server_port}"}
    with tempfile.TemporaryDirectory() as folder:
        command = [case.FLEET / "load", "--rsyslog", "--rejects", folder + "/rejects"]
        pipes = {"env": env, "stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        def ports():
            return [n for n in (50001, 50002, 50003) if any(str(n).encode() in r for r in Inserts.rows)]
        with subprocess.Popen(command, **pipes) as p:
            p.stdout.readline()
            talk(p, b"BEGIN TRANSACTION")
            check("a line before the kill", talk(p, b"10.0.0.5 " + line(source__port=50001)), b"DEFER_COMMIT")
            p.kill()
        check("it is not stored", ports(), [])
        with subprocess.Popen(command, **pipes) as p:
            check("the successor", p.stdout.readline(), b"OK\n")
            check("has stored it", ports(), [50001])
            check("and says so", b"stored 1 line of a batch whose process was killed" in p.stderr.readline())
            talk(p, b"BEGIN TRANSACTION")
            talk(p, b"10.0.0.5 " + line(source__port=50002))
            check("the later lines", talk(p, b"COMMIT TRANSACTION"), b"OK")
            check("are stored, too", ports(), [50001, 50002])
            with subprocess.Popen(command, **pipes) as second:
                second.stdout.readline()
                talk(second, b"BEGIN TRANSACTION")
                talk(second, b"10.0.0.5 " + line(source__port=50003))
                check("a second process has a file of its own", talk(second, b"COMMIT TRANSACTION"), b"OK")
                second.stdin.close()
            p.stdin.close()
        check("nothing is left", [os.stat(f"{folder}/rejects.batch.{n}").st_size for n in (0, 1)], [0, 0])
    server.shutdown()


def test_orphan():
    """Its parent is killed while the server is away: no batch is tried for ever."""
    env = {**os.environ, "NETLOG_STORE": "http://127.0.0.1:9"}
    with subprocess.Popen(["sh", "-c", '"$0" --rsyslog; exit 1', case.FLEET / "load"], env=env, start_new_session=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as parent:
        try:
            parent.stdout.readline()
            parent.stdin.write(b"BEGIN TRANSACTION\n10.0.0.5 " + line() + b"\nCOMMIT TRANSACTION\n")
            parent.stdin.flush()
            check("it tries again", b"trying again" in parent.stderr.readline())
            parent.kill()
            check("orphaned, it ends", select.select([parent.stderr], [], [], 10)[0], [parent.stderr])
        finally:
            try:
                os.killpg(parent.pid, signal.SIGKILL)
            except ProcessLookupError:  # none is left
                pass
        check("and says that the batch is not stored", b"not stored" in parent.stderr.readline())
        check("nothing was answered", parent.stdout.read(), b"OK\nDEFER_COMMIT\n")


for test in (test_values, test_key, test_notes, test_numbers, test_rejected, test_batches, test_protocol, test_killed, test_orphan):
    test()
case.finish()
