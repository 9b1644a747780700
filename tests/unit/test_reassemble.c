// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/unit: text records to facts. Behind each row's records comes one event
 * that is right: it must come out right, with exactly one complaint counted where
 * the row is at fault and none where it is not, however the stream is cut.
 */
#include "parser/audit/reassemble.h"
#include "parser/text.h"
#include "parser/track/process.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <sys/socket.h>

#include "table.h"

#define AT(sec, serial) " msg=audit(" sec ".391:" serial "): "
#define TASK " items=0 ppid=1 pid=100 auid=1000 uid=0 gid=0 euid=0 tty=pts0 ses=3 " \
	     "comm=\"curl\" exe=\"/usr/bin/curl\" subj=unconfined key=\"netlog\""
#define SC(sec, serial, nr, rest) "type=SYSCALL" AT(sec, serial) \
	"arch=c000003e syscall=" nr " " rest TASK "\n"
#define CALL(serial, nr, rest) SC("1000", serial, nr, rest)
#define CONNECT(serial) CALL(serial, "42", "success=yes exit=0 a0=3 a1=7ffd a2=10 a3=0")
#define UNKEYED(serial, arch, nr, args) "type=SYSCALL" AT("1000", serial) "arch=" arch \
	" syscall=" nr " success=no exit=-13 " args " a2=10 a3=0 items=0 ppid=1 pid=100 uid=0 " \
	"comm=\"curl\" exe=\"/usr/bin/curl\" key=(null)\n"
#define HOSTILE " items=0 ppid=1 pid=100 uid=1000 comm=\"curl\" subj=lxd//&:ns://x pid=1 " \
	"by_syslog=1 exit=7 arch=40000003 syscall=3 a0=9 key=(null) (enforce)"
#define SADDR(serial) "type=SOCKADDR" AT("1000", serial) \
	"saddr=020001BBC00002070000000000000000\n"
#define TITLE(serial) "type=PROCTITLE" AT("1000", serial) "proctitle=6375726C002D76\n"
#define EOE(serial) "type=EOE" AT("1000", serial) "\n"
#define BOOTED(serial) "type=SYSTEM_BOOT" AT("1000", serial) "pid=9 uid=0 auid=4294967295 " \
	"msg=' comm=\"systemd-update-utmp\"'\n"
#define CONNECTED "connect pid=100 fd=3 result=0 addr=192.0.2.7:443 curl -v\n"
#define UNTITLED "connect pid=100 fd=3 result=0 addr=192.0.2.7:443 -\n"

#define GOOD "type=SYSCALL" AT("2000", "900") "arch=c000003e syscall=42 success=no " \
	"exit=-115 a0=9 a1=0 a2=10 a3=0 items=0 ppid=1 pid=777 uid=0 comm=\"good\"\n" \
	"type=SOCKADDR" AT("2000", "900") "saddr=02000009C00002630000000000000000\n" \
	"type=PROCTITLE" AT("2000", "900") "proctitle=\"good\"\n"
#define GOOD_FACT "connect pid=777 fd=9 result=-115 addr=192.0.2.99:9 good\n"

#define I386(serial, nr, rest) "type=SYSCALL" AT("1000", serial) \
	"arch=40000003 syscall=" nr " " rest TASK "\n"
#define MODULE(serial, rest) "type=KERNEL" AT("1000", serial) rest "\n"
#define MODULE_TASK " sid=2211 ppid=1 pid=100 auid=1000 uid=0 gid=0 tty=pts0 ses=3 " \
	"comm=\"curl\" exe=\"/usr/bin/curl\" subj=unconfined"
#define MODULE_OPEN(op) "netlog=1 op=" op " ino=20411 proto=6 family=2 state=2 " \
	"laddr=10.0.0.5 lport=43210 faddr=192.0.2.7 fport=443 netns=4026531840 mono=8"
#define MODULE_FACT(op) "module " op " pid=100 ino=20411 proto=6 10.0.0.5:43210 " \
	"192.0.2.7:443 err=0 tx=-1 rx=-1 sid=2211\n"

struct row {
	const char *name, *in, *out, *bad;
};

