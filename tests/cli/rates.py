#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The error rates of --beacons and --scan that aunetlog(8) states, on other seeds than the tests
use: rates.py AUNETLOG [FIRST_SEED [SEEDS]]. Takes minutes."""
import os
import random
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
START = 1795243129.0


def ask(tool, rule, text):
    with tempfile.NamedTemporaryFile() as log:
        log.write(text)
        log.flush()
        out = subprocess.run([tool, '--no-index', '-if', log.name, '--' + rule], capture_output=True,
                             text=True, env={'TZ': 'UTC', 'LC_ALL': 'C'}).stdout
    return [line for line in out.split('\n')[1:] if line]


def generated(tool, seeds):
    for rule, planted, innocent, bad in (('beacons', 20, 220, 'bad-'),
                                         ('scan', 13, 80, r'bad-|  198\.51\.100\.[012]$')):
        found = wrong = 0
        for seed in seeds:
            lines = ask(tool, rule, subprocess.check_output([sys.executable, HERE + '/traffic.py', rule, str(seed)]))
            n = sum(bool(re.search(bad, line)) for line in lines)
            found += n
            wrong += len(lines) - n
        print('--%s: %d of %d planted found, %d of %d innocent' %
              (rule, found, planted * len(seeds), wrong, innocent * len(seeds)), flush=True)


def one_beacon(rng, n, jitter, missing):
    at, every = START + rng.uniform(0, 60), rng.choice([15, 60, 300, 3600])
    for _ in range(30):
        if rng.random() >= missing:
            yield at, ('connect start TCP 10.0.0.5:40000 -> 192.0.2.%d:443 - %d 1000 p%d exe=/p%d '
                       'auid=1000 id=3f1a09c2-%x.1' % (n, n, n, n, rng.getrandbits(40)))
        at += every * rng.uniform(1 - jitter, 1 + jitter)


def beacons(tool, seed):
    """How irregular may one be, and how many of its calls may be missing?"""
    for jitter in (0, 5, 10, 15, 20, 30, 50):
        row = []
        for missing in (0, 10, 30):
            rng = random.Random('%d %d %d' % (seed, jitter, missing))
            lines = sorted(c for n in range(200)
                           for c in one_beacon(rng, n, jitter / 100, missing / 100))
            text = ''.join('%s.%03d %s\n' % (time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(at)),
                                            int(at * 1000) % 1000, line) for at, line in lines)
            row.append('%d%% missing: %d' % (missing, len(ask(tool, 'beacons', text.encode()))))
        print('of 200 that vary by %d%%: %s' % (jitter, ', '.join(row)), flush=True)


def main():
    tool = os.path.abspath(sys.argv[1])
    first = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**9)
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 100
    print('seeds from %d on' % first)
    generated(tool, range(first, first + count))
    beacons(tool, first)


main()
