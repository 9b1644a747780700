# SPDX-License-Identifier: GPL-2.0-or-later
"""fleet/segment: the connections that a host accepted in a span of time, as few
allow rules that cover exactly them: for nftables, or as a Kubernetes NetworkPolicy.

Peers of one port become the fewest networks that contain no other address, and ports with
the same peers share a rule."""
import ipaddress
import json
import re

TRANSPORT = {"TCP": "tcp", "MPTCP": "tcp", "UDP": "udp", "SCTP": "sctp", "DCCP": "dccp", "UDPLITE": "udplite"}
KUBERNETES = ("tcp", "udp", "sctp")


def _loopback(text):
    return text == "-" or ipaddress.ip_address(text).is_loopback


def group(rows):
    """{(transport, version, networks): [ports]}."""
    peers = {}
    for row in rows:
        if row["proto"] not in TRANSPORT or _loopback(row["peer"]):
            continue
        address = ipaddress.ip_address(row["peer"])
        peers.setdefault((TRANSPORT[row["proto"]], address.version, int(row["port"])), set()).add(address)
    merged = {}
    for (transport, version, port), addresses in sorted(peers.items()):
        networks = tuple(ipaddress.collapse_addresses(sorted(addresses)))
        merged.setdefault((transport, version, networks), []).append(port)
    return merged


def _plain(network):
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def _set(items):
    return items[0] if len(items) == 1 else "{ " + ", ".join(items) + " }"


def _comment(text):
    return re.sub(r"[^ -~]", "?", text)


def _about(rows, host, form):
    """Comments: what the rules cover."""
    left_out = [row for row in rows if row["peer"] == "-" or row["proto"] not in TRANSPORT or
                form != "nft" and TRANSPORT[row["proto"]] not in KUBERNETES]
    covered = sum(int(row["count"]) for row in rows) - sum(int(row["count"]) for row in left_out)
    lines = [f"# {covered} connections that {_comment(host)} accepted, {min(row['earliest'] for row in rows)} to "
             f"{max(row['latest'] for row in rows)}; no other peers or ports."]
    if left_out:
        lines.append(f"# Not covered: {sum(int(row['count']) for row in left_out)} connections with an unknown peer, or "
                     f"of a protocol that {'nftables' if form == 'nft' else 'a NetworkPolicy'} cannot name.")
    return lines


def nft(merged):
    lines = ["# Check with: nft -c -f FILE",
             "table inet netlog_segment {", "\tchain input {",
             "\t\ttype filter hook input priority filter; policy drop;",
             "\t\tiif \"lo\" accept", "\t\tct state established,related accept",
             "\t\tmeta l4proto { icmp, ipv6-icmp } accept"]
    for (transport, version, networks), ports in merged.items():
        source = "ip saddr" if version == 4 else "ip6 saddr"
        lines.append(f"\t\t{source} {_set([_plain(n) for n in networks])} {transport} dport "
                     f"{_set([str(p) for p in ports])} accept")
    return "\n".join(lines + ["\t}", "}"])


def network_policy(merged, host, select, namespace):
    """Text of YAML; JSON's strings are YAML's."""
    name = re.sub(r"[^a-z0-9]+", "-", host.lower()).strip("-")[:50] or "host"
    labels = dict(word.split("=", 1) for word in select if "=" in word) or {"kubernetes.io/hostname": host}
    lines = ["apiVersion: networking.k8s.io/v1", "kind: NetworkPolicy", "metadata:",
             f"  name: {json.dumps('netlog-' + name)}"]
    if namespace:
        lines.append(f"  namespace: {json.dumps(namespace)}")
    lines += ["spec:", "  podSelector:", "    matchLabels:"]
    lines += [f"      {json.dumps(key)}: {json.dumps(value)}" for key, value in labels.items()]
    lines += ["  policyTypes: [Ingress]"]
    allowed = [(key, ports) for key, ports in merged.items() if key[0] in KUBERNETES]
    lines.append("  ingress:" if allowed else "  ingress: []")
    for (transport, _, networks), ports in allowed:
        lines.append("  - from:")
        lines += [f"    - ipBlock: {{cidr: {json.dumps(str(n))}}}" for n in networks]
        lines.append("    ports:")
        lines += [f"    - {{protocol: {transport.upper()}, port: {port}}}" for port in ports]
    return "\n".join(lines)


def rules(rows, host, form, values):
    if not rows:
        raise SystemExit(f"ask: {host!r} accepted no connection in this time span: the rules would allow nothing")
    merged = group(rows)
    text = nft(merged) if form == "nft" else network_policy(merged, host, values["select"], values["namespace"])
    return "\n".join(_about(rows, host, form)) + "\n" + text
