#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/fleet/store: the fleet's programs with a real engine, empty at the start, which
NETLOG_STORE names. Usage: store.py 26|18 BUILD_DIR [TEST…]"""
import csv
import glob
import io
import ipaddress
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import yaml

import case
from case import FLEET, TOP, check, line

import store as stores

build = pathlib.Path(sys.argv[2]).resolve()
store = stores.connect()
NOW = int(time.time())
HOUR = NOW // 3600 * 3600 - 3600      # a closed hour
tmp = tempfile.TemporaryDirectory()


def run(*words, data=b"", ok=True):
    done = subprocess.run([FLEET / words[0], *words[1:]], input=data, capture_output=True, check=False)
    if ok and done.returncode:
        print(f"#  {' '.join(map(str, words))}: {done.stderr.decode()}", flush=True)
    return done


def ask(*words):
    return list(csv.DictReader(io.StringIO(run("ask", *words, "--as", "csv").stdout.decode())))


def sql(text):
    return store.query(text).decode().rstrip("\n")


def load(lines, *words):
    return run("load", *words, data=b"".join(text + b"\n" for text in lines))


def hourly(after=86400):
    return run("hourly", "--now", str(NOW + after))


def clear():
    for table in ("connection", "open", "address", "heard", "loss", "arrival", "listener", "boot", "edge", "edge_build", "skew"):
        sql(f"TRUNCATE TABLE {table}")


def stamp(ms):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms // 1000)) + f".{ms % 1000:03d}Z"


def connection(number, a, b, at, dur=500, port=443, a_port=40000, skew=(0, 0), ends="ab", kinds="start stop",
               a_ip=None, b_ip=None, **more):
    """Lines of one connection of two hosts (name, address), which began at (ms)."""
    lines = []
    for end, (name, ip), direction, ahead in (("a", a, "egress", skew[0]), ("b", b, "ingress", skew[1])):
        if end not in ends:
            continue
        for kind in kinds.split():
            stop = kind == "stop"
            lines.append(line(timestamp=stamp(at + ahead + (dur if stop else 0)), host__name=name,
                              netlog__kind=f"connect {kind}", netlog__ev=None, event__duration=dur * 1000000 if stop else None,
                              event__id=f"0000000{'1' if end == 'a' else '2'}-{number:x}.1", network__direction=direction,
                              source={"ip": a_ip or a[1], "port": a_port, **({"bytes": 100} if stop else {})},
                              destination={"ip": b_ip or b[1], "port": port, **({"bytes": 200} if stop else {})},
                              process__executable=f"/bin/{'client' if end == 'a' else 'server'}", **more))
    return lines


WEB, DB, APP = ("web1", "10.0.0.5"), ("db1", "10.0.0.9"), ("app1", "10.0.0.7")


def test_migrate():
    check("migrate: creates", run("migrate").returncode, 0)
    check("migrate: again does nothing", run("migrate").stdout, b"")
    check("migrate: status", b"missing" not in run("migrate", "--status").stdout)
    for view in ("connections", "edges", "blind", "losses", "missing", "hosts"):
        try:
            sql(f"SELECT * FROM {view} LIMIT 1")
            check(f"view {view} can be read", True)
        except stores.StoreError as error:
            check(f"view {view} can be read", str(error), "")


def test_real_lines():
    """Stores aunetlog's output for the golden logs, and reads it back."""
    clear()
    lines = []
    for path in sorted(glob.glob(str(TOP / "tests/golden/pairs/*.log"))):
        out = subprocess.run([build / "aunetlog", "-if", path, "--format", "json"], capture_output=True, check=False).stdout
        lines += [text for text in out.split(b"\n") if text]
    objects = {(o["event"]["id"], o["netlog"]["kind"], o["@timestamp"]): o for o in map(json.loads, lines)}
    load(lines, "--host", "golden")
    check("real lines: none is rejected", sql("SELECT count() FROM loss"), "0")
    kinds = [sum(o["netlog"]["kind"].endswith("start") == want for o in objects.values()) for want in (True, False)]
    load(lines, "--host", "golden")
    check("real lines: each is stored once, though it came twice",
          [int(sql(f"SELECT count() FROM {t} FINAL")) for t in ("open", "connection")], kinds)
    rows = [r for r in ask("find", "--since", "2026-11-01", "--limit", "100000")]
    check("real lines: ids are the same text", {r["id"] for r in rows} == {k[0] for k in objects})
    ids = [key[:2] for key in objects]
    o = next(o for key, o in objects.items() if key[1] == "connect stop" and "bytes" in o.get("source", {})
             and o["network"]["direction"] == "egress" and ids.count(key[:2]) == 1)
    r = next(r for r in rows if r["id"] == o["event"]["id"] and r["time"] == o["@timestamp"] and r["kind"] == "connect stop")
    check("real lines: the values of one",
          (r["local"], r["local_port"], r["remote"], r["remote_port"], r["pid"], r["exe"], r["tx"], r["rx"], r["direction"]),
          (o["source"]["ip"], str(o["source"]["port"]), o["destination"]["ip"], str(o["destination"]["port"]), str(o["process"]["pid"]),
           o["process"]["executable"], str(o["source"]["bytes"]), str(o["destination"]["bytes"]), "->"))


