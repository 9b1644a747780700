// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/extcap: aunetlog as Wireshark calls it. */
#include "parser/query/extcap.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "parser/query/capture_command.h"
#include "parser/query/query.h"

#define PREFIX "aunetlog-"
#define WORDS_MAX 32

/* The question of Wireshark, and its user's answers to --extcap-config. */
struct call {
	bool interfaces, dlts, config, capture;
	const char *interface, *fifo, *filter;
	const char *log, *socket, *wait, *netns;
};

bool extcap_called(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strncmp(argv[i], "--extcap-", 9) || !strcmp(argv[i], "--capture"))
			return true;
	return false;
}

/* "--name=value", or "--name value". Returns false if it is another one. */
static bool take(char **argv, int *i, const char *name, const char **value)
{
	size_t len = strlen(name);

	if (strncmp(argv[*i], name, len))
		return false;
	if (argv[*i][len] == '=')
		*value = argv[*i] + len + 1;
	else if (!argv[*i][len] && argv[*i + 1])
		*value = argv[++*i];
	else
		return false;
	if (!**value)
		*value = NULL;
	return true;
}

/* Options that a later Wireshark adds are ignored. */
static struct call read_call(int argc, char **argv)
{
	struct call c = { .interfaces = false };

	for (int i = 1; i < argc; i++) {
		c.interfaces |= !strcmp(argv[i], "--extcap-interfaces");
		c.dlts |= !strcmp(argv[i], "--extcap-dlts");
		c.config |= !strcmp(argv[i], "--extcap-config");
		c.capture |= !strcmp(argv[i], "--capture");
		if (take(argv, &i, "--extcap-interface", &c.interface) ||
		    take(argv, &i, "--extcap-capture-filter", &c.filter) ||
		    take(argv, &i, "--fifo", &c.fifo) || take(argv, &i, "--log", &c.log) ||
		    take(argv, &i, "--socket", &c.socket) || take(argv, &i, "--wait", &c.wait) ||
		    take(argv, &i, "--in-netns", &c.netns))
			continue;
	}
	return c;
}

static int list_interfaces(void)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_if_t *all, *i;

	printf("extcap {version=" NETLOG_VERSION "}{display=aunetlog}\n");
	if (pcap_findalldevs(&all, error)) {
		fprintf(stderr, "aunetlog: %s\n", error);
		return AUNETLOG_FAILED;
	}
	for (i = all; i; i = i->next) {
		/* USB, Bluetooth, netfilter and the like have no connections */
		bool is_network = (i->flags & PCAP_IF_LOOPBACK) || !strcmp(i->name, "any") ||
				  i->addresses;

		if (is_network && !strpbrk(i->name, "{}"))
			printf("interface {value=" PREFIX "%s}{display=processes on %s}\n", i->name,
			       i->name);
	}
	pcap_freealldevs(all);
	return AUNETLOG_FOUND;
}

static const char *device_of(const char *interface)
{
	return interface && !strncmp(interface, PREFIX, strlen(PREFIX)) ?
	       interface + strlen(PREFIX) : NULL;
}

/* The file says the link type itself. */
static int list_dlts(void)
{
	printf("dlt {number=1}{name=EN10MB}{display=Ethernet, with processes}\n");
	return AUNETLOG_FOUND;
}

static int list_config(void)
{
	printf("arg {number=0}{call=--log}{display=Log}{tooltip=a log of audisp-netlog or auditd; "
	       "empty: this host's}{type=string}{group=Processes}\n"
	       "arg {number=1}{call=--socket}{display=Socket}{tooltip=the plugin's stream, in "
	       "place of a log: its output with transport = listen}{type=string}"
	       "{group=Processes}\n"
	       "arg {number=2}{call=--wait}{display=Wait}{tooltip=how many seconds a packet waits "
	       "for the log}{type=double}{range=0,60}{default=2}{group=Processes}\n"
	       "arg {number=3}{call=--in-netns}{display=Namespace}{tooltip=a network namespace: "
	       "its name, or a process in it}{type=string}{group=Capture}\n");
	return AUNETLOG_FOUND;
}

/* As the user types: nothing is right, anything else is what is wrong. */
static int check_filter(const char *filter)
{
	pcap_t *p = pcap_open_dead(DLT_EN10MB, 65535);
	struct bpf_program program;

	if (!p)
		return AUNETLOG_FAILED;
	if (pcap_compile(p, &program, filter, 1, PCAP_NETMASK_UNKNOWN))
		printf("%s\n", pcap_geterr(p));
	else
		pcap_freecode(&program);
	pcap_close(p);
	return AUNETLOG_FOUND;
}

static void add(char **words, int *count, const char *option, const char *value)
{
	if (!value)
		return;
	words[(*count)++] = (char *)option;
	words[(*count)++] = (char *)value;
}

static int capture(const struct call *c)
{
	char *words[WORDS_MAX] = { "capture" };
	struct packet_options o;
	int count = 1, status = AUNETLOG_FAILED;

	add(words, &count, "--interface", device_of(c->interface));
	add(words, &count, "--write", c->fifo);
	add(words, &count, "-if", c->log);
	add(words, &count, "--socket", c->socket);
	add(words, &count, "--wait", c->wait);
	add(words, &count, "--in-netns", c->netns);
	add(words, &count, "--", c->filter);
	if (packet_options_parse(&o, PACKET_CAPTURE, count, words, time(NULL)))
		fprintf(stderr, "aunetlog capture: %s\n", o.error);
	else
		status = capture_command(&o);
	packet_options_fini(&o);
	/* no packet with a process is no failure to Wireshark */
	return status == AUNETLOG_NOTHING ? AUNETLOG_FOUND : status;
}

int extcap_run(int argc, char **argv)
{
	struct call c = read_call(argc, argv);
	int status;

	if (c.interfaces)
		status = list_interfaces();
	else if (!device_of(c.interface))
		status = AUNETLOG_FAILED;
	else if (c.dlts)
		status = list_dlts();
	else if (c.config)
		status = list_config();
	else if (c.capture && c.fifo)
		return capture(&c);
	else
		status = c.filter ? check_filter(c.filter) : AUNETLOG_FAILED;
	if (fclose(stdout))
		status = AUNETLOG_FAILED;
	return status;
}
