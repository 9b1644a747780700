# SPDX-License-Identifier: GPL-2.0-or-later
"""tcpconnect of libbpf-tools: a line for each connect of TCP."""
import re

from statement import end, escape, line, rows

WORDS = '''Reports TCP connects ("trace all TCP connect()s") with UID, PID, COMM and the remote address.
It reports neither the local port nor the outcome, so every record is partial. Not claimed:
stops, accepted connections, UDP, listeners.'''
OUTCOME = False     # the line of a failed connect looks like any other
ROW = re.compile(rb'(?P<uid>\d+) +(?P<pid>\d+) +(?P<comm>.*?) +[46]'
                 rb' +(?P<saddr>[0-9a-f.:]+) +(?P<daddr>[0-9a-f.:]+) +(?P<dport>\d+) *$', re.S)
CUT = 12


def claims(expected, machine):
    return expected.kind == 'connect' and expected.verb != 'stop' and \
        expected.get('proto') == 'TCP' and expected.get('dir') == '->'


def read(path):
    for m in rows(ROW, path):
        yield line('connect start', way='->', local=end(m['saddr'].decode(), '-'),
                   remote=end(m['daddr'].decode(), m['dport'].decode()),
                   pid=m['pid'].decode(), uid=m['uid'].decode(), comm=escape(m['comm'], CUT))