HOSTILE = ["'", "\"", "\\", "\\'", "');DROP TABLE open;--", "a\tb", "a\nb", "\\N", "\u202egnp.exe", "\x1b[2J", "%s{0}$(id)", "\0", "é\U0001f980"]


def test_hostile():
    clear()
    lines = [line(process__name=text, process__executable="/tmp/" + text, host__name="h" + text, event__id=f"00000009-{i + 1:x}.1",
                  timestamp=stamp(HOUR * 1000 + i)) for i, text in enumerate(HOSTILE)]
    load(lines, "--rejects", tmp.name + "/rejects")
    rows = sorted(ask("find", "--since", "-3h"), key=lambda r: r["time"])
    check("hostile names arrive exactly", [(r["host"], r["comm"], r["exe"]) for r in rows],
          [("h" + t, t, "/tmp/" + t) for t in HOSTILE])
    found = [len(ask("find", "--since", "-3h", "--host", "h" + t)) for t in HOSTILE if "\0" not in t]
    check("hostile values can be asked for", found, [1] * len(found))
    found = [len(ask("find", "--since", "-3h", "--exe", "tmp/" + t)) >= 1 for t in HOSTILE if "\0" not in t]
    check("hostile parts of paths, too", found, [True] * len(found))
    for question in ("edges", "new", "listeners", "half", "losses", "skew", "pairs"):
        for text in ("' OR 1=1 --", "\\' OR 1=1 --", "') UNION ALL SELECT * FROM open --"):
            check(f"{question} --host {text!r} finds nothing", ask(question, "--host", text), [])
    out = run("ask", "find", "--since", "-3h").stdout
    check("a table has no control characters", not any(c < 32 and c != 10 for c in out))
    check("and a line for each row", out.count(b"\n"), len(HOSTILE) + 1)
    for words in (("talked", "--address", "1.2.3.4' OR 1", "--at", "now"), ("talked", "--address", "10.0.0.0/8", "--at", "x'"),
                  ("edges", "--port", "1 OR 1"), ("nothing",), ("edges", "--limit", "1; DROP TABLE open")):
        done = run("ask", *words, ok=False)
        check(f"refused: ask {' '.join(words)}", done.returncode != 0 and b"Traceback" not in done.stderr)
    check("the tables are still there", sql("SELECT count() FROM connection FINAL"), str(len(HOSTILE)))


