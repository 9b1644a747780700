# SPDX-License-Identifier: GPL-2.0-or-later
"""conntrack -E: what the kernel's connection tracking saw of packets."""
import re

from statement import end, line

WORDS = '''Flows of packets in its network namespace: both ends, and for TCP whether the flow was
established, ended (TIME_WAIT or CLOSE) or was answered by a reset. It reports no process, so
all its records are partial. On loopback one flow stands for both the connect and the accept.
Not claimed: listeners, other namespaces, a connect without a packet, UDP without packets, and
the end of UDP, which is a timeout.'''
OUTCOME = True

EVENT = re.compile(r'\s*\[(?P<event>NEW|UPDATE|DESTROY)\]\s+(?P<proto>tcp|udp|udplite)\s+\d+'
                   r'(?: \d+)?(?: (?P<state>[A-Z]\w+))? src=(?P<src>\S+) dst=(?P<dst>\S+)'
                   r' sport=(?P<sport>\d+) dport=(?P<dport>\d+)')
ENDS = ('TIME_WAIT', 'CLOSE')
ANSWERED_BY = ('ECONNREFUSED',)     # failures that a packet shows


def claims(expected, machine):
    if expected.kind != 'connect' or expected.module.get('netns') != machine['netns'] or \
       expected.get('proto') != 'TCP':
        return False
    return expected.verb != 'fail' or expected.get('errno') in ANSWERED_BY


def both(what, flow):
    """The records of both ends: the connect and the accept."""
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
