-- New edges: seen since a time, but not in the time before it.
-- arg since time -1d: edges first seen after this
-- arg before span 7d: length of the earlier time to search for the same edge
-- arg host text "": host at either end, exact name
-- arg limit number 1000: maximum number of rows
SELECT TEXT(a_host) AS opener_host, TEXT(a_exe) AS opener, TEXT(b_host) AS acceptor_host, TEXT(b_exe) AS acceptor,
	IP(any_ip) AS acceptor_ip, PORT(port) AS port, proto, connections, WHEN(first) AS first_seen
FROM (
	SELECT a_host, a_exe, b_host, b_exe, min(b_ip) AS any_ip, port, proto,
		sumIf(edge.connections, toInt64(toUInt32(hour)) >= ARG(since)) AS connections, min(edge.first) AS first,
		min(toInt64(toUInt32(hour))) AS began
	FROM edge
	WHERE (hour, build) IN (SELECT hour, max(build) FROM edge_build GROUP BY hour)
		AND hour >= toDateTime(greatest(ARG(since) - ARG(before), 0))
		AND (ARG(host) = '' OR a_host = ARG(host) OR b_host = ARG(host))
	GROUP BY a_host, a_exe, b_host, b_exe, if(b_host = '', b_ip, toFixedString('', 16)), port, proto
)
WHERE began >= ARG(since) AND connections > 0
ORDER BY first, opener_host, acceptor_host, port
LIMIT ARG(limit)