static const struct row rows[] = {
	{ "complete", CONNECT("1") SADDR("1") TITLE("1"), CONNECTED },
	{ "complete and EOE", CONNECT("1") SADDR("1") TITLE("1") EOE("1"), CONNECTED },
	{ "without PROCTITLE", CONNECT("1") SADDR("1") EOE("1"), UNTITLED },
	{ "without EOE and PROCTITLE", CONNECT("1") SADDR("1"), UNTITLED },
	{ "PROCTITLE first", CONNECT("1") TITLE("1"), "", "incomplete" },
	{ "interleaved", CONNECT("1") CALL("2", "41", "success=yes exit=4 a0=2 a1=80001 "
	  "a2=0 a3=0") SADDR("1") TITLE("2") TITLE("1"),
	  CONNECTED "socket pid=100 result=4 family=2 type=1 proto=0 cloexec\n" },
	{ "in two pieces", CONNECT("1") SC("1010", "2", "231", "a0=0 a1=0 a2=0 a3=0")
	  "type=PROCTITLE" AT("1010", "2") "proctitle=\"x\"\n" SADDR("1") TITLE("1"),
	  "exit_group pid=100\n" CONNECTED },
	{ "in three pieces", CALL("1", "43", "success=yes exit=5 a0=3 a1=1 a2=1 a3=0")
	  SC("1010", "2", "231", "a0=0 a1=0 a2=0 a3=0")
	  "type=PROCTITLE" AT("1010", "2") "proctitle=\"x\"\n" SADDR("1")
	  SC("1020", "3", "231", "a0=0 a1=0 a2=0 a3=0")
	  "type=PROCTITLE" AT("1020", "3") "proctitle=\"x\"\n" TITLE("1"),
	  "exit_group pid=100\n"
	  "accept pid=100 fd=3 result=5 addr=192.0.2.7:443 -\nexit_group pid=100\n" },
	{ "second piece never comes", CONNECT("1")
	  SC("1010", "2", "231", "a0=0 a1=0 a2=0 a3=0")
	  "type=PROCTITLE" AT("1010", "2") "proctitle=\"x\"\n",
	  "exit_group pid=100\n", "incomplete" },
	{ "a denial where no rule is", "type=LANDLOCK_ACCESS" AT("1000", "1")
	  "domain=1 blockers=net.connect_tcp daddr=127.0.0.1 dest=81\n" UNKEYED("1", "c000003e",
	  "42", "a0=3 a1=7ffd") TITLE("1") EOE("1") UNKEYED("2", "40000003", "102", "a0=3 a1=7ffd")
	  TITLE("2"), "" },
	{ "accept(fd, NULL, NULL)", CALL("1", "288", "success=yes exit=5 a0=3 a1=0 a2=0 "
	  "a3=80000") TITLE("1"), "accept pid=100 fd=3 result=5 cloexec curl -v\n" },
	{ "accept(fd, NULL, NULL) without PROCTITLE", CALL("1", "43",
	  "success=yes exit=5 a0=3 a1=0 a2=0 a3=0") EOE("1")
	  CALL("2", "3", "success=yes exit=0 a0=5 a1=0 a2=0 a3=0") EOE("2"),
	  "accept pid=100 fd=3 result=5 -\nclose pid=100 5-5\n" },
	{ "connect without SOCKADDR", CONNECT("1") TITLE("1") EOE("1"), "", "incomplete" },
	{ "connect without SOCKADDR in progress", CALL("1", "42", "success=no exit=-115 "
	  "a0=3 a1=0 a2=0 a3=0") TITLE("1"), "", "incomplete" },
	{ "bind without SOCKADDR", CALL("1", "49", "success=yes exit=0 a0=3 a1=0 a2=0 "
	  "a3=0") TITLE("1"), "", "incomplete" },
	{ "connect with an address that cannot be read", CALL("1", "42",
	  "success=no exit=-14 a0=3 a1=0 a2=10 a3=0") TITLE("1"),
	  "connect pid=100 fd=3 result=-14 curl -v\n" },
	{ "an address that the kernel refused", CALL("1", "42",
	  "success=no exit=-22 a0=3 a1=0 a2=2 a3=0") "type=SOCKADDR" AT("1000", "1")
	  "saddr=0200\n" TITLE("1"), "connect pid=100 fd=3 result=-22 addr=- curl -v\n" },
	{ "socket", CALL("1", "41", "success=yes exit=3 a0=a a1=2 a2=11 a3=0") TITLE("1"),
	  "socket pid=100 result=3 family=10 type=2 proto=17\n" },
	{ "bind", CALL("1", "49", "success=yes exit=0 a0=3 a1=1 a2=10 a3=0") SADDR("1")
	  TITLE("1"), "bind pid=100 fd=3 addr=192.0.2.7:443 curl -v\n" },
	{ "listen", CALL("1", "50", "success=yes exit=0 a0=3 a1=5 a2=0 a3=0") TITLE("1"),
	  "listen pid=100 fd=3\n" },
	{ "failed calls but connect", CALL("1", "41", "success=no exit=-24 a0=2 a1=1 "
	  "a2=0 a3=0") TITLE("1") CALL("2", "49", "success=no exit=-98 a0=3 a1=1 a2=10 "
	  "a3=0") SADDR("2") TITLE("2") CALL("3", "43", "success=no exit=-11 a0=3 a1=0 "
	  "a2=0 a3=0") TITLE("3") CALL("4", "59", "success=no exit=-2 a0=0 a1=0 a2=0 "
	  "a3=0") TITLE("4"), "" },
	{ "close, close_range", CALL("1", "3", "success=yes exit=0 a0=5 a1=0 a2=0 a3=0")
	  TITLE("1") CALL("2", "436", "success=yes exit=0 a0=3 a1=ffffffff a2=0 a3=0")
	  TITLE("2") CALL("3", "436", "success=yes exit=0 a0=3 a1=5 a2=4 a3=0") TITLE("3"),
	  "close pid=100 5-5\nclose pid=100 3--1\nclose pid=100 3-5 cloexec\n" },
	{ "dup, dup2, dup3, fcntl", CALL("1", "32", "success=yes exit=4 a0=3 a1=0 a2=0 "
	  "a3=0") TITLE("1") CALL("2", "33", "success=yes exit=5 a0=3 a1=5 a2=0 a3=0")
	  TITLE("2") CALL("3", "292", "success=yes exit=6 a0=3 a1=6 a2=80000 a3=0")
	  TITLE("3") CALL("4", "72", "success=yes exit=7 a0=3 a1=406 a2=0 a3=0") TITLE("4")
	  CALL("5", "72", "success=yes exit=0 a0=3 a1=4 a2=800 a3=0") TITLE("5"),
	  "dup pid=100 3-4\ndup pid=100 3-5\ndup pid=100 3-6 cloexec\n"
	  "dup pid=100 3-7 cloexec\n" },
	{ "close-on-exec by fcntl and ioctl", CALL("1", "72", "success=yes exit=0 a0=3 a1=2 a2=1 "
	  "a3=0") TITLE("1") CALL("2", "72", "success=yes exit=0 a0=3 a1=2 a2=fffffffe a3=0")
	  TITLE("2") CALL("3", "16", "success=yes exit=0 a0=4 a1=5451 a2=0 a3=0") TITLE("3")
	  CALL("4", "16", "success=yes exit=0 a0=4 a1=5450 a2=0 a3=0") TITLE("4")
	  CALL("5", "16", "success=yes exit=0 a0=4 a1=5421 a2=0 a3=0") TITLE("5"),
	  "cloexec pid=100 3\nno-cloexec pid=100 3\ncloexec pid=100 4\nno-cloexec pid=100 4\n" },
	{ "fork, clone, thread", CALL("1", "57", "success=yes exit=200 a0=0 a1=0 a2=0 "
	  "a3=0") TITLE("1") CALL("2", "56", "success=yes exit=201 a0=1200011 a1=0 a2=0 "
	  "a3=0") TITLE("2") CALL("3", "56", "success=yes exit=202 a0=3d0f00 a1=0 a2=0 "
	  "a3=0") TITLE("3"), "fork pid=100 200\nfork pid=100 201\n" },
	{ "exec, exit of a thread, exit_group", CALL("1", "59", "success=yes exit=0 a0=0 a1=0 a2=0 "
	  "a3=0") TITLE("1") CALL("2", "60", "a0=0 a1=0 a2=0 a3=0") TITLE("2")
	  CALL("3", "231", "a0=0 a1=0 a2=0 a3=0") TITLE("3"),
	  "exec pid=100\nexit_group pid=100\n" },
	{ "x32", CALL("1", "1073741866", "success=yes exit=0 a0=3 a1=0 a2=10 a3=0")
	  SADDR("1") TITLE("1"), CONNECTED },
	{ "i386 connect", I386("1", "362", "success=yes exit=0 a0=3 a1=ffd0 a2=10 a3=0")
	  SADDR("1") TITLE("1"), CONNECTED },
	{ "i386 socketcall", I386("1", "102", "success=yes exit=0 a0=3 a1=ffd0 a2=0 a3=0")
	  "type=SOCKETCALL" AT("1000", "1") "nargs=3 a0=3 a1=ffd8 a2=10\n" SADDR("1")
	  TITLE("1") I386("2", "102", "success=yes exit=5 a0=1 a1=ffd0 a2=0 a3=0")
	  "type=SOCKETCALL" AT("1000", "2") "nargs=3 a0=2 a1=1 a2=6\n" TITLE("2")
	  I386("3", "102", "success=yes exit=6 a0=12 a1=ffd0 a2=0 a3=0")
	  "type=SOCKETCALL" AT("1000", "3") "nargs=4 a0=5 a1=0 a2=0 a3=80000\n" TITLE("3"),
	  CONNECTED "socket pid=100 result=5 family=2 type=1 proto=6\n"
	  "accept pid=100 fd=5 result=6 cloexec curl -v\n" },
	{ "i386 socketcall of another kind", I386("1", "102", "success=yes exit=0 a0=9 "
	  "a1=ffd0 a2=0 a3=0") TITLE("1"), "" },
	{ "i386 socketcall without SOCKETCALL", I386("1", "102", "success=yes exit=0 a0=3 "
	  "a1=ffd0 a2=0 a3=0") SADDR("1") TITLE("1"),
	  "connect pid=100 fd=-2 result=0 addr=192.0.2.7:443 curl -v\n" },
	{ "i386 socketcall without SOCKETCALL and PROCTITLE", I386("1", "102",
	  "success=yes exit=0 a0=3 a1=ffd0 a2=0 a3=0") SADDR("1") EOE("1"),
	  "connect pid=100 fd=-2 result=0 addr=192.0.2.7:443 -\n" },
	{ "i386 listen without SOCKETCALL", I386("1", "102",
	  "success=yes exit=0 a0=4 a1=ffd0 a2=0 a3=0") TITLE("1"), "", "incomplete" },
	{ "i386 socketcall, bad argument", I386("1", "102", "success=yes exit=0 a0=3 "
	  "a1=ffd0 a2=0 a3=0") "type=SOCKETCALL" AT("1000", "1") "nargs=3 a0=zz a1=1\n"
	  SADDR("1") TITLE("1"), "", "field" },
	{ "arm64", "type=SYSCALL" AT("1000", "1") "arch=c00000b7 syscall=203 success=yes "
	  "exit=0 a0=3 a1=1 a2=10 a3=0" TASK "\n" SADDR("1") TITLE("1"), CONNECTED },
	{ "node", "node=web1 " CONNECT("1") "node=web1 " SADDR("1") "node=web1 " TITLE("1"),
	  "web1 " CONNECTED },
	{ "two nodes, same event id", "node=a " CONNECT("1") "node=b " CONNECT("1")
	  "node=a " SADDR("1") "node=b " SADDR("1") "node=b " TITLE("1") "node=a "
	  TITLE("1"), "a " CONNECTED "b " CONNECTED },
	{ "ENRICHED", "type=SYSCALL" AT("1000", "1") "arch=c000003e syscall=42 success=yes "
	  "exit=0 a0=3 a1=0 a2=10 a3=0" TASK "\x1d" "ARCH=x86_64 SYSCALL=connect "
	  "AUID=\"x\" UID=\"pid=1\"\ntype=SOCKADDR" AT("1000", "1")
	  "saddr=020001BBC00002070000000000000000\x1dSADDR={ saddr_fam=inet }\n"
	  TITLE("1"), CONNECTED },
	{ "other events between", "type=CRED_ACQ" AT("1000", "5") "pid=1 uid=0 msg='op=x'\n"
	  CONNECT("1") SADDR("1") TITLE("1") "type=DAEMON_END" AT("1000", "6") "op=x\n",
	  CONNECTED },
	{ "serial that goes back", CONNECT("9") SADDR("9") TITLE("9") CONNECT("1")
	  SADDR("1") TITLE("1"), CONNECTED CONNECTED },
	{ "time that goes back", SC("1500", "1", "231", "a0=0 a1=0 a2=0 a3=0")
	  "type=PROCTITLE" AT("1500", "1") "proctitle=\"x\"\n" CONNECT("2") SADDR("2")
	  TITLE("2"), "exit_group pid=100\n" CONNECTED },
	{ "a SYSTEM_BOOT alone is no boot", CONNECT("500") SADDR("500") TITLE("500")
	  BOOTED("501") CONNECT("502") SADDR("502") TITLE("502"), CONNECTED CONNECTED },
	{ "boot, announced, and the serials begin anew", CONNECT("500") SADDR("500")
	  TITLE("500") BOOTED("3"), CONNECTED "boot\n" },
	{ "serials that fall a little behind a SYSTEM_BOOT", CONNECT("500") SADDR("500")
	  TITLE("500") BOOTED("501") CONNECT("400") SADDR("400") TITLE("400"),
	  CONNECTED CONNECTED },
	{ "boot by its serials alone", CONNECT("10200") SADDR("10200") TITLE("10200")
	  CONNECT("7") SADDR("7") TITLE("7"), CONNECTED "boot\n" CONNECTED },
	{ "an old event that comes again is no boot", CONNECT("10200") SADDR("10200")
	  TITLE("10200") "type=SYSCALL" AT("900", "7") "arch=c000003e syscall=50 "
	  "success=yes exit=0 a0=3 a1=0 a2=0 a3=0" TASK "\n", CONNECTED
	  "listen pid=100 fd=3\n" },
	{ "boot of one node only", "node=a " CONNECT("10200") "node=a " SADDR("10200")
	  "node=a " TITLE("10200") "node=b " SC("1001", "7", "50", "success=yes exit=0 a0=3 "
	  "a1=0 a2=0 a3=0"), "a " CONNECTED "b listen pid=100 fd=3\n" },
	{ "a prefix of syslog, and printk's form", "Nov 21 06:00:51 host audispd: "
	  "type=SYSCALL" AT("1000", "1") "arch=c000003e syscall=42 success=yes exit=0 a0=3 "
	  "a1=0 a2=10 a3=0" TASK "\nkernel: audit: type=1306 audit(1000.391:1): "
	  "saddr=020001BBC00002070000000000000000\n" TITLE("1"), "by syslog: " CONNECTED },
	{ "ausearch's order", "----\ntime->Tue Nov 14 22:13:20 2023\n" TITLE("1") SADDR("1")
	  CONNECT("1") "----\n", CONNECTED },
	{ "hostile comm", "type=SYSCALL" AT("1000", "1") "arch=c000003e syscall=50 "
	  "success=yes exit=0 a0=3 a1=0 a2=0 a3=0 ppid=1 pid=100 uid=0 "
	  "comm=610A706964\n" TITLE("1"), "listen pid=100 fd=3\n" },

	{ "pid missing", "type=SYSCALL" AT("1000", "1") "arch=c000003e syscall=42 "
	  "success=yes exit=0 a0=3 a1=0 a2=10 a3=0 uid=0\n" SADDR("1") TITLE("1"), "",
	  "field" },
	{ "pid is no number", "type=SYSCALL" AT("1000", "1") "arch=c000003e syscall=42 "
	  "success=yes exit=0 a0=3 a1=0 a2=10 a3=0 pid=x\n" SADDR("1") TITLE("1"), "",
	  "field" },
	{ "pid is huge", "type=SYSCALL" AT("1000", "1") "arch=c000003e syscall=42 "
	  "success=yes exit=0 a0=3 a1=0 a2=10 a3=0 pid=99999999999999999999\n" SADDR("1")
	  TITLE("1"), "", "field" },
	{ "uid is negative", "type=SYSCALL" AT("1000", "1") "arch=c000003e syscall=42 "
	  "success=yes exit=0 a0=3 a1=0 a2=10 a3=0 pid=1 uid=-5\n" SADDR("1") TITLE("1"),
	  "", "field" },
	{ "old unset auid", "type=SYSCALL" AT("1000", "1") "arch=c000003e syscall=50 "
	  "success=yes exit=0 a0=3 a1=0 a2=10 a3=0 pid=100 auid=-1\n" TITLE("1"),
	  "listen pid=100 fd=3\n" },
	{ "exit missing", CALL("1", "42", "success=yes a0=3 a1=0 a2=10 a3=0") SADDR("1")
	  TITLE("1"), "", "field" },
	{ "exit is no number", CALL("1", "42", "exit=EINPROGRESS a0=3 a1=0 a2=10 a3=0")
	  SADDR("1") TITLE("1"), "", "field" },
	{ "exit is huge", CALL("1", "42", "exit=2147483648 a0=3 a1=0 a2=10 a3=0")
	  SADDR("1") TITLE("1"), "", "field" },
	{ "exit is a large negative number", CALL("1", "42", "exit=-9223372036854775808 "
	  "a0=3 a1=0 a2=10 a3=0") SADDR("1") TITLE("1"), "", "field" },
	{ "a0 is no number", CALL("1", "42", "exit=0 a0=zz a1=0 a2=10 a3=0") SADDR("1")
	  TITLE("1"), "", "field" },
	{ "a0 is huge", CALL("1", "42", "exit=0 a0=fffffffffffffffff a1=0 a2=10 a3=0")
	  SADDR("1") TITLE("1"), "", "field" },
	{ "arch is no number", "type=SYSCALL" AT("1000", "1") "arch=x86_64 syscall=connect "
	  "exit=0 a0=3" TASK "\n" SADDR("1") TITLE("1"), "", "field" },
	{ "saddr is not hex", CONNECT("1") "type=SOCKADDR" AT("1000", "1")
	  "saddr=020001BBC000020G\n" TITLE("1"), "", "saddr" },
	{ "saddr of odd length", CONNECT("1") "type=SOCKADDR" AT("1000", "1")
	  "saddr=020001BBC00002070\n" TITLE("1"), "", "saddr" },
	{ "saddr too short", CONNECT("1") "type=SOCKADDR" AT("1000", "1") "saddr=0200\n"
	  TITLE("1"), "", "saddr" },
	{ "SOCKADDR without saddr", CONNECT("1") "type=SOCKADDR" AT("1000", "1") "x=1\n"
	  TITLE("1"), "", "incomplete" },
	{ "the address comes behind its PROCTITLE", CONNECT("1") TITLE("1") SADDR("1")
	  EOE("1"), CONNECTED },
	{ "behind another event", CALL("1", "41", "success=yes exit=3 a0=2 a1=1 a2=0 a3=0")
	  TITLE("1") CONNECT("2") TITLE("2") SADDR("2"), "socket pid=100 result=3 family=2 type=1 "
	  "proto=0\n" CONNECTED },
	{ "and with others between", CONNECT("1") TITLE("1") CONNECT("2") SADDR("2")
	  TITLE("2") SADDR("1") EOE("1"), CONNECTED CONNECTED },
	{ "SYSCALL record lost", SADDR("1") TITLE("1"), "", "orphan" },
	{ "SYSCALL record cut", "type=SYSCALL" AT("1000", "1") "arch=c000003e sysc\n"
	  TITLE("1"), "", "field" },
	{ "SYSCALL record empty", "type=SYSCALL" AT("1000", "1") "\n" TITLE("1"), "",
	  "field" },
	{ "a line of garbage", "\x01\x02 hello\n", "", "line_garbage" },
	{ "event id is no number", "type=SYSCALL msg=audit(x:1): arch=c000003e syscall=42\n",
	  "", "line_garbage" },
	{ "time without milliseconds", "type=SYSCALL msg=audit(1000:1): arch=c000003e "
	  "syscall=42\n", "", "line_garbage" },
	{ "milliseconds that are none", "type=SYSCALL msg=audit(1000.21800:1): "
	  "arch=c000003e syscall=42 exit=0 a0=3" TASK "\n", "", "line_garbage" },
	{ "time is huge", "type=SYSCALL msg=audit(99999999999999999999.391:1): "
	  "arch=c000003e syscall=42 exit=0 a0=3" TASK "\n", "", "line_garbage" },
	{ "time is negative", "type=SYSCALL msg=audit(-5.391:1): "
	  "arch=c000003e syscall=42 exit=0 a0=3" TASK "\n", "", "line_garbage" },
	{ "serial is huge", "type=SYSCALL msg=audit(1000.391:99999999999999999999): "
	  "arch=c000003e syscall=42 exit=0 a0=3" TASK "\n", "", "line_garbage" },

	{ "module", MODULE("1", MODULE_OPEN("connect") MODULE_TASK)
	  MODULE("2", MODULE_OPEN("established") MODULE_TASK),
	  MODULE_FACT("connect") MODULE_FACT("established") },
	{ "module, beside a system call", CONNECT("1")
	  MODULE("2", MODULE_OPEN("connect") MODULE_TASK) SADDR("1") TITLE("1"),
	  CONNECTED MODULE_FACT("connect") },
	{ "module, link-local", MODULE("1", "netlog=1 op=release ino=5 proto=17 family=10 "
	  "state=1 laddr=fe80::1 lport=1 faddr=2001:db8::1 fport=2 oif=3 err=0 tx=7 rx=9 "
	  "pid=100 sid=2211"), "module release pid=100 ino=5 proto=17 [fe80::1%3]:1 "
	  "[2001:db8::1]:2 err=0 tx=7 rx=9 sid=2211\n" },
	{ "module, v4-mapped", MODULE("1", "netlog=1 op=listen ino=5 proto=6 family=10 "
	  "laddr=::ffff:10.0.0.5 lport=22 pid=100 sid=1"),
	  "module listen pid=100 ino=5 proto=6 10.0.0.5:22 - err=0 tx=-1 rx=-1 sid=1\n" },
	{ "module, any address", MODULE("1", "netlog=2 op=listen ino=5 cookie=1 proto=6 family=10 "
	  "laddr=:: lport=22 tty=(none) pid=100 sid=1"), "module listen pid=100 ino=5 cookie=1 "
	  "proto=6 [::]:22 - err=0 tx=-1 rx=-1 sid=1\n" },
	{ "module, a network's address", MODULE("1", "netlog=2 op=listen ino=5 cookie=1 proto=6 "
	  "laddr=fd00:: lport=22 pid=100 sid=1"), "module listen pid=100 ino=5 cookie=1 "
	  "proto=6 [fd00::]:22 - err=0 tx=-1 rx=-1 sid=1\n" },
	{ "module, not in the kernel's form", MODULE("1", "netlog=2 op=listen word ino=5 "
	  "cookie=1, proto=6 laddr=fd00:: lport=22 pid=100 sid=1"), "module listen pid=100 ino=5 "
	  "cookie=1 proto=6 [fd00::]:22 - err=0 tx=-1 rx=-1 sid=1\n" },
	{ "module, load", MODULE("1", "netlog=1 op=load ver=0.1 missed=0 lost=0 pid=1 "
	  "sid=1"), "module load pid=1 ino=0 proto=-1 - - err=0 tx=-1 rx=-1 sid=1\n" },
	{ "module, a field of the future", MODULE("1", MODULE_OPEN("connect") " new=x"
	  MODULE_TASK), MODULE_FACT("connect") },
	{ "module, version 2", MODULE("1", "netlog=2 op=listen ino=5 cookie=fffffffffffffff0 "
	  "proto=6 laddr=10.0.0.5 lport=22 pid=100 sid=1"), "module listen pid=100 ino=5 "
	  "cookie=fffffffffffffff0 proto=6 10.0.0.5:22 - err=0 tx=-1 rx=-1 sid=1\n" },
	{ "module, cookie", MODULE("1", "netlog=2 op=listen ino=5 cookie=0x1 proto=6"), "",
	  "module" },
	{ "module, version of the future", MODULE("1", "netlog=3 op=connect ino=5"), "",
	  "module" },
	{ "module, version 0", MODULE("1", "netlog=0 op=connect ino=5"), "", "module" },
	{ "module, what stands behind subj=", MODULE("1", MODULE_OPEN("accept") MODULE_TASK
	  "//&:ns://x pid=1 by_syslog=1 op=release uid=0 cookie=9 faddr=8.8.8.8 lport=1 netlog=1 (enforce)")
	  MODULE("2", MODULE_OPEN("established") MODULE_TASK),
	  MODULE_FACT("accept") MODULE_FACT("established") },
	{ "module, fields behind subj=", MODULE("1", MODULE_OPEN("accept") MODULE_TASK
	  " pid=1 by_syslog=1 op=release uid=0 cookie=9 faddr=8.8.8.8 lport=1"),
	  MODULE_FACT("accept") },
	{ "module, punctuation", MODULE("1", "netlog=2 op=listen ino=5 cookie=1, proto=6 "
	  "laddr=10.0.0.5 lport=22 pid=100 sid=1"), "module listen pid=100 ino=5 cookie=1 "
	  "proto=6 10.0.0.5:22 - err=0 tx=-1 rx=-1 sid=1\n" },
	{ "what stands behind subj=", CALL("1", "42", "success=yes exit=0 a0=3 a1=7ffd a2=10 a3=0"
	  HOSTILE) SADDR("1") TITLE("1"), CONNECTED },
	{ "an exit behind subj=", CALL("1", "42", "a0=3 a1=7ffd a2=10 a3=0" HOSTILE)
	  SADDR("1") TITLE("1"), "", "field" },
	{ "a key behind subj= hides no address", CALL("1", "42", "success=yes exit=0 a0=3 a1=7ffd "
	  "a2=10 a3=0" HOSTILE) TITLE("1") SADDR("1") EOE("1"), CONNECTED },
	{ "module, no op", MODULE("1", "netlog=1 ino=5 proto=6"), "", "module" },
	{ "module, unknown op", MODULE("1", "netlog=1 op=conn ino=5 proto=6"), "", "module" },
	{ "module, port", MODULE("1", "netlog=1 op=connect ino=5 lport=65536"), "",
	  "module" },
	{ "module, address", MODULE("1", "netlog=1 op=connect ino=5 laddr=10.0.0"), "",
	  "module" },
	{ "module, inode", MODULE("1", "netlog=1 op=connect ino=-5"), "", "module" },
	{ "module, bytes", MODULE("1", "netlog=1 op=release ino=5 tx=9223372036854775808"),
	  "", "module" },
	{ "module, negative bytes", MODULE("1", "netlog=1 op=release ino=5 tx=-2"), "",
	  "module" },
	{ "kernel's own record", MODULE("1", "state=initialized audit_enabled=0 res=1"),
	  "" },
};

