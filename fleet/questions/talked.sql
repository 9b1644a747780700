-- Processes that had a connection with an address at a given time, on any host.
-- arg address ip required: address, or network such as 192.0.2.0/24
-- arg at time required: time of interest
-- arg margin span 60s: clock skew to allow for
-- arg longest span 90d: connections that last longer are not searched: a short span is faster
-- arg limit number 1000: maximum number of rows
SELECT WHEN(start) AS start, if(stop = 0, '-', WHEN(stop)) AS stop, host, proto, IP(local_ip) AS local,
	PORT(local_port) AS local_port, ARROW(direction) AS direction, IP(remote_ip) AS remote, PORT(remote_port) AS remote_port,
	NUM(pid) AS pid, NUM(uid) AS uid, NUM(auid) AS auid, TEXT(comm) AS comm, TEXT(exe) AS exe, via, ID(id_form, boot, number, nth) AS id
FROM (
	SELECT min(s) AS start, max(e) AS stop, host, max(proto) AS proto, min(local_ip) AS local_ip,
		max(local_port) AS local_port, max(direction) AS direction, min(remote_ip) AS remote_ip,
		max(remote_port) AS remote_port, argMin(pid, ended) AS pid, argMin(uid, ended) AS uid,
		argMin(auid, ended) AS auid, argMin(comm, ended) AS comm, argMin(exe, ended) AS exe,
		max(via) AS via, id_form, boot, number, nth, max(ended) AS over
	FROM (
		SELECT MS(time, milli) - if(dur > 0, dur, 0) AS s, MS(time, milli) AS e, toUInt8(1) AS ended, host,
			proto, local_ip, local_port, toString(direction) AS direction, remote_ip, remote_port, pid, uid, auid,
			comm, exe, via, id_form, boot, number, nth
		FROM connection
		WHERE (INSIDE(remote_ip, address) OR INSIDE(local_ip, address)) AND kind != 'listen stop'
			AND time >= toDateTime(greatest(ARG(at) - ARG(margin), 0))
			AND time <= toDateTime(least(ARG(at) + ARG(margin) + ARG(longest), 4294967295))
			AND toInt64(toUInt32(time)) - if(dur > 0, intDiv(dur, 1000), 0) <= ARG(at) + ARG(margin)
		UNION ALL
		SELECT MS(time, milli) AS s, toInt64(0) AS e, toUInt8(0) AS ended, host,
			proto, local_ip, local_port, toString(direction) AS direction, remote_ip, remote_port, pid, uid, auid,
			comm, exe, via, id_form, boot, number, nth
		FROM open
		WHERE (INSIDE(remote_ip, address) OR INSIDE(local_ip, address)) AND kind = 'connect start'
			AND time BETWEEN toDateTime(greatest(ARG(at) - ARG(margin) - ARG(longest), 0)) AND toDateTime(ARG(at) + ARG(margin))
			AND (host, id_form, boot, number, nth) NOT IN (
				SELECT host, id_form, boot, number, nth FROM connection
				WHERE (INSIDE(remote_ip, address) OR INSIDE(local_ip, address))
					AND kind != 'listen stop'
					AND host IN (SELECT host FROM open
						WHERE (INSIDE(remote_ip, address) OR INSIDE(local_ip, address))
							AND kind = 'connect start' AND time <= toDateTime(ARG(at) + ARG(margin)))
					AND time < toDateTime(greatest(ARG(at) - ARG(margin), 0)))
	)
	GROUP BY host, id_form, boot, number, nth
)
ORDER BY start, host, local_port
LIMIT ARG(limit)
