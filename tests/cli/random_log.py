#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A log as no host writes it, and questions: random_log.py SEED DIRECTORY FILE...

The events of the given audit logs are taken apart, moved in time, repeated, mixed as
from several processors, cut, damaged and written among other records. DIRECTORY/log is
the result, DIRECTORY/questions has arguments of aunetlog, one question a line. The same
seed gives the same.
"""
import random
import re
import sys

STAMP = re.compile(r'audit\((\d+)\.(\d+):(\d+)\)')
OTHERS = [
    'type=USER_LOGIN msg=audit(%s): pid=812 uid=0 auid=1000 ses=3 msg=\'op=login id=1000 '
    'exe="/usr/sbin/sshd" hostname=? addr=192.0.2.9 terminal=/dev/pts/0 res=success\'',
    'type=SERVICE_START msg=audit(%s): pid=1 uid=0 auid=4294967295 ses=4294967295 '
    'msg=\'unit=cron comm="systemd" exe="/usr/lib/systemd/systemd" res=success\'',
    'type=SYSCALL msg=audit(%s): arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2 a2=3 '
    'a3=4 items=2 ppid=1 pid=77 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 '
    'sgid=0 fsgid=0 tty=(none) ses=4294967295 comm="ls" exe="/bin/ls" key="exec"',
    'type=CWD msg=audit(%s): cwd="/"',
    'type=PROCTITLE msg=audit(%s): proctitle=6C73',
    'type=BPF msg=audit(%s): prog-id=12 op=LOAD',
]
DAMAGE = ['', '\x00', ' ', 'x' * 17000, 'type=SYSCALL', '----', 'time->now', '\xff\xfe',
          'type=DAEMON_START msg=audit(1.0:1): op=start', 'node= type=SYSCALL x']


def events_of(paths):
    """Lists of records, with %s for the stamp."""
    events = []
    for path in paths:
        found = {}
        with open(path, encoding='latin-1') as log:
            for line in log.read().split('\n'):
                stamp = STAMP.search(line)
                if stamp:
                    found.setdefault(stamp.group(0), []).append(
                        line[:stamp.start()].replace('%', '%%') + 'audit(%s)' +
                        line[stamp.end():].replace('%', '%%'))
        events.append(list(found.values()))
    return events


class Writer:
    def __init__(self, rnd):
        self.rnd = rnd
        # now and then around the end of summer time in New York, or its beginning
        self.ms = rnd.choice([1795000000000 + rnd.randrange(10**9), 1793511000000, 1772951400000])
        self.serial = rnd.randrange(1, 5000)
        self.waiting = []   # records to come later
        self.lines = []
        self.odd = rnd.choice([0, 0, 0.01, 0.1])
        self.mixed = rnd.choice([0, 0.05, 0.5])

    def stamp(self):
        rnd = self.rnd
        self.serial += rnd.choice([1, 1, 1, 2, 7])
        self.ms += rnd.choice([0, 0, 1, 4, 250, 2500])
        ms = self.ms
        if rnd.random() < 0.02:
            ms -= rnd.choice([4, 1000, 5000, 100000])      # waited in the call
        if rnd.random() < 0.001:
            self.serial = rnd.randrange(1, 100)             # a boot
        if rnd.random() < 0.001:
            self.ms -= 3600000                              # the clock is set
        return '%d.%03d:%d' % (ms // 1000, ms % 1000, self.serial)

    def damage(self, line):
        rnd = self.rnd
        kind = rnd.randrange(7)
        if kind == 0:
            return []
        if kind == 1:
            return [line, line]
        if kind == 2:
            return [line[:rnd.randrange(len(line) + 1)]]
        if kind == 3:
            at = rnd.randrange(len(line) + 1)
            return [line[:at] + rnd.choice(DAMAGE) + line[at:]]
        if kind == 4:
            return [rnd.choice(DAMAGE), line]
        if kind == 5:
            return [line.replace('"', '', 1)]
        return [line.replace('=', '= ', rnd.randrange(5))]

    def put(self, line):
        rnd = self.rnd
        lines = self.damage(line) if rnd.random() < self.odd else [line]
        for text in lines:
            if rnd.random() < self.mixed:
                self.waiting.append((rnd.randrange(1, 60), text))
            else:
                self.lines.append(text)
        later = []
        for left, text in self.waiting:
            if left <= 1:
                self.lines.append(text)
            else:
                later.append((left - 1, text))
        self.waiting = later

    def write(self, event):
        stamp = self.stamp()
        for record in event:
            if record.count('%s') == 1:
                self.put(record % stamp)
        if self.rnd.random() < 0.2:
            self.put('type=EOE msg=audit(%s): ' % stamp)
        while self.rnd.random() < 0.3:
            self.put(self.rnd.choice(OTHERS) % self.stamp())


def words(events):
    """Values that questions ask for."""
    text = '\n'.join(r for log in events for e in log for r in e)
    addresses = ['192.0.2.7', '127.0.0.1', '::1', '10.0.0.0/8', ':443', '0.0.0.0/0']
    return {
        '--remote': addresses, '--local': addresses, '--addr': addresses,
        '-p': re.findall(r' pid=(\d+)', text), '-pp': re.findall(r'ppid=(\d+)', text),
        '-c': re.findall(r'comm="([a-z]\w*)"', text),
        '-x': re.findall(r'exe="([^"]+)"', text), '-ul': ['unset', '1000', '0'],
        '-ui': ['0', '1000', '65534'], '--kind': ['start', 'stop', 'fail', 'listen'],
        '--proto': ['tcp', 'udp'], '--dur': ['>1', '<0.1'], '-sv': ['yes', 'no'],
        '-e': ['ECONNREFUSED'], '--direction': ['in', 'out'], '--bytes': ['>100'],
        '--via': ['reuse', 'exit'],
    }


def question(rnd, values, first, last):
    args = []
    for _ in range(rnd.choice([0, 0, 1, 1, 2])):
        option = rnd.choice(sorted(values))
        if option not in args and values[option]:
            args += [option, rnd.choice(sorted(values[option]))]
    for option in ('-ts', '-te'):
        if rnd.random() < 0.2:
            args += [option, '@%d' % rnd.randint(first // 1000 - 10, max(first, last) // 1000)]
    args += rnd.choice([[], [], ['--maybe'], ['--format', 'table'], ['--format', 'json'],
                        ['--summary', 'remote'], ['--listeners'], ['--just-one']])
    return args


def main():
    seed, directory, paths = sys.argv[1], sys.argv[2], sys.argv[3:]
    rnd = random.Random(seed)
    events = events_of(paths)
    w = Writer(rnd)
    first = w.ms
    chosen = rnd.sample(events, min(len(events), rnd.randrange(1, 6)))
    for _ in range(rnd.choice([1, 2, 4])):
        for log in chosen:
            # whole, so that connections begin and end, or here and there
            for event in log if rnd.random() < 0.8 else rnd.choices(log, k=len(log)):
                w.write(event)
    text = '\n'.join(w.lines + [t for _, t in w.waiting])
    if rnd.random() < 0.8:
        text += '\n'
    if rnd.random() < 0.05:
        text = text.replace('\n', '\r\n')
    while len(text) < 5 << 20 and rnd.random() < 0.1:
        text *= 20              # enough for several threads
    with open(directory + '/log', 'w', encoding='latin-1', newline='') as log:
        log.write(text)
    values = words(chosen)
    with open(directory + '/questions', 'w') as out:
        for _ in range(4):
            out.write('\t'.join(question(rnd, values, first, w.ms)) + '\n')


main()
