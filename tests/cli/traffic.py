#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines of audisp-netlog with planted and innocent traffic, for the rules of --beacons
and --scan. The program's name says which it is: bad-… or good-….
Usage: traffic.py beacons|scan SEED"""
import random
import sys
import time

START = 1795243129.0
lines = []


def connect(at, program, pid, remote, error=None, inbound=False, local="10.0.0.5:40000"):
    kind = "fail" if error else "start"
    lines.append((at, "connect %s TCP %s %s %s - %d 1000 %s exe=/usr/bin/%s auid=1000%s id=3f1a09c2-%x.1" % (
        kind, local, "<-" if inbound else "->", remote, pid, program, program,
        " errno=" + error if error else "", len(lines) + 1)))


def beacons(rng):
    for n in range(20):     # regular, with 5 % of jitter; some miss a call
        at, every = START + rng.uniform(0, 60), rng.choice([15, 60, 300, 3600])
        for _ in range(30):
            if rng.random() > 0.03:
                connect(at, "bad-%d" % n, 100 + n, "192.0.2.%d:443" % n)
            at += every * rng.uniform(0.95, 1.05)
    for n in range(100):    # at random times
        at = START
        for _ in range(40):
            at += rng.expovariate(1 / 60)
            connect(at, "good-random-%d" % n, 200 + n, "198.51.100.%d:443" % n)
    for n in range(50):     # a person's pages: some connections at once, then a pause
        at = START
        for _ in range(20):
            for _ in range(rng.randint(1, 6)):
                connect(at + rng.uniform(0, 5), "good-pages-%d" % n, 400 + n, "203.0.113.%d:443" % n)
            at += rng.lognormvariate(4, 1)
    for n in range(20):     # about every minute, not more exactly
        at = START
        for _ in range(40):
            at += 60 * rng.uniform(0.6, 1.4)
            connect(at, "good-loose-%d" % n, 700 + n, "203.0.113.%d:22" % n)
    for n in range(50):     # as fast as it can
        at = START
        for _ in range(100):
            at += rng.uniform(0.05, 0.3)
            connect(at, "good-batch-%d" % n, 500 + n, "203.0.113.%d:80" % (100 + n))


def scan(rng):
    for n in range(5):      # the ports of one address
        for port in rng.sample(range(1, 65536), 200):
            connect(START + rng.uniform(0, 20), "bad-ports-%d" % n, 100 + n, "192.0.2.%d:%d" % (n, port),
                    "ECONNREFUSED" if rng.random() < 0.9 else None)
    for n in range(5):      # one port of many addresses
        for host in range(50):
            connect(START + rng.uniform(0, 50), "bad-hosts-%d" % n, 200 + n, "10.%d.0.%d:445" % (n, host),
                    rng.choice(["ECONNREFUSED", "ETIMEDOUT", "EHOSTUNREACH"]) if rng.random() < 0.9 else None)
    for n in range(3):      # from outside, to listeners
        for port in range(25):
            connect(START + rng.uniform(0, 30), "sshd", 10, "198.51.100.%d:5000" % n, None, True,
                    "10.0.0.5:%d" % (1000 + port))
    for n in range(20):     # a browser: many addresses, few failures
        for host in range(80):
            connect(START + rng.uniform(0, 40), "good-browser-%d" % n, 300 + n, "203.0.113.%d:443" % host,
                    "ETIMEDOUT" if rng.random() < 0.05 else None)
    for n in range(20):     # the same without IPv6
        for host in range(40):
            connect(START + rng.uniform(0, 40), "good-nov6-%d" % n, 400 + n, "[2001:db8::%x]:443" % host,
                    "ENETUNREACH")
            connect(START + rng.uniform(0, 40), "good-nov6-%d" % n, 400 + n, "203.0.113.%d:443" % host)
    for n in range(20):     # tries again and again
        for _ in range(300):
            connect(START + rng.uniform(0, 60), "good-retry-%d" % n, 500 + n, "192.0.2.200:%d" % (5432 + n),
                    "ECONNREFUSED")
    for n in range(20):     # a busy server
        for _ in range(300):
            connect(START + rng.uniform(0, 60), "good-server", 600, "198.51.100.%d:%d" % (
                100 + n, rng.randint(1024, 65535)), None, True, "10.0.0.5:443")


{"beacons": beacons, "scan": scan}[sys.argv[1]](random.Random(int(sys.argv[2])))
for at, text in sorted(lines):
    print("%s.%03d %s" % (time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at)), int(at * 1000) % 1000, text))
