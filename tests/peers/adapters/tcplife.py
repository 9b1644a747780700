# SPDX-License-Identifier: GPL-2.0-or-later
"""tcplife of libbpf-tools: a line when a TCP socket has come to its end."""
import re

from statement import end, escape, line, rows

WORDS = '''A TCP session from its begin to its end, with PID, COMM, both ends. One line stands
for a start and a stop, and its PID may be of either. It says neither who called whom nor how a connect went: the
line of a connect that failed counts as a partial record. Not claimed: UDP, listeners.
The far end of a connection that no program accepted is a session, too: not counted.
Its TX_KB, RX_KB and MS are rounded, and of the TCP machine: not compared.'''
OUTCOME = False     # the line of a failed connect looks like any other

ROW = re.compile(rb'(?P<pid>\d+) +(?P<comm>.*?) +(?P<laddr>[0-9a-f.:]+) +(?P<lport>\d+)'
                 rb' +(?P<raddr>[0-9a-f.:]+) +(?P<rport>\d+)( +[\d.]+){3} *$', re.S)


def claims(expected, machine):
    return expected.kind == 'connect' and expected.verb != 'fail' and \
        expected.get('proto') == 'TCP'


def comm_of(m):
    return escape(m['comm'])


def read(path, pattern=ROW, comm=comm_of):
    for ev, m in enumerate(rows(pattern, path), 1):
        told = {'local': end(m['laddr'].decode(), m['lport'].decode()),
                'remote': end(m['raddr'].decode(), m['rport'].decode()),
                'pid': m['pid'].decode(), 'comm': comm(m), 'ev': ev}
        yield line('connect start', **told)
        yield line('connect stop', **told)
