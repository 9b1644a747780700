#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Evaluates EQL rules over events in JSON, one a line: conditions on one event, and sequences
by fields with maxspan and runs. As much of the language as Elastic's network rules for Linux use;
a rule that needs more is reported, not guessed. Rules are *.toml of elastic/detection-rules
(not part of this tree: another licence).

eql.py [--network] EVENTS RULE.toml...      prints "match NAME PID..." or "none NAME" or "cannot NAME: REASON"
--network: only the network steps of each sequence, in any order, for events of a source that does
not report processes.
"""
import fnmatch
import ipaddress
import json
import re
import sys
import tomllib
from datetime import datetime

TOKEN = re.compile(r'''
    (?P<space>\s+|//[^\n]*|/\*.*?\*/)
  | (?P<raw>""".*?""")
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<span>\d+[smhd]\b)
  | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
  | (?P<op>==|!=|<=|>=|<|>|:|=|\(|\)|\[|\]|,|!)
  | (?P<word>\??@?[A-Za-z_][\w.]*~?)
''', re.X | re.S)


class Cannot(Exception):
    """The rule uses what this program does not evaluate."""


def tokens(text):
    at, out = 0, []
    while at < len(text):
        m = TOKEN.match(text, at)
        if not m:
            raise Cannot(f'{text[at:at + 20]!r}')
        at = m.end()
        kind = m.lastgroup
        if kind == 'raw':
            out.append(('string', m.group()[3:-3]))
        elif kind == 'string':
            out.append(('string', re.sub(r'\\(.)', r'\1', m.group()[1:-1])))
        elif kind == 'number':
            out.append(('number', float(m.group())))
        elif kind != 'space':
            out.append((kind, m.group()))
    return out + [('end', '')]


def get(event, field):
    """The values of a field, as a list."""
    at = [event]
    for name in field.lstrip('?').split('.'):
        at = [v[name] for v in at if isinstance(v, dict) and name in v]
    return [x for v in at for x in (v if isinstance(v, list) else [v]) if x is not None]


def same(a, b, fold=False):
    if isinstance(a, (int, float)) and not isinstance(b, (int, float)):
        a = str(a)
    if isinstance(b, (int, float)) and not isinstance(a, (int, float)):
        b = f'{b:g}'
    return a.lower() == b.lower() if fold and isinstance(a, str) and isinstance(b, str) else a == b


def wild(value, pattern, fold):
    value, pattern = str(value), str(pattern).replace('[', '[[]')
    return fnmatch.fnmatchcase(value.lower() if fold else value, pattern.lower() if fold else pattern)


class Parser:
    def __init__(self, text, network=False):
        self.t, self.i, self.network = tokens(text), 0, network

    def peek(self, *texts):
        return self.t[self.i][0] != 'string' and self.t[self.i][1] in texts

    def take(self, *texts):
        if texts and not self.peek(*texts):
            raise Cannot(f'{self.t[self.i][1]!r} instead of {texts[0]!r}')
        self.i += 1
        return self.t[self.i - 1]

    # ---- conditions: functions of an event ----

    def either(self):
        parts = [self.both()]
        while self.peek('or'):
            self.take()
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else lambda e: any(p(e) for p in parts)

    def both(self):
        parts = [self.negated()]
        while self.peek('and'):
            self.take()
            parts.append(self.negated())
        return parts[0] if len(parts) == 1 else lambda e: all(p(e) for p in parts)

    def negated(self):
        if self.peek('not'):
            self.take()
            inner = self.negated()
            return lambda e: not inner(e)
        if self.peek('('):
            self.take()
            inner = self.either()
            self.take(')')
            return inner
        return self.comparison()

    def values(self):
        if not self.peek('('):
            return [self.take()[1]]
        self.take('(')
        out = [self.take()[1]]
        while self.peek(','):
            self.take()
            out.append(self.take()[1])
        self.take(')')
        return out

    def comparison(self):
        kind, name = self.take()
        if kind == 'word' and name == 'true':
            return lambda e: True
        if kind != 'word':
            raise Cannot(f'{name!r}')
        if self.peek('('):
            return self.function(name)
        kind, op = self.take()
        if op == 'not':
            inner = self.listed(name, self.take()[1])
            return lambda e: not inner(e)
        if op in ('in', 'in~', 'like', 'like~', 'regex', 'regex~', ':'):
            return self.listed(name, op)
        if op not in ('==', '!=', '<', '<=', '>', '>='):
            raise Cannot(f'{op!r}')
        kind, value = self.take()
        if kind == 'word' and value == 'null':
            return (lambda e: not get(e, name)) if op == '==' else (lambda e: bool(get(e, name)))
        if kind == 'word':
            raise Cannot(f'{name} {op} {value}')
        if op == '==':
            return lambda e: any(same(v, value) for v in get(e, name))
        if op == '!=':    # of an unknown value nothing holds
            return lambda e: bool(get(e, name)) and not any(same(v, value) for v in get(e, name))
        compare = {'<': float.__lt__, '<=': float.__le__, '>': float.__gt__, '>=': float.__ge__}[op]
        return lambda e: any(compare(float(v), value) for v in get(e, name))

    def listed(self, name, op):
        values, fold = self.values(), op[-1] in '~:'
        if op in ('in', 'in~'):
            return lambda e: any(same(v, w, fold) for v in get(e, name) for w in values)
        if op.startswith('regex'):
            return lambda e: any(re.fullmatch(w, str(v), re.I if fold else 0)
                                 for v in get(e, name) for w in values)
        return lambda e: any(wild(v, w, fold) for v in get(e, name) for w in values)

    def function(self, name):
        arguments = self.values()
        if name != 'cidrmatch':
            raise Cannot(f'{name}()')
        field, nets = arguments[0], [ipaddress.ip_network(n, strict=False) for n in arguments[1:]]
        return lambda e: any(ipaddress.ip_address(v) in n for v in get(e, field) for n in nets)

    # ---- rules ----

    def fields(self):
        out = [self.take()[1]]
        while self.peek(','):
            self.take()
            out.append(self.take()[1])
        return out

    def event(self):
        category = self.take()[1]
        self.take('where')
        condition = self.either()
        if self.network and category != 'network':
            return None
        return lambda e: (category == 'any' or category in get(e, 'event.category')) and condition(e)

    def step(self, common):
        self.take('[')
        condition = self.event()
        self.take(']')
        by, runs = list(common), 1
        if self.peek('by'):
            self.take()
            by += self.fields()
        if self.peek('with'):
            self.take()
            self.take('runs')
            self.take('=')
            runs = int(self.take()[1])
        return [(condition, by)] * runs if condition else []

    def rule(self):
        """Returns (steps, seconds)."""
        if self.peek('sample') and self.network:
            self.t[self.i] = ('word', 'sequence')    # the steps' order does not matter
        if not self.peek('sequence'):
            steps, span = [(self.event(), [])], None
        else:
            self.take()
            by, span = [], None
            while not self.peek('['):
                if self.peek('by'):
                    self.take()
                    by = self.fields()
                    continue
                self.take('with')
                self.take('maxspan')
                self.take('=')
                text = self.take()[1]
                span = int(text[:-1]) * {'s': 1, 'm': 60, 'h': 3600, 'd': 86400}[text[-1]]
            steps = []
            while self.peek('['):
                steps += self.step(by)
        if self.t[self.i][0] != 'end':
            raise Cannot(f'{self.t[self.i][1]!r}')
        return steps, span


def time_of(event):
    return datetime.fromisoformat(event['@timestamp'].replace('Z', '+00:00')).timestamp()


def matches(steps, span, events):
    """Pids of each complete sequence, one event for each step."""
    waiting = [[] for _ in steps]    # (key, first time, pids), by the step that comes next
    for event in events:
        now = time_of(event)
        for n in reversed(range(len(steps))):
            condition, by = steps[n]
            if not condition(event):
                continue
            key = tuple((get(event, f) or [None])[0] for f in by)
            if None in key:    # a value that is not known joins nothing
                continue
            pid = (get(event, 'process.pid') or ['-'])[0]
            if n == 0:
                found = [(now, [pid])]
            else:
                found = [(first, pids + [pid]) for k, first, pids in waiting[n]
                         if k == key and (span is None or now - first <= span)]
                waiting[n] = [w for w in waiting[n] if w[0] != key]
            for first, pids in found:
                if n + 1 == len(steps):
                    yield pids
                else:
                    waiting[n + 1].append((key, first, pids))


def separate(steps, events):
    """Pids of one event for each step, or nothing if a step has none."""
    found = [[e for e in events if condition(e)] for condition, _ in steps]
    if found and all(found):
        yield [(get(f[0], 'process.pid') or ['-'])[0] for f in found]


def main():
    network = '--network' in sys.argv
    if network:
        sys.argv.remove('--network')
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding='utf-8') as f:
        events = sorted((json.loads(line) for line in f if line.startswith('{')), key=lambda e: e['@timestamp'])
    for path in sys.argv[2:]:
        with open(path, 'rb') as f:
            rule = tomllib.load(f)['rule']
        name = path.rsplit('/', 1)[-1].removesuffix('.toml')
        if rule.get('language') != 'eql':
            continue
        try:
            steps, span = Parser(rule['query'], network).rule()
            found = list(separate(steps, events) if network else matches(steps, span, events))
        except Cannot as why:
            print(f'cannot {name}: {why}')
            continue
        for pids in found:
            print('match', name, *pids)
        if not found:
            print('none', name)


if __name__ == '__main__':
    main()
