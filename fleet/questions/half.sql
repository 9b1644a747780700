-- Connections with a line for one end only, although the other end is on a host of the fleet.
-- The other host is blind or loses lines; or NAT is between them: then both ends are listed, one
-- with an address that no host has.
-- arg since time -1d: start of the time span
-- arg until time now: end of the time span
-- arg host text "": host at either end, exact name
-- arg limit number 1000: maximum number of rows
SELECT reason, opener_host, opener, opener_ip, acceptor_host, acceptor, acceptor_ip, port_text AS port, proto,
	opened AS connections, paired
FROM (
	SELECT if(seen = 'out', 'no line at the acceptor', if(a_host = '', 'opener is on no host: NAT, or not in the fleet', 'no line at the opener')) AS reason,
		TEXT(a_host) AS opener_host, TEXT(a_exe) AS opener, IP(a_ip) AS opener_ip, TEXT(b_host) AS acceptor_host,
		TEXT(b_exe) AS acceptor, IP(b_ip) AS acceptor_ip, PORT(port) AS port_text, proto, sum(connections) AS opened, b_host AS other
	FROM edge
	WHERE (hour, build) IN (SELECT hour, max(build) FROM edge_build GROUP BY hour)
		AND hour BETWEEN toDateTime(greatest(ARG(since) - 3599, 0)) AND toDateTime(ARG(until))
		AND seen != 'both' AND connections > 0 AND proto != 'UDP' AND proto != 'UDPLITE'
		AND b_host != '' AND (a_host != '' OR (b_host, port) IN (
			SELECT b_host, port FROM edge
			WHERE (hour, build) IN (SELECT hour, max(build) FROM edge_build GROUP BY hour)
				AND hour BETWEEN toDateTime(greatest(ARG(since) - 3599, 0)) AND toDateTime(ARG(until)) AND seen = 'out'))
		AND (ARG(host) = '' OR a_host = ARG(host) OR b_host = ARG(host))
	GROUP BY seen, a_host, a_exe, a_ip, b_host, b_exe, b_ip, port, proto
) ANY LEFT JOIN (
	SELECT b_host AS other, sum(connections) AS paired
	FROM edge
	WHERE (hour, build) IN (SELECT hour, max(build) FROM edge_build GROUP BY hour)
		AND hour BETWEEN toDateTime(greatest(ARG(since) - 3599, 0)) AND toDateTime(ARG(until)) AND seen = 'both'
	GROUP BY b_host
) USING other
ORDER BY opened DESC, acceptor_host, port_text
LIMIT ARG(limit)
