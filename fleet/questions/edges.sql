-- Which process talks to which: openers, acceptors and ports, by complete hours.
-- arg since time -1d: start of the time span
-- arg until time now: end of the time span
-- arg host text "": host at either end, exact name
-- arg exe text "": text contained in either path
-- arg port number -2: port of the acceptor
-- arg limit number 1000: maximum number of rows
SELECT TEXT(a_host) AS opener_host, TEXT(a_exe) AS opener, IP(a_ip) AS opener_ip, TEXT(b_host) AS acceptor_host,
	TEXT(b_exe) AS acceptor, IP(b_ip) AS acceptor_ip, PORT(b_port) AS port, proto, seen, opened AS connections,
	failures, bytes_sent, bytes_received, WHEN(earliest) AS first_seen, WHEN(latest) AS last_seen
FROM (
	SELECT a_host, a_exe, a_ip, b_host, b_exe, b_ip, port AS b_port, proto, seen, sum(connections) AS opened,
		sum(failed) AS failures, sum(tx) AS bytes_sent, sum(rx) AS bytes_received, min(first) AS earliest,
		max(last) AS latest
	FROM edge
	WHERE (hour, build) IN (SELECT hour, max(build) FROM edge_build GROUP BY hour)
		AND hour BETWEEN toDateTime(greatest(ARG(since) - 3599, 0)) AND toDateTime(ARG(until))
		AND (ARG(host) = '' OR a_host = ARG(host) OR b_host = ARG(host))
		AND (ARG(exe) = '' OR position(a_exe, ARG(exe)) > 0 OR position(b_exe, ARG(exe)) > 0)
		AND (ARG(port) = -2 OR port = ARG(port))
	GROUP BY a_host, a_exe, a_ip, b_host, b_exe, b_ip, port, proto, seen
)
ORDER BY opened DESC, opener_host, opener, acceptor_host, b_port
LIMIT ARG(limit)
