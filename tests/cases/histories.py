#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Random histories of processes and sockets, every call of which is audited: who starts and who ends
each connection is known, and aunetlog must say the same. Then the same records with some events
late: values may be unknown, but no connection starts or stops twice.
Usage: histories.py AUNETLOG FIRST-SEED LAST-SEED
"""
import collections
import random
import subprocess
import sys

INPROGRESS, ALREADY, CONNECTED, REFUSED = -115, -114, -106, -111
CLOEXEC = 0o2000000
CALL = dict(close=3, dup=32, dup2=33, socket=41, connect=42, bind=49, listen=50, clone=56, vfork=58,
            execve=59, fcntl=72, exit=231, accept4=288, close_range=436)


class Socket:
    """One socket: its address is its name."""
    def __init__(self, kind, ip):
        self.kind, self.ip, self.open, self.users = kind, ip, True, 0


class Process:
    def __init__(self, pid, ppid, comm, fds=(), cloexec=()):
        self.pid, self.ppid, self.comm = pid, ppid, comm
        self.fds, self.cloexec = dict(fds), set(cloexec)

    def free(self):
        return next(fd for fd in range(3, 1000) if fd not in self.fds)


class History:
    def __init__(self, seed, steps):
        self.random = random.Random(seed)
        self.events, self.truth = [], []
        self.addresses, self.pids = 0, 1000
        self.time = 0
        self.processes = {}
        first = self.new_process(Process(1, 0, "p0"))
        self.call(Process(1, 0, "p0"), "clone", first.pid, 17)
        moves = [getattr(self, m) for m in dir(self) if m.startswith("do_")]
        for _ in range(steps):
            process = self.random.choice(list(self.processes.values()))
            self.random.choice(moves)(process)

    def call(self, p, name, result, a0=0, a1=0, a2=0, a3=0, address=None, at=None):
        self.time += 100
        serial, at = len(self.events) + 1, at or self.time
        stamp = f"msg=audit({1700000000 + at // 1000}.{at % 1000:03}:{serial}):"
        outcome = "" if name == "exit" else \
            f"success={'no' if result < 0 else 'yes'} exit={result} "
        lines = [f"type=SYSCALL {stamp} arch=c000003e syscall={CALL[name]} {outcome}a0={a0:x} "
                 f"a1={a1:x} a2={a2:x} a3={a3:x} items=0 ppid={p.ppid} pid={p.pid} auid=1000 uid=0 "
                 f'ses=1 comm="{p.comm}" exe="/bin/{p.comm}" key="netlog"']
        if address:
            lines.append(f"type=SOCKADDR {stamp} saddr={address}")
        self.events.append("\n".join(lines + [f"type=EOE {stamp} ", ""]))

    def ends(self, what, socket, p):
        self.truth.append((what, socket.ip, p.pid))

    # ---- descriptors ----

    def give(self, p, fd, socket, cloexec=False):
        self.drop(p, fd)
        p.fds[fd] = socket
        (p.cloexec.add if cloexec else p.cloexec.discard)(fd)
        socket.users += 1

    def drop(self, p, fd):
        socket = p.fds.pop(fd, None)
        p.cloexec.discard(fd)
        if not socket:
            return
        socket.users -= 1
        if not socket.users and socket.open:
            socket.open = False
            self.ends("listen stop" if socket.kind == "listener" else "connect stop", socket, p)

    def new_process(self, parent):
        self.pids += 1
        child = Process(self.pids, parent.pid, parent.comm, parent.fds, parent.cloexec)
        for socket in child.fds.values():
            socket.users += 1
        self.processes[child.pid] = child
        return child

    def end_process(self, p):
        for fd in list(p.fds):
            self.drop(p, fd)
        del self.processes[p.pid]
        for other in self.processes.values():
            if other.ppid == p.pid:
                other.ppid = 1

    def exec(self, p):
        p.comm = f"p{self.random.randrange(9)}"
        self.call(p, "execve", 0)
        for fd in list(p.cloexec):
            self.drop(p, fd)

    def address(self, port):
        self.addresses += 1
        n = self.addresses
        return f"10.0.{n >> 8}.{n & 255}", f"0200{port:04X}0A00{n >> 8:02X}{n & 255:02X}" + "0" * 16

    def some(self, p, kind=None):
        found = [fd for fd, s in p.fds.items() if kind in (None, s.kind) and s.open]
        return self.random.choice(found) if found else None

    def opened(self, p, kind, port, flags=0):
        ip, address = self.address(port)
        fd, cloexec = p.free(), self.random.random() < .3
        self.call(p, "socket", fd, 2, (2 if kind == "datagram" else 1) | flags |
                  (CLOEXEC if cloexec else 0))
        self.give(p, fd, Socket(kind, ip), cloexec)
        return fd, p.fds[fd], address

    # ---- what a process may do ----

    def do_connect(self, p, kind="stream"):
        fd, socket, address = self.opened(p, kind, 443)
        self.call(p, "connect", 0, fd, address=address)
        self.ends("connect start", socket, p)

    def do_datagram(self, p):
        self.do_connect(p, "datagram")

    def do_refused(self, p):
        fd, socket, address = self.opened(p, "stream", 443)
        self.call(p, "connect", REFUSED, fd, address=address)
        socket.open = False
        self.ends("connect fail", socket, p)

    def do_nonblocking(self, p):
        fd, socket, address = self.opened(p, "stream", 443, 0o4000)
        outcome = self.random.choice([0, ALREADY, CONNECTED, REFUSED])
        self.call(p, "connect", INPROGRESS, fd, address=address)
        self.ends("connect start", socket, p)
        self.call(p, "connect", outcome, fd, address=address)
        if outcome == REFUSED:
            socket.open = False
            self.ends("connect stop", socket, p)

    def do_disconnect(self, p):
        fd = self.some(p, "datagram")
        if fd is not None:
            self.call(p, "connect", 0, fd, address="0" * 32)
            p.fds[fd].open = False
            self.ends("connect stop", p.fds[fd], p)

    def do_listen(self, p):
        fd, socket, address = self.opened(p, "listener", 80)
        self.call(p, "bind", 0, fd, address=address)
        self.call(p, "listen", 0, fd)
        self.ends("listen start", socket, p)

    def do_accept(self, p):
        listener = self.some(p, "listener")
        if listener is None:
            return
        ip, address = self.address(999)
        fd, cloexec = p.free(), self.random.random() < .3
        self.call(p, "accept4", fd, listener, 1, 1, CLOEXEC if cloexec else 0, address=address)
        self.give(p, fd, Socket("accepted", ip), cloexec)
        self.ends("connect start", p.fds[fd], p)

    def do_close(self, p):
        fd = self.some(p)
        if fd is not None:
            self.call(p, "close", 0, fd)
            self.drop(p, fd)

    def do_close_range(self, p):
        fd = self.some(p)
        if fd is not None:
            last = fd + self.random.randrange(4)
            self.call(p, "close_range", 0, fd, last)
            for n in range(fd, last + 1):
                self.drop(p, n)

    def do_dup(self, p):
        fd = self.some(p)
        if fd is not None:
            new = p.free()
            self.call(p, "dup", new, fd)
            self.give(p, new, p.fds[fd])

    def do_dup2(self, p):
        fd, new = self.some(p), self.some(p)
        if fd != new:
            self.call(p, "dup2", new, fd, new)
            if p.fds[fd] is p.fds[new]:
                p.cloexec.discard(new)
            else:
                self.give(p, new, p.fds[fd])

    def do_set_cloexec(self, p):
        fd, on = self.some(p), self.random.random() < .5
        if fd is not None:
            self.call(p, "fcntl", 0, fd, 2, on)
            (p.cloexec.add if on else p.cloexec.discard)(fd)

    def do_fork(self, p):
        if len(self.processes) < 12:
            self.call(p, "clone", self.new_process(p).pid, 17)

    def do_vfork(self, p):
        """Reported when it returns, after the child's exec or exit."""
        if len(self.processes) >= 12:
            return
        child, entered = self.new_process(p), self.time + 50
        self.exec(child)
        if self.random.random() < .5:
            self.call(child, "exit", 0)
            self.end_process(child)
        self.call(p, "vfork", child.pid, at=entered)

    def do_exec(self, p):
        self.exec(p)

    def do_exit(self, p):
        if len(self.processes) > 1:
            self.call(p, "exit", 0)
            self.end_process(p)


