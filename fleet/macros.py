# SPDX-License-Identifier: GPL-2.0-or-later
"""fleet/macros: short forms in the SQL of questions/ and views, which are the same text on
every version of the server. NAME(a, b) becomes the expression below with a and b for {0}
and {1}; they nest."""
import re

MACROS = {
    "ARG": "(SELECT {0} FROM arg)",
    "MS": "(toInt64(toUInt32({0})) * 1000 + {1})",
    "WHEN": "concat(replaceOne(toString(toDateTime(intDiv({0}, 1000), 'UTC')), ' ', 'T'), '.', "
            "substring(toString(1000 + ({0}) % 1000), 2), 'Z')",
    "IP": "if({0} = unhex('FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF'), '-', "
          "replaceRegexpOne(IPv6NumToString({0}), '^::ffff:([0-9.]+)$', '\\\\1'))",
    "PORT": "if({0} < 0, '-', toString({0}))",
    "NUM": "if({0} < 0, '-', if({0} = 4294967295, 'unset', toString({0})))",
    "TEXT": "if({0} = '', '-', {0})",
    "ARROW": "if({0} = 'out', '->', if({0} = 'in', '<-', '-'))",
    # 3f1a09c2-5e01.1 of id_form, boot, number, nth
    "ID": "if(bitAnd({0}, 4) = 4, '-', concat(if(bitAnd({0}, 1) = 1, "
          "substring(concat('00000000', lower(hex({1}))), length(hex({1})) + 1), '-'), '-', "
          "if(bitAnd({0}, 2) = 2, 's', ''), replaceRegexpOne(lower(hex({2})), '^0+(.)', '\\\\1'), "
          "'.', toString({3})))",
}
CALL = re.compile(r"\b(" + "|".join([*MACROS, "INSIDE"]) + r")\(")


def _arguments(text, start):
    """Arguments of the call whose ( is before start, and the place after its )."""
    depth, quoted, parts, at = 0, False, [], start
    for i in range(start, len(text)):
        c = text[i]
        if quoted:
            quoted = c != "'"
        elif c == "'":
            quoted = True
        elif c == "(":
            depth += 1
        elif c == ")" and depth:
            depth -= 1
        elif c in ",)" and not depth:
            parts.append(text[at:i].strip())
            at = i + 1
            if c == ")":
                return parts, at
    raise ValueError(f"no ) after: {text[start - 10:start + 30]}")


def expand(sql, inside=None):
    """sql without macros. inside: for each argument that is an address, 'any', 'one' or
    'network'; INSIDE(column, argument) compares accordingly."""
    while found := CALL.search(sql):
        arguments, end = _arguments(sql, found.end())
        if found[1] == "INSIDE":
            column, name = arguments
            low = f"toFixedString(unhex((SELECT {name}_low FROM arg)), 16)"
            high = low.replace("_low", "_high")
            text = {"any": "1", "one": f"{column} = {low}",
                    "network": f"{column} BETWEEN {low} AND {high}"}[inside[name]]
        else:
            text = MACROS[found[1]].format(*arguments)
        sql = sql[:found.start()] + text + sql[end:]
    return sql