def test_rejects():
    clear()
    path = tmp.name + "/rejects-2"
    bad = [b"{}", b"\xff\xfe", line(process__name="x" * 70000), line(timestamp="x"), b"COMMIT TRANSACTION"]
    good = [line(event__id=f"00000003-{i + 1:x}.1") for i in range(50)]
    done = load(good[:25] + bad + good[25:], "--rejects", path)
    check("bad lines: the good ones are stored", sql("SELECT count() FROM connection FINAL"), "50")
    check("bad lines: counted in the store", sum(int(r["total"]) for r in ask("losses") if r["word"] == "rejected"), len(bad))
    check("bad lines: said", b"55 lines, 5 of them rejected" in done.stderr)
    check("bad lines: kept in the file", open(path, "rb").read().count(b"\n"), len(bad))
    long = line(process__command_line="x" * 4000)
    load([long], "--rejects", path)
    check("a value of 4,000 bytes is stored", sql("SELECT max(length(proctitle)) FROM connection"), "4000")


def numbered(host, run, numbers, at=NOW * 1000, **more):
    return [line(host__name=host, timestamp=stamp(at + n), event__sequence=n, event__id=f"0000000a-{n:x}.1",
                 agent={"ephemeral_id": f"{run:016x}"}, **more) for n in numbers]


def note(host, run, number, word, at=NOW * 1000):
    return json.dumps({"@timestamp": stamp(at + number), "event": {"action": f"netlog-{word}", "dataset": "netlog.status", "sequence": number},
                       "host": {"name": host}, "message": f"netlog {word}", "agent": {"ephemeral_id": f"{run:016x}"},
                       "netlog": {"lost": {"plugin": 3}} if word == "lost" else {}}).encode()


def test_missing():
    """The numbers of sequence = yes: each line that is not here is counted, and no other."""
    clear()
    lines = numbered("whole", 1, range(1, 10000)) + [note("whole", 1, 10000, "stop")]
    lines += [note("whole", 2, 1, "start", NOW * 1000 + 20000)]
    lines += numbered("gaps", 3, [*range(3, 4095), *range(4097, 5000), *range(20480, 20490)])
    lines += [note("gaps", 3, 20490, "lost")]
    lines += [line(host__name="gaps", event__sequence=20491, agent={"ephemeral_id": f"{3:016x}"}, source__port=70000)]
    lines += numbered("ended", 4, range(1, 100))
    lines += [note("ended", 5, 1, "start", NOW * 1000 + 20000)] + numbered("ended", 5, range(2, 9), NOW * 1000 + 20000)
    lines += numbered("parallel", 6, range(1, 50)) + numbered("parallel", 7, range(1, 50))
    lines += numbered("big", 8, range(2 ** 31, 2 ** 31 + 5))
    lines += [line(host__name="gaps", event__sequence=20492, agent={"ephemeral_id": f"{3:016x}"}, netlog__kind="connect use")]
    lines += [line(host__name="none", agent={"ephemeral_id": run}, event__sequence=number)
              for run, number in (("x", 9), ("0" * 16, 9), ("1" * 16, 0), ("2" * 16, -1), ("3" * 16, 2 ** 60), ("4" * 16, True), (None, 5), ([], 5))]
    load(lines + lines[::3])

    def counted():
        return sorted((r["host"], r["what"], int(r["total"])) for r in ask("losses") if r["word"] == "missing")
    gaps = ("gaps", "gap", 2 + 2 + 20480 - 5000)
    check("missing: gaps, and the end of a run without netlog stop", counted(),
          [("big", "gap", 2 ** 31 - 1), ("ended", "end", 1), gaps])
    hosts = {r["host"]: r["losing"] for r in ask("hosts", "--every", "1")}
    check("missing: what the plugin dropped is counted once", hosts["gaps"].split(":")[0], str(gaps[2] + 1))
    check("missing: hosts that lost nothing", {hosts[h] for h in ("whole", "parallel", "none")}, {"-"})
    load(numbered("gaps", 3, [1, 2, 4095, *range(5000, 20480)]) + [note("ended", 4, 100, "stop")])
    check("missing: what comes later is missing no more", counted(), [("big", "gap", 2 ** 31 - 1), ("gaps", "gap", 1)])
    check("missing: another host's is not asked for", ask("losses", "--host", "whole"), [])


