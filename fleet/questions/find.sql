-- Connections by host, process, user, address or port, in a time span.
-- arg since time -1h: start of the time span
-- arg until time now: end of the time span
-- arg host text "": host, exact name
-- arg exe text "": text contained in path or command name
-- arg user number -2: user or login user
-- arg address ip any: either end's address, or a network
-- arg port number -2: either end's port
-- arg limit number 1000: maximum number of rows
SELECT WHEN(MS(time, milli)) AS time, host, kind, proto, IP(local_ip) AS local, PORT(local_port) AS local_port,
	ARROW(direction) AS direction, IP(remote_ip) AS remote, PORT(remote_port) AS remote_port, NUM(pid) AS pid,
	NUM(uid) AS uid, NUM(auid) AS auid, TEXT(comm) AS comm, TEXT(exe) AS exe, TEXT(proctitle) AS proctitle,
	if(dur < 0, '-', toString(dur / 1000)) AS dur, NUM(tx) AS tx, NUM(rx) AS rx, errno, via, ID(id_form, boot, number, nth) AS id
FROM (
	SELECT * FROM (
		SELECT time, milli, host, toString(kind) AS kind, proto, local_ip, local_port,
			toString(direction) AS direction, remote_ip, remote_port, pid, uid, auid, comm, exe,
			proctitle, dur, tx, rx, errno, via, id_form, boot, number, nth
		FROM connection
		WHERE time BETWEEN toDateTime(ARG(since)) AND toDateTime(ARG(until))
			AND (ARG(host) = '' OR host = ARG(host))
			AND (ARG(exe) = '' OR position(exe, ARG(exe)) > 0 OR position(comm, ARG(exe)) > 0)
			AND (ARG(user) = -2 OR uid = ARG(user) OR auid = ARG(user))
			AND (ARG(port) = -2 OR local_port = ARG(port) OR remote_port = ARG(port))
			AND (INSIDE(remote_ip, address) OR INSIDE(local_ip, address))
		UNION ALL
		SELECT time, milli, host, toString(kind) AS kind, proto, local_ip, local_port,
			toString(direction) AS direction, remote_ip, remote_port, pid, uid, auid, comm, exe,
			proctitle, toInt64(-1) AS dur, toInt64(-1) AS tx, toInt64(-1) AS rx, '' AS errno, via, id_form, boot, number, nth
		FROM open
		WHERE time BETWEEN toDateTime(ARG(since)) AND toDateTime(ARG(until))
			AND (ARG(host) = '' OR host = ARG(host))
			AND (ARG(exe) = '' OR position(exe, ARG(exe)) > 0 OR position(comm, ARG(exe)) > 0)
			AND (ARG(user) = -2 OR uid = ARG(user) OR auid = ARG(user))
			AND (ARG(port) = -2 OR local_port = ARG(port) OR remote_port = ARG(port))
			AND (INSIDE(remote_ip, address) OR INSIDE(local_ip, address))
	)
	ORDER BY time DESC, milli DESC
	LIMIT 1 BY host, kind, id_form, boot, number, nth
)
ORDER BY time DESC, milli DESC, host
LIMIT ARG(limit)
