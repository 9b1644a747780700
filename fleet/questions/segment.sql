-- The connections that a host accepted, as allow rules by peer and port: --as nft or networkpolicy.
-- Complete hours only. TCP connections count even if only the opener's line arrived.
-- arg host text required: host to protect
-- arg since time -7d: start of the time span that the rules cover
-- arg until time now: end of the time span
-- arg address ip any: only this address or network of the host, for example to exclude its containers
-- arg limit number 100000: maximum number of rows
SELECT proto, port, IP(a_ip) AS peer, sum(edge.connections) AS count, WHEN(min(edge.first)) AS earliest, WHEN(max(edge.last)) AS latest
FROM edge
WHERE (hour, build) IN (SELECT hour, max(build) FROM edge_build GROUP BY hour)
	AND hour BETWEEN toDateTime(greatest(ARG(since) - 3599, 0)) AND toDateTime(ARG(until))
	AND edge.last >= ARG(since) * 1000 AND edge.first <= ARG(until) * 1000 AND INSIDE(b_ip, address)
	AND b_host = ARG(host) AND (seen != 'out' OR proto IN ('TCP', 'MPTCP')) AND edge.connections > 0 AND port >= 0
GROUP BY proto, port, a_ip
ORDER BY proto, port, peer
LIMIT ARG(limit)