def test_pairs():
    """Edges and pairs, and nothing that is none."""
    clear()
    at = HOUR * 1000 + 60000
    lines = []
    for i in range(10):
        lines += connection(i + 1, WEB, DB, at + i * 1000, a_port=40000 + i, skew=(0, 7))
    lines += connection(50, APP, DB, at, a_port=50000, ends="a")                     # db1 lost its lines
    lines += connection(51, APP, DB, at, a_port=50001, ends="b")                     # app1 lost its lines
    lines += connection(52, WEB, DB, at, a_port=50002, ends="a")                     # the same tuple, 20 minutes apart:
    lines += connection(53, WEB, DB, at + 1200000, a_port=50002, ends="b")           # two connections, half each
    lines += connection(54, WEB, DB, at, a_port=50003, kinds="start")                # still open
    lines += connection(55, WEB, DB, at, a_port=50004, kinds="stop")                 # the starts were lost
    lines += connection(56, WEB, ("x", "203.0.113.9"), at, a_port=50005, ends="a")   # outside the fleet
    for name in ("c1", "c2"):                                                        # one container address on two hosts
        lines += connection(57, (name, "172.17.0.2"), (name, "172.17.0.3"), at, a_port=50006, port=5432)
    lines += connection(58, ("c1", "172.17.0.2"), ("c1", "172.17.0.3"), at, a_port=50007, port=5432, ends="a")
    lines += connection(59, ("c2", "172.17.0.2"), ("c2", "172.17.0.3"), at, a_port=50007, port=5432, ends="b")
    lines += connection(60, WEB, DB, at, a_port=50008, ends="a", kinds="fail")
    load(lines + lines)
    hourly()
    rows = ask("edges", "--since", "-1d")
    found = {(r["opener_host"], r["acceptor_host"], r["port"], r["seen"]): (int(r["connections"]), int(r["failures"])) for r in rows}
    check("edges: pairs, halves and failures, each once", found, {
        ("web1", "db1", "443", "both"): (12, 0), ("app1", "db1", "443", "out"): (1, 0), ("app1", "db1", "443", "in"): (1, 0),
        ("web1", "db1", "443", "out"): (1, 1), ("web1", "db1", "443", "in"): (1, 0), ("web1", "-", "443", "out"): (1, 0),
        ("c1", "c1", "5432", "both"): (1, 0), ("c2", "c2", "5432", "both"): (1, 0),
        ("c1", "-", "5432", "out"): (1, 0), ("-", "c2", "5432", "in"): (1, 0)})
    both = next(r for r in rows if r["seen"] == "both" and r["opener_host"] == "web1")
    check("edges: processes and bytes", (both["opener"], both["acceptor"], both["bytes_sent"], both["bytes_received"]),
          ("/bin/client", "/bin/server", "1100", "2200"))
    check("an address of two hosts: no pair across hosts, and counted", sql("SELECT sum(ambiguous) FROM edge_build"), "1")
    check("skew: 7 ms, of ten pairs", [(r["opener_host"], r["acceptor_host"], r["ms"]) for r in ask("skew")], [("web1", "db1", "7")])
    half = {(r["reason"], r["opener_host"], r["acceptor_host"]) for r in ask("half")}
    check("half: which end has no line", {("no line at the acceptor", "app1", "db1"), ("no line at the opener", "app1", "db1")} <= half)
    check("half: nothing that is outside", all(r["acceptor_ip"] != "203.0.113.9" for r in ask("half")))
    before = sql("SELECT sum(connections), sum(tx) FROM edges")
    load(lines)
    hourly(90000)
    check("edges: the same after the lines came once more", sql("SELECT sum(connections), sum(tx) FROM edges"), before)
    # the last build has this second's number, or a later one: the clock was set back
    sql("INSERT INTO edge_build SELECT hour, toUInt32(build + 60), upto, pairs, ambiguous, unoriented FROM edge_build ORDER BY build DESC LIMIT 1")
    load(connection(99, WEB, DB, at + 5000, a_port=60000))
    hourly(90000)
    check("edges: a late connection is added to its hour",
          [r["connections"] for r in ask("edges") if r["seen"] == "both" and r["opener_host"] == "web1"], ["13"])
    rows = ask("pairs", "--since", stamp(at - 60000)[:19], "--until", stamp(at + 60000)[:19], "--host", "web1")
    check("pairs: at once, without hours", len(rows), 12)
    check("pairs: both processes", {(r["opener"], r["acceptor"], r["later_ms"]) for r in rows} >= {("/bin/client", "/bin/server", "7")})
    p1, p2 = ("p1", "10.7.0.1"), ("p2", "10.7.0.2")
    load(connection(200, p1, p2, at, a_port=50020) + connection(201, p1, p2, at + 10000, a_port=50020, ends="a"))
    rows = ask("pairs", "--since", stamp(at - 60000)[:19], "--until", stamp(at + 60000)[:19], "--host", "p1")
    check("pairs: an acceptor's line belongs to one of two openers", [r["later_ms"] for r in rows], ["0"])


