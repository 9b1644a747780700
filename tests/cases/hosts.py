#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A collector's log: HOSTS hosts, each with one connection.  Usage: hosts.py HOSTS"""
import sys

TASK = ('arch=c000003e syscall=%d %sa0=3 a1=1 a2=10 a3=0 items=0 ppid=1 pid=100 auid=1000 '
        'uid=1000 ses=3 comm="curl" exe="/usr/bin/curl" key="netlog"')
for host in range(int(sys.argv[1])):
    def record(kind, serial, text):
        print(f"node=host{host} type={kind} msg=audit({1795241080 + host // 1000}."
              f"{host % 1000:03}:{serial}): {text}")
    record("SYSCALL", 5, TASK % (42, "success=yes exit=0 "))
    record("SOCKADDR", 5, "saddr=020001BBC00002070000000000000000")
    record("EOE", 5, "")
    record("SYSCALL", 6, TASK % (231, ""))
    record("EOE", 6, "")