static struct {
	char out[1 << 20];
	size_t used;
	struct input_errors complaints;
	char first[256];
} seen;

static void put(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void put(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	seen.used += vsnprintf(seen.out + seen.used, sizeof(seen.out) - seen.used,
			       format, ap);
	va_end(ap);
	assert_true(seen.used < sizeof(seen.out));
}

static void put_addr(const struct event *f)
{
	char text[NETADDR_TEXT_MAX];

	netaddr_format(&f->addr, text);
	if (f->has_sockaddr)
		put(" addr=%s", text);
}

/* The task's command line, arguments with a space between. */
static void put_title(const struct event *f)
{
	char text[256] = "-";
	size_t len = 1;

	if (f->task.proctitle)
		len = audit_text(f->task.proctitle, text, sizeof(text));
	for (size_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = ' ';
	put(" %s\n", text);
}

static void put_module(const struct event *f)
{
	static const char *const ops[] = { "",
#define OP_TEXT(name, text) text,
		NETLOG_OPS(OP_TEXT)
#undef OP_TEXT
	};
	char local[NETADDR_TEXT_MAX], remote[NETADDR_TEXT_MAX];

	netaddr_format(&f->local, local);
	netaddr_format(&f->remote, remote);
	put("module %s pid=%lld ino=%llu", ops[f->op], (long long)f->task.pid,
	    (unsigned long long)f->ino);
	if (f->cookie)
		put(" cookie=%llx", (unsigned long long)f->cookie);
	put(" proto=%d %s %s err=%d tx=%lld rx=%lld sid=%lld\n", f->proto, local, remote,
	    f->err, (long long)f->tx, (long long)f->rx, (long long)f->task.sid);
}

static void on_event(const struct event *f, void *arg)
{
	int pid = f->task.pid;
	const char *cloexec = f->cloexec ? " cloexec" : "";

	assert_ptr_equal(arg, &seen);
	if (f->node)
		put("%s ", f->node);
	if (f->by_syslog)
		put("by syslog: ");
	switch (f->kind) {
	case EVENT_SOCKET:
		put("socket pid=%d result=%d family=%d type=%d proto=%d%s\n", pid,
		    (int)f->result, f->family, f->type, f->proto, cloexec);
		break;
	case EVENT_BIND:
		put("bind pid=%d fd=%d", pid, f->fd);
		put_addr(f);
		put_title(f);
		break;
	case EVENT_LISTEN:
		put("listen pid=%d fd=%d\n", pid, f->fd);
		break;
	case EVENT_CONNECT:
	case EVENT_ACCEPT:
		put("%s pid=%d fd=%d result=%d", f->kind == EVENT_ACCEPT ? "accept" :
		    "connect", pid, f->fd, (int)f->result);
		put_addr(f);
		put("%s", cloexec);
		put_title(f);
		break;
	case EVENT_CLOSE:
		put("close pid=%d %d-%d%s\n", pid, f->fd, f->newfd, cloexec);
		break;
	case EVENT_DUP:
		put("dup pid=%d %d-%d%s\n", pid, f->fd, f->newfd, cloexec);
		break;
	case EVENT_CLOEXEC:
		put("%s pid=%d %d\n", f->cloexec ? "cloexec" : "no-cloexec", pid, f->fd);
		break;
	case EVENT_FORK:
		put("fork pid=%d %d\n", pid, (int)f->result);
		break;
	case EVENT_EXEC:
		put("exec pid=%d\n", pid);
		break;
	case EVENT_EXIT_THREAD:
		put("exit pid=%d\n", pid);
		break;
	case EVENT_EXIT_GROUP:
		put("exit_group pid=%d\n", pid);
		break;
	case EVENT_BOOT:
		put("boot\n");
		break;
	case EVENT_MODULE:
		put_module(f);
		break;
	default:
		fail_msg("fact of kind %d", f->kind);
	}
}

static void on_first(enum input_error_kind kind, const char *sample, size_t len,
		     void *arg)
{
	(void)arg;
	if (len)	/* may point into the fed buffer: ASan checks */
		snprintf(seen.first, sizeof(seen.first), "%s: %.*s",
			 input_error_key(kind), (int)len, sample);
}

/* Every test runs twice: records read here, and read by auparse. */
static bool by_auparse;

static struct reassembler *begin(void)
{
	struct reassembler *r;

	memset(&seen.complaints, 0, sizeof(seen.complaints));
	seen.complaints.first = on_first;
	seen.used = 0;
	seen.out[0] = 0;
	r = reassemble_open(on_event, &seen, &seen.complaints);
	assert_non_null(r);
	if (by_auparse)
		reassemble_by_auparse(r);
	reassemble_replay(r, true);
	return r;
}

static void feed(struct reassembler *r, const char *data, size_t len)
{
	char *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, data, len);
	reassemble_feed(r, copy, len);
	free(copy);
}

static void check(const struct row *row)
{
	char expected[8192];

	snprintf(expected, sizeof(expected), "%s" GOOD_FACT, row->out);
	if (strcmp(seen.out, expected))
		fail_msg("gave:\n%s\nexpected:\n%s", seen.out, expected);
	for (int i = 0; i < INPUT_ERROR_COUNT; i++)
		if (seen.complaints.count[i] !=
		    (row->bad && !strcmp(row->bad, input_error_key(i))))
			fail_msg("%d complaints of %s", (int)seen.complaints.count[i],
				 input_error_key(i));
}

static void in_pieces(const struct row *row, size_t piece)
{
	struct reassembler *r = begin();
	size_t len = strlen(row->in);

	for (size_t at = 0; at < len; at += piece) {
		feed(r, row->in + at, len - at < piece ? len - at : piece);
		reassemble_push(r);
	}
	feed(r, GOOD, sizeof(GOOD) - 1);
	reassemble_push(r);
	reassemble_flush(r);
	reassemble_close(r);
	check(row);
}

static void test_row(void **state)
{
	static const size_t pieces[] = { 1, 2, 3, 7, 64, 97, 4096, 1 << 20 };

	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++)
		in_pieces(*state, pieces[i]);
}