def test_clocks():
    """A host whose clock is hours, or decades, wrong."""
    clear()
    at = int(time.time()) * 1000 - 5000
    lines = []
    for i in range(5):
        lines += connection(i + 1, WEB, ("late", "10.0.1.1"), at + i * 100, a_port=41000 + i, skew=(0, -5 * 3600000))
        lines += connection(i + 11, ("old", "10.0.1.2"), DB, at + i * 100, a_port=42000 + i, skew=(-at + 86400000, 0))
        lines += connection(i + 21, WEB, ("ahead", "10.0.1.3"), at + i * 100, a_port=43000 + i, skew=(0, 3 * 86400000))
        lines += connection(i + 31, ("yearback", "10.0.1.4"), DB, at + i * 100, a_port=44000 + i, skew=(-365 * 86400000, 0))
        lines += connection(i + 41, WEB, ("yearahead", "10.0.1.5"), at + i * 100, a_port=45000 + i, skew=(0, 365 * 86400000))
    load([b"192.0.2.200 " + text for text in lines])
    check("wrong clocks: every line is kept", sql("SELECT count() FROM connection FINAL"), "50")
    run("hourly", "--now", str(NOW + 7200))
    found = {(r["opener_host"], r["acceptor_host"]): r["connections"] for r in ask("edges", "--since", "1970-01-01", "--until", "2105-01-01")
             if r["seen"] == "both"}
    check("wrong clocks: their connections are pairs", [found.get(k) for k in (("web1", "late"), ("web1", "ahead"), ("old", "db1"),
                                                                               ("yearback", "db1"), ("web1", "yearahead"))], ["5"] * 5)
    check("wrong clocks: no end is left alone", [r for r in ask("half", "--since", "1970-01-01", "--until", "2105-01-01")], [])
    hosts = {r["host"]: r["clock"] for r in ask("hosts", "--every", "1")}
    check("hosts: names a wrong clock", (*(name.partition(" by ")[0] for name in map(hosts.get, ("late", "old", "ahead", "yearback", "yearahead"))),
                                        hosts["web1"]), ("behind", "behind", "ahead", "behind", "ahead", "-"))
    load([line(host__name="file", event__id="0000000c-1.1"), b"192.0.2.201 " + line(timestamp=stamp(int(time.time()) * 1000), host__name="twice", event__id="0000000c-2.1"),
          line(host__name="twice", event__id="0000000c-3.1")])
    hosts = {r["host"]: (r["clock"], r["senders"]) for r in ask("hosts", "--every", "1")}
    check("hosts: lines from a file do not make a clock wrong", (hosts["file"][0], hosts["twice"][0]), ("-", "-"))
    check("hosts: nor a second sender", "twice" not in {r["host"] for r in ask("hosts")})
    check("skew: by a year", {r["ms"] for r in ask("skew", "--since", "1970-01-01", "--host", "yearahead")}, {str(365 * 86400000)})


