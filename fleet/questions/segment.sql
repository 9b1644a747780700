-- The connections that a host accepted, as allow rules: --as nft or networkpolicy.
-- arg host text required: host to protect
-- arg since time -7d: start of the time span that the rules cover
-- arg until time now: end of the time span
-- arg limit number 100000: maximum number of rows
SELECT DISTINCT proto, port, IP(b_ip) AS address, IP(a_ip) AS peer
FROM edge
WHERE (hour, build) IN (SELECT hour, max(build) FROM edge_build GROUP BY hour)
	AND hour BETWEEN toDateTime(greatest(ARG(since) - 3599, 0)) AND toDateTime(ARG(until))
	AND b_host = ARG(host) AND seen != 'out' AND edge.connections > 0 AND port >= 0
ORDER BY proto, port, address, peer
LIMIT ARG(limit)