/* The good event first and last; every row between in one stream. */
static void test_all_rows(void **state)
{
	struct reassembler *r = begin();
	size_t good = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char event[1024];

		feed(r, rows[i].in, strlen(rows[i].in));
		snprintf(event, sizeof(event), "%s", GOOD);
		for (char *p = event; (p = strstr(p, "2000.391:900")); p += 12) {
			char stamp[13];

			snprintf(stamp, sizeof(stamp), "%04zu.391:900", 3000 + i * 10);
			memcpy(p, stamp, 12);
		}
		feed(r, event, strlen(event));
	}
	reassemble_flush(r);
	reassemble_close(r);
	for (const char *p = seen.out; (p = strstr(p, GOOD_FACT)); p++)
		good++;
	assert_int_equal(good, sizeof(rows) / sizeof(*rows));
}

/* More unfinished events than the limit: nothing is lost, nothing leaks. */
static void test_burst(void **state)
{
	struct reassembler *r = begin();
	struct reassemble_stats stats;
	char line[512];

	(void)state;
	for (int i = 0; i < 5000; i++) {
		snprintf(line, sizeof(line), "type=SYSCALL msg=audit(1000.391:%d): arch="
			 "c000003e syscall=42 exit=0 a0=3 a1=0 a2=10 a3=0 pid=%d\n", i + 1,
			 i + 1);
		feed(r, line, strlen(line));
	}
	reassemble_push(r);
	for (int i = 0; i < 5000; i++) {
		snprintf(line, sizeof(line), "type=SOCKADDR msg=audit(1000.391:%d): "
			 "saddr=020001BBC00002070000000000000000\n", i + 1);
		feed(r, line, strlen(line));
	}
	feed(r, GOOD, sizeof(GOOD) - 1);
	reassemble_flush(r);
	reassemble_stats(r, &stats);
	assert_int_equal(stats.held, 0);
	assert_int_equal(stats.lines, 10003);
	assert_non_null(strstr(seen.out, GOOD_FACT));
	reassemble_close(r);
}