def addresses_of(networks):
    return {str(address) for network in networks for address in ipaddress.ip_network(network)}


def allowed_by_nft(text):
    """(peer, port) of each connection that the rules let in."""
    def items(words):
        return [word.strip() for word in words.strip("{} ").split(",")]
    found = re.findall(r"ip6? saddr (\{.*?\}|\S+) \w+ dport (\{.*?\}|\S+) accept", text)
    return {(address, port) for peers, ports in found for address in addresses_of(items(peers)) for port in items(ports)}


def allowed_by_policy(text):
    rules = yaml.safe_load(text)["spec"]["ingress"]
    return {(address, str(port["port"])) for rule in rules for address in addresses_of(peer["ipBlock"]["cidr"] for peer in rule["from"])
            for port in rule["ports"]}


def test_questions():
    clear()
    at = HOUR * 1000 + 600000
    listen = line(timestamp=stamp(at - 1000), host__name="db1", netlog__kind="listen start", netlog__ev=None, event__id="00000002-aaa.1",
                  event__duration=None, network__direction=None, source=None, destination={"ip": "10.0.0.9", "port": 443},
                  process__executable="/bin/server")
    lost = json.dumps({"@timestamp": stamp(NOW * 1000), "event": {"action": "netlog-lost", "dataset": "netlog.status"},
                       "host": {"name": "web1"}, "message": "netlog lost kernel=12", "netlog": {"lost": {"kernel": 12, "gaps": 0}}}).encode()
    lines = [listen, lost, lost] + connection(1, WEB, DB, at, dur=1800000)
    for i in range(8):
        lines += connection(20 + i, ("w", f"10.1.0.{i}"), DB, at, a_port=40100 + i, port=5432 + (i > 3))
    lines += connection(2, APP, DB, at + 100, a_port=40001, kinds="start")
    lines += connection(3, WEB, DB, at - 3 * 86400000, a_port=40002)
    load(lines)
    hourly()
    hourly(90000)

    def talked(at_ms, address="10.0.0.9", margin="1s"):
        return sorted(r["host"] for r in ask("talked", "--address", address, "--at", stamp(at_ms)[:19], "--margin", margin) if r["local_port"] not in
                      ("5432", "5433") and r["remote_port"] not in ("5432", "5433"))
    check("talked: while it lasted, and what is open", talked(at + 900000), ["app1", "db1", "db1", "web1"])
    check("talked: before it began", talked(at - 60000), [])
    check("talked: after it ended, what is open", talked(at + 1860000), ["app1", "db1"])
    check("talked: a network", talked(at + 900000, "10.0.0.8/31"), ["app1", "db1", "db1", "web1"])
    check("talked: another network", talked(at + 900000, "192.0.2.0/24"), [])
    check("talked: an address of version 6", talked(at + 900000, "2001:db8::1"), [])
    check("talked: none that lasts longer", [len(ask("talked", "--address", "10.0.0.5", "--at", stamp(at + 900000)[:19], "--margin", "1s",
                                                      "--longest", span)) for span in ("14m", "16m")], [0, 2])
    check("new: the edge of three days ago is not new", {(r["opener_host"], r["acceptor_host"]) for r in ask("new", "--since", "-1d")},
          {("app1", "db1"), ("w", "db1")})
    rows = ask("listeners")
    check("listeners: open, with its users", [(r["host"], r["address"], r["port"], r["users"]) for r in rows], [("db1", "10.0.0.9", "443", "2")])
    hosts = {r["host"]: r for r in ask("hosts")}
    check("hosts: names who loses, once", hosts["web1"]["losing"], "12: kernel=12")
    check("hosts: no other", [name for name, r in hosts.items() if r["losing"] != "-"], ["web1"])
    time.sleep(1.1)
    check("hosts: silent", set(r["host"] for r in ask("hosts", "--silent", "0s") if r["silent"] != "-"), {"web1", "db1", "app1", "w"})
    check("losses: counted once", [(r["host"], r["what"], r["total"]) for r in ask("losses")], [("web1", "kernel", "12")])
    test_segment()


