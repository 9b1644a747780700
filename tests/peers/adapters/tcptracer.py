# SPDX-License-Identifier: GPL-2.0-or-later
"""tcptracer of libbpf-tools: C connected, A accepted, X closed."""
import re

from statement import end, escape, line, rows

WORDS = '''Reports TCP connections that were established (C), accepted (A) or closed (X), with UID, PID,
COMM and both ends. Not claimed: failed connects, UDP, listeners.'''
OUTCOME = True
ROW = re.compile(rb'(?P<uid>\d+) +(?P<what>[CAX]) (?P<pid>\d+) +(?P<comm>.*?) +[46]'
                 rb' +(?P<saddr>[0-9a-f.:]+) +(?P<daddr>[0-9a-f.:]+) +(?P<sport>\d+)'
                 rb' +(?P<dport>\d+) *$', re.S)
WHAT = {b'C': ('connect start', '->'), b'A': ('connect start', '<-'), b'X': ('connect stop', '-')}
CUT = 12


def claims(expected, machine):
    return expected.kind == 'connect' and expected.verb != 'fail' and \
        expected.get('proto') == 'TCP'


def read(path):
    for m in rows(ROW, path):
        what, way = WHAT[m['what']]
        yield line(what, way=way, local=end(m['saddr'].decode(), m['sport'].decode()),
                   remote=end(m['daddr'].decode(), m['dport'].decode()),
                   pid=m['pid'].decode(), uid=m['uid'].decode(), comm=escape(m['comm'], CUT))