/* Waiting events are dropped by the clock, and when the reader is closed. */
static void test_age(void **state)
{
	struct reassembler *r = begin();
	struct reassemble_stats stats;

	(void)state;
	feed(r, CONNECT("1"), sizeof(CONNECT("1")) - 1);
	for (int i = 0; i < 20; i++)
		reassemble_age(r);
	reassemble_stats(r, &stats);
	assert_int_equal(stats.held, 0);
	assert_int_equal(seen.complaints.count[INPUT_ERROR_INCOMPLETE], 1);
	assert_int_equal(input_error_total(&seen.complaints), 1);
	feed(r, CONNECT("2") SADDR("2") TITLE("2"),
	     sizeof(CONNECT("2") SADDR("2") TITLE("2")) - 1);
	reassemble_age(r);
	assert_string_equal(seen.out, CONNECTED);
	feed(r, CONNECT("3"), sizeof(CONNECT("3")) - 1);
	reassemble_close(r);
	reassemble_close(NULL);
}

static void test_line_numbers(void **state)
{
	struct reassembler *r = begin();

	(void)state;
	feed(r, "garbage\n\nx", 10);
	assert_int_equal(reassemble_line(r), 2);
	reassemble_new_source(r);
	assert_int_equal(reassemble_line(r), 0);
	feed(r, GOOD, sizeof(GOOD) - 1);
	assert_int_equal(reassemble_line(r), 3);
	reassemble_flush(r);
	assert_string_equal(seen.out, GOOD_FACT);
	assert_int_equal(seen.complaints.count[INPUT_ERROR_LINE_GARBAGE], 2);
	reassemble_close(r);
}