def listen(host, boot, number, at, kind="start", port=443):
    return line(timestamp=stamp(at), host__name=host, netlog__kind=f"listen {kind}", netlog__ev=None, event__id=f"{boot:08x}-{number:x}.1",
                event__duration=None, network__direction=None, source=None, destination={"ip": "0.0.0.0", "port": port})


def test_listeners():
    """What listens now: not what was closed, nor what a boot had that has ended."""
    clear()
    at = NOW * 1000
    load([listen("one", 1, 1, at - 9000), listen("one", 1, 2, at - 9000, port=80), listen("one", 1, 2, at - 8000, "stop", 80),
          listen("crashed", 1, 1, at - 9000), listen("ahead", 1, 1, at + 400 * 86400000), listen("two", 1, 1, at - 9000)])
    time.sleep(1.1)     # the next boot's lines arrive later
    load([listen("crashed", 2, 1, at - 1000), listen("ahead", 2, 1, at - 1000), listen("two", 9, 1, at - 90000000, port=22)])
    found = {(r["host"], r["port"], r["opened"]) for r in ask("listeners")}
    check("listeners: a closed one is not among them", ("one", "80", stamp(at - 9000)) not in found)
    check("listeners: an open one is", ("one", "443", stamp(at - 9000)) in found)
    check("listeners: of a host that crashed, the last boot's", {f for f in found if f[0] == "crashed"}, {("crashed", "443", stamp(at - 1000))})
    check("listeners: a clock that was ahead hides none", ("ahead", "443", stamp(at - 1000)) in found)
    check("listeners: lines that were loaded late hide none", ("two", "443", stamp(at - 9000)) in found)
    sql("TRUNCATE TABLE open")      # as the TTL does
    check("listeners: longer than starts are kept", {(r["host"], r["port"], r["opened"]) for r in ask("listeners")}, found)


def test_segment():
    """Rules of what test_questions has stored: each connection is covered, and nothing else."""
    nft = run("ask", "segment", "--host", "db1").stdout.decode()
    check("segment: the fewest rules", [text.strip() for text in nft.splitlines() if "dport" in text],
          ["ip saddr { 10.0.0.5, 10.0.0.7 } tcp dport 443 accept", "ip saddr 10.1.0.0/30 tcp dport 5432 accept",
           "ip saddr 10.1.0.4/30 tcp dport 5433 accept"])
    path = tmp.name + "/rules.nft"
    pathlib.Path(path).write_text(nft)
    done = subprocess.run(["unshare", "-n", "nft", "-c", "-f", path], capture_output=True, check=False)
    check("segment: nft takes them", done.stderr.decode(), "")
    policy = run("ask", "segment", "--host", "db1", "--as", "networkpolicy", "--select", "app=db").stdout.decode()
    check("segment: a NetworkPolicy", all(t in policy for t in ('"app": "db"', 'cidr: "10.1.0.0/30"', "protocol: TCP, port: 5432")))
    check("segment: says what it covers", nft.startswith("# 11 connections that db1 accepted, "))
    wanted = {("10.0.0.5", "443"), ("10.0.0.7", "443"), *((f"10.1.0.{i}", str(5432 + (i > 3))) for i in range(8))}
    check("segment: nft's rules allow exactly these", allowed_by_nft(nft), wanted)
    check("segment: the NetworkPolicy the same", allowed_by_policy(policy), wanted)
    early = run("ask", "segment", "--host", "db1", "--since", "-5d", "--until", stamp((HOUR - 86400) * 1000)[:19]).stdout.decode()
    check("segment: not what is outside the period", allowed_by_nft(early), {("10.0.0.5", "443")})
    check("segment: not for another address of the host", run("ask", "segment", "--host", "db1", "--address", "10.9.0.0/16", ok=False).returncode, 1)
    load(connection(900, ("lossy", "10.3.0.1"), DB, HOUR * 1000 + 700000, a_port=40900, port=8443, ends="a"))
    hourly(93600)
    check("segment: a peer whose line only its own host has", ("10.3.0.1", "8443") in allowed_by_nft(run("ask", "segment", "--host", "db1").stdout.decode()))
    evil = "e\n} table inet x { chain y { } } #"
    load(connection(901, ("v6", "2001:db8::1"), (evil, "2001:db8::9"), HOUR * 1000 + 800000, a_port=40901))
    hourly(93600)
    nft = run("ask", "segment", "--host", evil).stdout
    done = subprocess.run(["unshare", "-n", "nft", "-c", "-f", "-"], input=nft, capture_output=True, check=False)
    check("segment: of version 6, and a host's name that is rules", (allowed_by_nft(nft.decode()), nft.count(b"\n}"), done.stderr.decode()),
          ({("2001:db8::1", "443")}, 1, ""))
    check("segment: no rules of nothing", run("ask", "segment", "--host", "nobody", ok=False).returncode, 1)


