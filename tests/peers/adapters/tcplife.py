# SPDX-License-Identifier: GPL-2.0-or-later
"""tcplife of libbpf-tools: a line when a TCP socket has come to its end."""
import re

from statement import end, escape, line, rows

WORDS = '''Reports a TCP session from start to end with PID, COMM and both ends. One line stands for a
start and a stop, and its PID may belong to either. It reports neither the direction nor the
outcome; the line of a failed connect counts as a partial record. Not claimed: UDP, listeners.
The far end of a connection that no program accepted is reported as a session, too, and is not
counted. TX_KB, RX_KB and MS are rounded and measured on the TCP state machine, and are not
compared.'''
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
        record = {'local': end(m['laddr'].decode(), m['lport'].decode()),
                  'remote': end(m['raddr'].decode(), m['rport'].decode()),
                  'pid': m['pid'].decode(), 'comm': comm(m), 'ev': ev}
        yield line('connect start', **record)
        yield line('connect stop', **record)
