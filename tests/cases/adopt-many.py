#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# One process of uid 1000 with N sockets opened (rules), while the module is loaded: then M module records of sockets not known yet, of that process.
import sys
n=int(sys.argv[1]); m=int(sys.argv[2]); s=100
w=sys.stdout.write
w("type=KERNEL msg=audit(1795241079.000:1): netlog=1 op=load missed=0 lost=0 ver=0.1.0\n")
T='ppid=1 pid=4000 auid=1000 uid=1000 gid=1000 euid=1000 suid=1000 fsuid=1000 egid=1000 sgid=1000 fsgid=1000 tty=(none) ses=3 comm="evil" exe="/tmp/evil" subj=unconfined'
for i in range(n):
    s+=1
    w(f'type=SYSCALL msg=audit(1795241080.000:{s}): arch=c000003e syscall=41 success=yes exit={i+3} a0=2 a1=1 a2=0 a3=0 items=0 {T} key="netlog"\ntype=PROCTITLE msg=audit(1795241080.000:{s}): proctitle="evil"\n')
for i in range(m):
    s+=1
    w(f'type=KERNEL msg=audit(1795241081.000:{s}): netlog=1 op=bind ino={100000+i} proto=17 family=2 state=7 laddr=127.0.0.1 lport={1+i%60000} netns=4026531840 mono=8412733019 sid=1 {T}\n')
    s+=1
    w(f'type=KERNEL msg=audit(1795241081.000:{s}): netlog=1 op=release ino={100000+i} proto=17 family=2 state=7 laddr=127.0.0.1 lport={1+i%60000} netns=4026531840 mono=8412733019 sid=1 {T}\n')