def test_simulation():
    clear()
    truth = tmp.name + "/truth"
    begin = HOUR - 3 * 3600
    with open(tmp.name + "/lines", "wb") as out:
        done = subprocess.run([build / "fleet/simulate", "--hosts", "300", "--connections", "6000", "--hours", "4", "--from", str(begin),
                               "--rows", "--loss", "0.01", "--truth", truth], stdout=out, stderr=subprocess.PIPE, check=True)
    said = dict(word.split("=") for word in done.stderr.decode().split())
    store._post({"database": stores.DATABASE, "query": "INSERT INTO line FORMAT TabSeparated"}, open(tmp.name + "/lines", "rb").read(), {})
    check("simulation: what was lost is missing", sql("SELECT sum(lost) FROM missing"), said["counted"])
    check("simulation: some was", int(said["counted"]) > 100)
    hourly()
    wanted, wrong = {}, set()
    for text in open(truth, encoding="ascii"):
        *key, count, other = text.rstrip("\n").split("\t")
        wanted[tuple(key)] = int(count)
        if int(other):
            wrong.add(tuple(key))
    rows = store.query("SELECT toUInt32(edge.hour), a_host, a_exe, b_host, b_exe, port, sum(connections) FROM edge WHERE seen = 'both' AND "
                       "(hour, build) IN (SELECT hour, max(build) FROM edge_build GROUP BY hour) "
                       "GROUP BY edge.hour, a_host, a_exe, b_host, b_exe, port").decode().splitlines()
    found = {tuple(r.split("\t")[:6]): int(r.split("\t")[6]) for r in rows}
    check("simulation: pairs to find", sum(wanted.values()) > 4000)
    check("simulation: none is invented", {k: n for k, n in found.items() if n > wanted.get(k, 0)}, {})
    check("simulation: every one is found", {k: n for k, n in wanted.items() if found.get(k, 0) < n and k not in wrong}, {})


only = sys.argv[3:]
for test in (test_migrate, test_real_lines, test_hostile, test_rejects, test_missing, test_pairs, test_clocks, test_listeners, test_questions, test_simulation):
    if only and test.__name__ not in only:
        continue
    began = time.monotonic()
    try:
        test()
    except Exception as error:  # a verdict, and the other tests go on
        check(f"{test.__name__}: {type(error).__name__}: {error} (line {error.__traceback__.tb_next.tb_lineno if error.__traceback__.tb_next else 0})", False)
    print(f"#  {test.__name__}: {time.monotonic() - began:.1f} s", flush=True)
case.finish()
