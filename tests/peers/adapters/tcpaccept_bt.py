# SPDX-License-Identifier: GPL-2.0-or-later
"""tcpaccept.bt of bpftrace: a line for each accept of TCP. (libbpf-tools has none.)"""
import re

from statement import end, escape, line, rows

WORDS = '''Reports accepted TCP connections with PID, COMM and both ends. Not claimed: everything else.'''
OUTCOME = True
ROW = re.compile(rb'\d\d:\d\d:\d\d +(?P<pid>\d+) +(?P<comm>.*?) +(?P<raddr>[0-9a-f.:]+)'
                 rb' +(?P<rport>\d+) +(?P<laddr>[0-9a-f.:]+) +(?P<lport>\d+) +\d+/\d+ *$', re.S)


def claims(expected, machine):
    return expected.kind == 'connect' and expected.verb == 'start' and \
        expected.get('proto') == 'TCP' and expected.get('dir') == '<-'


def read(path):
    for m in rows(ROW, path):
        yield line('connect start', way='<-', local=end(m['laddr'].decode(), m['lport'].decode()),
                   remote=end(m['raddr'].decode(), m['rport'].decode()),
                   pid=m['pid'].decode(), comm=escape(m['comm']))
