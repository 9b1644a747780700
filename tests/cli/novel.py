#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--new and --listeners of aunetlog against a count made here, on random traffic with planted
newcomers and back doors: novel.py AUNETLOG [ROUNDS [SEED]]. Neither rule has a threshold, so each
planted one must be listed, and nothing else."""
import os
import random
import subprocess
import sys
import tempfile
import time

START = 1795243129000    # ms
LINES = 400
ENV = {'TZ': 'UTC', 'LC_ALL': 'C'}


def stamp(ms):
    return time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(ms // 1000)) + '.%03d' % (ms % 1000)


class Traffic:
    """Lines, and what --new and --listeners are to say of them."""

    def __init__(self, rng):
        self.rng = rng
        self.lines = []
        self.sights = {}       # (kind, what): [first, program, count]
        self.listeners = []    # dicts, in order of their starts
        self.ids = 0
        self.ms = START

    def line(self, text):
        self.lines.append(stamp(self.ms) + ' ' + text)
        self.ms += self.rng.randrange(1, 4000)

    def extras(self, program, number):
        return 'exe=/usr/bin/%s auid=1000 id=3f1a09c2-%x.1' % (program, number)

    def see(self, kind, what, program):
        sight = self.sights.setdefault((kind, what), [self.ms, program, 0])
        sight[2] += 1

    def connect(self, program, peer, port, inbound=None):
        self.ids += 1
        self.see('peer', peer, program)
        self.see('program', '/usr/bin/' + program, program)
        kind = 'fail' if inbound is None and self.rng.random() < .1 else 'start'
        pid = inbound['pid'] if inbound else 500
        ends = '10.0.0.5:%d <- %s:%d' % (port, peer, 40000) if inbound else '10.0.0.5:40000 -> %s:%d' % (peer, port)
        if inbound:
            inbound['count'] += 1
            inbound['last'] = self.ms
        extras = self.extras(program, self.ids)
        if kind == 'fail':
            extras = extras.replace(' id=', ' errno=ECONNREFUSED id=')
        self.line('connect %s TCP %s - %d 1000 %s %s' % (kind, ends, pid, program, extras))
        if kind == 'start' and self.rng.random() < .7:
            self.line('connect stop TCP %s - %d 1000 %s %s' % (ends, pid, program, extras))

    def listen(self, program, port, address='0.0.0.0'):
        self.ids += 1
        local = '%s:%d' % (address, port)
        self.see('listener', local, program)
        self.see('program', '/usr/bin/' + program, program)
        one = {'local': local, 'port': port, 'program': program, 'pid': 1000 + self.ids, 'id': self.ids,
               'since': self.ms, 'until': None, 'count': 0, 'last': None}
        self.listeners.append(one)
        self.line('listen start TCP %s - %d 1000 %s %s' % (local, one['pid'], program, self.extras(program, one['id'])))

    def close(self, one):
        one['until'] = self.ms
        self.line('listen stop TCP %s - %d 1000 %s %s' %
                  (one['local'], one['pid'], one['program'], self.extras(one['program'], one['id'])))

    def open_ones(self):
        return [one for one in self.listeners if one['until'] is None and one['since'] is not None]

    def takes(self, port):
        """The youngest open listener of the port; one whose start is not in the log has no end."""
        open_now = [one for one in self.listeners if one['port'] == port and one['until'] is None]
        if open_now:
            return open_now[-1]
        self.ids += 1
        unseen = {'local': '10.0.0.5:%d' % port, 'port': port, 'program': 'unseen', 'pid': 1000 + self.ids,
                  'since': None, 'until': None, 'count': 0, 'last': None}
        self.listeners.append(unseen)
        return unseen

    def step(self, new):
        rng, wide = self.rng, 40 if new else 12
        choice = rng.random()
        if choice < .08 and len(self.open_ones()) < 10:
            port = rng.choice([p for p in range(8000, 8000 + wide)
                               if all(one['port'] != p for one in self.open_ones())])
            self.listen('srv%d' % rng.randrange(wide), port)
        elif choice < .12 and self.open_ones():
            self.close(rng.choice(self.open_ones()))
        elif choice < .14 and self.open_ones():
            # one address, beside a listener of all addresses, which takes over after its end
            port = rng.choice(self.open_ones())['port']
            if sum(one['port'] == port for one in self.open_ones()) == 1:
                self.listen('srv%d' % rng.randrange(wide), port, '10.0.0.5')
        elif choice < .5 and self.listeners:
            # a listener that was closed takes nothing
            one = self.takes(rng.choice(self.listeners)['port'])
            self.connect(one['program'], '198.51.100.%d' % rng.randrange(wide), one['port'], one)
        else:
            self.connect('app%d' % rng.randrange(wide), '192.0.2.%d' % rng.randrange(wide), rng.choice([22, 443, 5432]))


def rows(tool, name, *args):
    out = subprocess.run([tool, '--no-index', '-if', name, '--format', 'csv', *args], capture_output=True, text=True,
                         env=ENV, stdin=subprocess.DEVNULL)
    return [tuple(line.split(',')) for line in out.stdout.split('\n')[1:] if line]


def new_wanted(traffic, since):
    return [(stamp(first), kind, what, program, str(count))
            for (kind, what), (first, program, count) in traffic.sights.items() if first >= since]


def listeners_wanted(traffic):
    return [('TCP', one['local'], 'private' if one['local'].startswith('10.') else 'everywhere',
             '%s[%d]' % (one['program'], one['pid']), stamp(one['since']) if one['since'] else '-',
             stamp(one['until']) if one['until'] else 'open', str(one['count']),
             stamp(one['last']) if one['last'] else '-') for one in traffic.listeners]


def differ(name, seed, got, want):
    if sorted(got) == sorted(want):
        return 0
    print('# seed %d, %s: missing %s, too many %s' % (seed, name, sorted(set(want) - set(got))[:3],
                                                      sorted(set(got) - set(want))[:3]))
    return 1


def main():
    tool, rounds = os.path.realpath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 8
    first = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 30)
    bad, news, listeners, sights = 0, 0, 0, 0
    for seed in range(first, first + rounds):
        traffic = Traffic(random.Random(seed))
        while len(traffic.lines) < LINES // 2:
            traffic.step(False)
        since = traffic.ms
        while len(traffic.lines) < LINES:
            traffic.step(True)
        with tempfile.NamedTemporaryFile('w', suffix='.log') as log:
            log.write('\n'.join(traffic.lines) + '\n')
            log.flush()
            want = new_wanted(traffic, since)
            at = '@%d.%03d' % (since // 1000, since % 1000)
            bad += differ('--new', seed, rows(tool, log.name, '--new', '-ts', at), want)
            bad += differ('--listeners', seed, rows(tool, log.name, '--listeners'), listeners_wanted(traffic))
        news += len(want)
        sights += len(traffic.sights)
        listeners += len(traffic.listeners)
    print('%sok - --new and --listeners list what a count finds: %d newcomers among %d, %d listeners, seeds from %d' %
          ('not ' if bad else '', news, sights, listeners, first))
    sys.exit(bool(bad))


main()