/* auparse is quadratic in the records of an event: 100,000 took it 28 s. */
static void test_one_huge_event(void **state)
{
	static const char address[] = SADDR("1");
	struct reassembler *r = begin();
	clock_t begun = clock();

	(void)state;
	feed(r, CONNECT("1"), sizeof(CONNECT("1")) - 1);
	for (int i = 0; i < 100000; i++)
		feed(r, address, sizeof(address) - 1);
	feed(r, TITLE("1"), sizeof(TITLE("1")) - 1);
	reassemble_flush(r);
	reassemble_close(r);
	assert_non_null(strstr(seen.out, CONNECTED));
	assert_true(seen.complaints.count[INPUT_ERROR_RECORDS] == 100000 - 16);
	assert_true(clock() - begun < CLOCKS_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest rest[] = {
		cmocka_unit_test(test_all_rows),
		cmocka_unit_test(test_burst),
		cmocka_unit_test(test_age),
		cmocka_unit_test(test_line_numbers),
		cmocka_unit_test(test_one_huge_event),
	};

	int failed = table_run("records", test_row, ROWS(rows)) +
		     cmocka_run_group_tests_name("event", rest, NULL, NULL);

	by_auparse = true;
	return failed + table_run("records, by auparse", test_row, ROWS(rows)) +
	       cmocka_run_group_tests_name("event, by auparse", rest, NULL, NULL);
}
