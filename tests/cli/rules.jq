# SPDX-License-Identifier: GPL-2.0-or-later
# The network part of published detection rules, as far as one event decides it, written as
# jq conditions over the fields that the rules name. Sources: elastic/detection-rules
# (2026-08), SigmaHQ/sigma (2026-08), rules/linux/network_connection.
# Input: events, slurped. Output: "RULE PID" for each match.

def private: . == "127.0.0.1" or . == "::1" or startswith("10.") or startswith("192.168.") or
	startswith("169.254.") or test("^172\\.(1[6-9]|2[0-9]|3[01])\\.") or
	test("^f[cd]|^fe[89ab]"; "i");
def type($t): .event.type | index($t) != null;
def linux: .host.os.type == "linux";
def network: .event.category | index("network") != null;
def attempted: .event.action == "connection_attempted";
def accepted: .event.action == "connection_accepted";

def elastic: {
	"kworker_netcon": (linux and network and (attempted or accepted) and
		(.process.name // "" | startswith("kworker")) and
		(.destination.ip // "" | private | not) and
		(.destination.port | IN(2049, 111, 892, 597) | not)),
	"cat_network_activity": (linux and (attempted or .event.action == "disconnect_received") and
		.process.name == "cat" and .destination.ip != null and
		(.destination.ip | private | not)),
	"netcon_from_rwx_mem_region": (linux and type("start") and attempted and
		(.destination.ip // "" | startswith("127.") | not)),
	"suspicious_network_activity_from_unknown_executable": (linux and network and attempted and
		(.process.executable // "" | test("^(/tmp/|/dev/shm/|/var/tmp/|/home/[^/]*/\\.)")) and
		.process.name != null and (.source.ip // "" | private | not)),
	"shell_via_tcp_cli_utility": (linux and type("start") and (attempted or accepted) and
		(.process.name | IN("bash", "dash", "sh", "zsh", "socat")) and
		.destination.ip != null and .destination.ip != "127.0.0.1"),
	"kubelet_api_connection_attempt": (linux and type("start") and network and
		.network.direction == "egress" and attempted and
		(.destination.port == 10250 or .destination.port == 10255) and
		(.destination.ip // "" | private)),
	"simple_web_server_connection_accepted": (linux and type("start") and accepted and
		(.process.name // "" | startswith("python"))),
	"port_scanning": (linux and type("start") and attempted and
		.network.direction == "egress" and (.destination.port // 65535) < 32768 and
		(.destination.ip // "" | private | not)),
	"ollama_api_external_access": (accepted and .process.name == "ollama" and
		.destination.port == 11434 and .source.ip != null and (.source.ip | private | not)),
	"gdb_sys_ptrace_netcon": (linux and attempted and type("start") and
		.process.name != null and .user.id == "0")
};

def sigma: {
	"sigma_back_connect_shell_dev": (
		(.Image // "" | endswith("/bin/bash")) and
		(.DestinationIp | IN("127.0.0.1", "0.0.0.0") | not)),
	"sigma_susp_malware_callback_port": (.Initiated == "true" and
		(.DestinationPort | IN("888", "999", "2200", "2222", "4000", "4444", "6789",
			"8531", "50501", "51820")) and
		(.DestinationIp // "" | private | not))
};

# Events with Sysmon's names have ProcessId, those of ECS process.pid.
.[] | (if .EventID then .ProcessId else .process.pid end) as $pid |
	(if .EventID then sigma else elastic end) | to_entries[] | select(.value) |
	"\(.key) \($pid)"
