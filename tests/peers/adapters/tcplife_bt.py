# SPDX-License-Identifier: GPL-2.0-or-later
"""tcplife.bt of bpftrace: the same table as tcplife, names cut to ten bytes."""
from adapters import tcplife
from statement import escape

WORDS = '''As tcplife. COMM is cut to ten bytes, and only those are compared.'''
OUTCOME = tcplife.OUTCOME
claims = tcplife.claims
CUT = 10


def comm_of(m):
    return escape(m['comm'], CUT)


def read(path):
    return tcplife.read(path, comm=comm_of)