def lines_of(tool, events):
    out = subprocess.run([tool, "-if", "-"], input="".join(events), capture_output=True, text=True,
                         check=False).stdout
    for line in out.splitlines():
        words = line.split()
        listens = words[2] == "listen"
        end, pid = words[5 if listens else 7], words[7 if listens else 9]
        number = next(word for word in words if word.startswith("id="))
        what = "corrected" if "via=corrected" in words else words[3]
        yield f"{words[2]} {what}", end.rpartition(":")[0], int(pid), number


def late(events, seed, rate, most):
    """Some events come up to most events too late."""
    pick = random.Random(seed)
    places = [n + (pick.random() * most if pick.random() < rate else 0) for n in range(len(events))]
    return [events[n] for n in sorted(range(len(events)), key=places.__getitem__)]


def check_late(tool, seed, events, rate, most):
    """A connection begins once, by a start or a fail, and stops at most once, after its start; a
    corrected start takes its stop back."""
    begun, stopped, wrong = collections.Counter(), collections.Counter(), 0
    for what, end, _, number in lines_of(tool, late(events, seed, rate, most)):
        if what.endswith("corrected"):
            stopped.subtract([number, end])
            continue
        count = stopped if what.endswith("stop") else begun
        names = [name for name in (number, end) if name.startswith(("id=", "10."))]
        count.update(names)
        if any(count[name] > 1 for name in names) or stopped[number] > begun[number]:
            wrong += 1
            print(f"seed {seed}, {rate:.0%} of events late: once too often", what, end)
    return wrong


def main():
    tool, wrong = sys.argv[1], 0
    for seed in range(int(sys.argv[2]), int(sys.argv[3]) + 1):
        history = History(seed, 400)
        truth = collections.Counter(history.truth)
        said = collections.Counter(line[:3] for line in lines_of(tool, history.events))
        for what, differs in ("not said", truth - said), ("wrong", said - truth):
            wrong += len(differs)
            for line in differs:
                print(f"seed {seed}: {what}:", *line)
        wrong += check_late(tool, seed, history.events, .02, 3)
        wrong += check_late(tool, seed, history.events, .1, 9)
    return bool(wrong)


sys.exit(main())
