# SPDX-License-Identifier: GPL-2.0-or-later
"""conntrack -E: what the kernel's connection tracking saw of packets."""
import re

from statement import end, line

WORDS = '''Reports packet flows in its own network namespace: both ends and, for TCP, whether the
connection was established, ended (TIME_WAIT or CLOSE) or was refused with a reset. It reports
no processes, so every record is partial. On loopback one flow stands for both the connect and
the accept. Not claimed: listeners, other namespaces, a connect that sent no packet, the end of
UDP flows (a timeout), UDP sockets that sent nothing.'''
OUTCOME = True

EVENT = re.compile(r'\s*\[(?P<event>NEW|UPDATE|DESTROY)\]\s+(?P<proto>tcp|udp|udplite)\s+\d+'
                   r'(?: \d+)?(?: (?P<state>[A-Z]\w+))? src=(?P<src>\S+) dst=(?P<dst>\S+)'
                   r' sport=(?P<sport>\d+) dport=(?P<dport>\d+)')
ENDS = ('TIME_WAIT', 'CLOSE')
ANSWERED_BY = ('ECONNREFUSED',)     # failures that show in a packet


def claims(expected, machine):
    if expected.kind != 'connect' or expected.module.get('netns') != machine['netns'] or \
       expected.get('proto') != 'TCP':
        return False
    return expected.verb != 'fail' or expected.get('errno') in ANSWERED_BY


def both(what, flow):
    """The record of who called, and of who was called."""
    src, dst, proto = flow
    yield line(what, local=src, way='->', remote=dst, proto=proto)
    if what != 'connect fail':
        yield line(what, local=dst, way='<-', remote=src, proto=proto)


def read(path):
    open_flows, failing = set(), set()
    with open(path, encoding='ascii', errors='replace') as f:
        for text in f:
            m = EVENT.match(text)
            if not m:
                continue
            flow = (end(m['src'], m['sport']), end(m['dst'], m['dport']), m['proto'].upper())
            if m['proto'] != 'tcp':
                if m['event'] == 'NEW':
                    yield from both('connect start', flow)
            elif m['event'] == 'NEW':
                open_flows.discard(flow)
                failing.add(flow)
            elif m['state'] == 'ESTABLISHED':
                failing.discard(flow)
                open_flows.add(flow)
                yield from both('connect start', flow)
            elif m['state'] in ENDS or m['event'] == 'DESTROY':
                if flow in failing:
                    failing.discard(flow)
                    yield from both('connect fail', flow)
                elif flow in open_flows:
                    open_flows.discard(flow)
                    yield from both('connect stop', flow)
