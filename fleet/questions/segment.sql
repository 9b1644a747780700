-- The connections that a host accepted, as allow rules by peer and port: --as nft or networkpolicy.
-- Of closed hours. TCP connections of which only the opener's line arrived count, too.
-- arg host text required: host that is to be confined
-- arg since time -7d: begin of the span that the rules cover
-- arg until time now: end of the span
-- arg address ip any: address of the host, or network: not those of its containers
-- arg limit number 100000: rows at most
SELECT proto, port, IP(a_ip) AS peer, sum(edge.connections) AS count, WHEN(min(edge.first)) AS earliest, WHEN(max(edge.last)) AS latest
FROM edge
WHERE (hour, build) IN (SELECT hour, max(build) FROM edge_build GROUP BY hour)
	AND hour BETWEEN toDateTime(greatest(ARG(since) - 3599, 0)) AND toDateTime(ARG(until))
	AND edge.last >= ARG(since) * 1000 AND edge.first <= ARG(until) * 1000 AND INSIDE(b_ip, address)
	AND b_host = ARG(host) AND (seen != 'out' OR proto IN ('TCP', 'MPTCP')) AND edge.connections > 0 AND port >= 0
GROUP BY proto, port, a_ip
ORDER BY proto, port, peer
LIMIT ARG(limit)
