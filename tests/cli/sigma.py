#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Evaluates Sigma rules of the category network_connection over events with Sysmon's names, as the
format sysmon writes them (NAME=VALUE, one event a line). As much of the language as the rules for
Linux use; a rule that needs more is reported, not guessed. Rules are not part of this tree.

sigma.py EVENTS RULE.yml...      prints "match NAME PID..." or "none NAME" or "cannot NAME: REASON"
"""
import fnmatch
import ipaddress
import re
import sys

import yaml

# what EVENTS can have; a name that only a resolver knows is not among it
FIELDS = {'UtcTime', 'ProcessId', 'Image', 'User', 'Protocol', 'Initiated', 'SourceIp', 'SourcePort',
          'DestinationIp', 'DestinationPort'}
TESTS = {
    '': lambda v, w: fnmatch.fnmatchcase(v.lower(), w.lower()),
    'endswith': lambda v, w: v.lower().endswith(w.lower()),
    'startswith': lambda v, w: v.lower().startswith(w.lower()),
    'contains': lambda v, w: w.lower() in v.lower(),
    'cidr': lambda v, w: ipaddress.ip_address(v) in ipaddress.ip_network(w),
}


class Cannot(Exception):
    """The rule uses what this program does not evaluate, or a field that no event has."""


def item(key, values):
    field, _, test = key.partition('|')
    if field not in FIELDS:
        raise Cannot(f'no event has {field}')
    if test not in TESTS:
        raise Cannot(f'the modifier {test}')
    values = [str(v) for v in (values if isinstance(values, list) else [values])]
    return lambda e: field in e and any(TESTS[test](e[field], v) for v in values)


def selection(block):
    if not isinstance(block, dict):
        raise Cannot('a selection that is no map')
    items = [item(k, v) for k, v in block.items()]
    return lambda e: all(i(e) for i in items)


def condition(text, blocks):
    """"selection and not filter", "selection and not 1 of filter_*"."""
    parts = []
    for part in text.split(' and '):
        m = re.fullmatch(r'(not )?(?:(1|all) of )?([\w*]+)', part)
        names = [n for n in blocks if fnmatch.fnmatchcase(n, m.group(3))] if m else []
        if not names:
            raise Cannot(f'the condition {text}')
        parts.append((bool(m.group(1)), all if m.group(2) == 'all' else any, [blocks[n] for n in names]))
    return lambda e: all(how(b(e) for b in of) != negated for negated, how, of in parts)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding='utf-8') as f:
        events = [dict(w.split('=', 1) for w in line.split()) for line in f if line.startswith('EventID=3 ')]
    for path in sys.argv[2:]:
        name = path.rsplit('/', 1)[-1].removesuffix('.yml')
        with open(path, encoding='utf-8') as f:
            detection = yaml.safe_load(f)['detection']
        try:
            blocks = {k: selection(v) for k, v in detection.items() if k != 'condition'}
            holds = condition(detection['condition'], blocks)
        except Cannot as why:
            print(f'cannot {name}: {why}')
            continue
        pids = [e.get('ProcessId', '-') for e in events if holds(e)]
        print(*(['match', name] + pids if pids else ['none', name]))


if __name__ == '__main__':
    main()
