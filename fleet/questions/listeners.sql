-- Open listeners, and their recent users. Listeners of an earlier boot have ended.
-- arg since time -7d: count use since this time
-- arg host text "": host, exact name
-- arg port number -2: port
-- arg limit number 1000: maximum number of rows
SELECT host, proto, IP(local_ip) AS address, PORT(local_port) AS port, TEXT(exe) AS exe, NUM(uid) AS uid, TEXT(unit) AS unit,
	WHEN(opened) AS opened, connections, users, some_users
FROM (
	SELECT host, max(proto) AS proto, min(local_ip) AS local_ip, max(local_port) AS local_port, argMax(exe, ms) AS exe,
		argMax(uid, ms) AS uid, argMax(unit, ms) AS unit, min(ms) AS opened
	FROM (
		SELECT host, id_form, boot, number, nth, proto, local_ip, local_port, exe, uid, unit, MS(time, milli) AS ms
		FROM listener
		WHERE kind = 'listen start' AND (ARG(host) = '' OR host = ARG(host)) AND (ARG(port) = -2 OR local_port = ARG(port))
			AND (host, id_form, boot, number, nth) NOT IN (
				SELECT host, id_form, boot, number, nth FROM listener
				WHERE kind = 'listen stop' AND (ARG(host) = '' OR host = ARG(host)))
			AND (bitAnd(id_form, 1) = 0 OR (host, boot) NOT IN (SELECT host, boot FROM ended_boot))
	)
	GROUP BY host, id_form, boot, number, nth
) ANY LEFT JOIN (
	SELECT b_host AS host, port AS local_port, proto, sum(edge.connections) AS connections,
		uniqExact(if(a_host = '', IPv6NumToString(a_ip), a_host), a_exe) AS users,
		arrayStringConcat(arraySlice(groupUniqArray(concat(if(a_host = '', IP(a_ip), a_host),
			if(a_exe = '', '', concat(':', a_exe)))), 1, 5), ' ') AS some_users
	FROM edge
	WHERE (hour, build) IN (SELECT hour, max(build) FROM edge_build GROUP BY hour) AND b_exe != '' AND port >= 0
		AND hour >= toDateTime(greatest(ARG(since) - 3599, 0)) AND (ARG(host) = '' OR b_host = ARG(host))
	GROUP BY b_host, port, proto
) USING host, local_port, proto
ORDER BY host, port, address
LIMIT ARG(limit)
