-- Connections with both ends, as they happen: no complete hour is needed.
-- arg since time -10m: started after this time
-- arg until time now: started before this time
-- arg host text "": host at either end, exact name
-- arg limit number 1000: maximum number of rows
SELECT WHEN(a_start) AS time, a_host AS opener_host, TEXT(a_exe) AS opener, NUM(a_pid) AS opener_pid, IP(a_ip) AS opener_ip,
	PORT(a_port) AS opener_port, b_host AS acceptor_host, TEXT(b_exe) AS acceptor, NUM(b_pid) AS acceptor_pid, IP(b_ip) AS acceptor_ip,
	PORT(b_port) AS port, proto, b_start - a_start AS later_ms
FROM (
SELECT * FROM (
SELECT *, abs(b_start - a_start) AS dist
FROM (
	SELECT key, host AS a_host, exe AS a_exe, pid AS a_pid, local_ip AS a_ip, local_port AS a_port, proto,
		MS(time, milli) AS a_start, id_form AS a_form, boot AS a_boot, number AS a_number, nth AS a_nth
	FROM open
	WHERE kind = 'connect start' AND direction = 'out' AND key != 0
		AND time BETWEEN toDateTime(ARG(since)) AND toDateTime(ARG(until))
) ALL INNER JOIN (
	SELECT key, host AS b_host, exe AS b_exe, pid AS b_pid, local_ip AS b_ip, local_port AS b_port,
		MS(time, milli) AS b_start, id_form AS b_form, boot AS b_boot, number AS b_number, nth AS b_nth
	FROM open
	WHERE kind = 'connect start' AND direction = 'in' AND key != 0
		AND time BETWEEN toDateTime(greatest(ARG(since) - 30, 0)) AND toDateTime(ARG(until) + 30)
) USING key
WHERE abs(b_start - a_start) <= 30000 AND (ARG(host) = '' OR a_host = ARG(host) OR b_host = ARG(host))
	AND (a_host = b_host OR (a_ip NOT IN (
		SELECT ip FROM address WHERE day >= toDate(toDateTime(ARG(since))) GROUP BY ip HAVING uniqExact(host) > 1)
	AND b_ip NOT IN (
		SELECT ip FROM address WHERE day >= toDate(toDateTime(ARG(since))) GROUP BY ip HAVING uniqExact(host) > 1)))
ORDER BY dist
LIMIT 1 BY a_host, a_form, a_boot, a_number, a_nth
)
ORDER BY dist
LIMIT 1 BY b_host, b_form, b_boot, b_number, b_nth
)
ORDER BY a_start
LIMIT ARG(limit)
