# SPDX-License-Identifier: GPL-2.0-or-later
# audit-netlog. `make help` lists the targets. SAN=1 builds with ASan and UBSan.

VERSION := $(shell cat VERSION)

PREFIX ?= /usr
SYSCONFDIR ?= /etc
SBINDIR ?= $(PREFIX)/sbin
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/audit-netlog
RULESDIR ?= $(PREFIX)/share/audit-netlog/rules
INSTALL ?= install

B := build
ifeq ($(SAN),1)
B := build/san
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1
endif

CFLAGS ?= -O2 -g
override CFLAGS += -std=gnu11 -Wall -Wextra -Wmissing-prototypes -Wshadow -Wvla -Wno-missing-field-initializers -Wno-override-init \
	-fstack-protector-strong -D_FORTIFY_SOURCE=2 -D_GNU_SOURCE -I. \
	-DNETLOG_VERSION='"$(VERSION)"' -DSYSCONFDIR='"$(SYSCONFDIR)"'
ifeq ($(SAN),1)
override CFLAGS := $(filter-out -D_FORTIFY_SOURCE=2,$(CFLAGS)) $(SANFLAGS)
endif

# A new file in one of the folders is built without a change here.
PARSER := $(wildcard parser/*.c parser/audit/*.c parser/track/*.c parser/entry/*.c)
QUERY := $(wildcard parser/query/*.c parser/packet/*.c)
PLUGIN := $(wildcard plugin/*.c plugin/*/*.c)

# Is a header here? 1 or nothing. (A # inside a function's argument is written in one way
# for make 4.3 and later, in another before that.)
HASH := \#
has_header = $(shell echo '$(HASH)include <$1>' | $(CC) $(CPPFLAGS) -E - >/dev/null 2>&1 && echo 1)

# The BPF source is built where clang, bpftool and libbpf are; BPF=0 leaves it out.
CLANG ?= clang
BPFTOOL ?= $(shell PATH="$$PATH:/usr/sbin:/sbin" command -v bpftool)
BPF ?= $(and $(shell command -v $(CLANG)),$(BPFTOOL),$(call has_header,bpf/libbpf.h))
BPF := $(BPF)
ifeq ($(BPF),1)
PLUGIN := $(filter-out plugin/input/bpf_none.c,$(PLUGIN))
else
PLUGIN := $(filter-out plugin/input/bpf.c plugin/input/bpf_btf.c plugin/input/bpf_load.c plugin/input/bpf_ring.c \
	plugin/input/bpf_scan.c,$(PLUGIN))
endif

# The tls transport is built where GnuTLS is; TLS=0 leaves it out.
TLS ?= $(call has_header,gnutls/gnutls.h)
TLS := $(TLS)
ifeq ($(TLS),1)
PLUGIN := $(filter-out plugin/output/tls_none.c,$(PLUGIN))
else
PLUGIN := $(filter-out plugin/output/tls.c,$(PLUGIN))
endif

# What journald drops is counted where libsystemd is; JOURNAL=0 leaves it out.
JOURNAL ?= $(call has_header,systemd/sd-journal.h)
JOURNAL := $(JOURNAL)
ifeq ($(JOURNAL),1)
PLUGIN := $(filter-out plugin/input/journal_none.c,$(PLUGIN))
else
PLUGIN := $(filter-out plugin/input/journal.c,$(PLUGIN))
endif

PARSER_O := $(PARSER:%.c=$B/%.o)
QUERY_O := $(QUERY:%.c=$B/%.o)
PLUGIN_O := $(PLUGIN:%.c=$B/%.o)

PARSER_LIBS := -lauparse -laudit -lmd
QUERY_LIBS := $(PARSER_LIBS) -lz -lzstd -llzma -ljson-c -lpcap -lpthread
PLUGIN_LIBS := $(PARSER_LIBS) -lcap-ng -lseccomp -lmnl -lzstd -ljson-c -lpthread
ifeq ($(BPF),1)
PLUGIN_LIBS += -lbpf
endif
ifeq ($(TLS),1)
PLUGIN_LIBS += -lgnutls
endif
ifeq ($(JOURNAL),1)
PLUGIN_LIBS += -lsystemd
endif

all: $B/audisp-netlog $B/aunetlog	## Builds plugin and query tool (the default)

help:	## Lists these targets
	@echo "audit-netlog $(VERSION). Targets:"
	@cat $(MAKEFILE_LIST) | sed -n 's/^\([a-z][a-z0-9_-]*\):.*## */\1|/p' | sort | \
		awk -F '|' '{ printf "  %-20s %s\n", $$1, $$2 }'
	@echo "Settings: PREFIX, SYSCONFDIR, DESTDIR, CC, CFLAGS; SAN=1 builds with ASan and UBSan."

# Once, before anything is compiled: are the libraries here?
HEADERS := auparse.h libaudit.h cap-ng.h seccomp.h libmnl/libmnl.h uthash.h zlib.h zstd.h lzma.h sha1.h json-c/json.h pcap/pcap.h

$B/.libraries: tests/need Makefile
	@mkdir -p $(@D)
	@{ printf '#include <%s>\n' stdint.h $(HEADERS); echo 'int main(void) { return 0; }'; } | \
		$(CC) $(CPPFLAGS) $(CFLAGS) -x c - -o $@ $(LDFLAGS) $(PLUGIN_LIBS) $(QUERY_LIBS) 2>$@.err || \
		{ tests/need show || cat $@.err; exit 1; }

$B/%.o: %.c | $B/.libraries
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$B/libnetlog.a: $(PARSER_O)
	$(AR) rcs $@ $^

$B/audisp-netlog: $(PLUGIN_O) $B/libnetlog.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PLUGIN_LIBS)
ifneq ($(BPF),1)
	@echo "audisp-netlog is built without BPF: that needs clang, bpftool and libbpf-dev"
endif

$B/aunetlog: $(QUERY_O) $B/libnetlog.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(QUERY_LIBS)

# The pages of aunetlog --html are in the program.
$B/parser/query/view_html.o: parser/query/page.html
$B/parser/query/pair_graph.o: parser/query/pair.html

# The BPF programs for every kernel with BTF, in a header: with bpf_loop(), and without it for
# kernels before 5.17, which refuse an object that mentions it.
BPF_COMPILE = mkdir -p $(@D) && $(CLANG) -O2 -g -target bpf -Wall -Wextra -Wno-unused-parameter -I. \
	-idirafter $(shell $(CC) -print-sysroot)/usr/include/$(shell $(CC) -print-multiarch) -MMD -MP -c -o $@

$B/bpf/netlog.bpf.o: kpatch/bpf/netlog.bpf.c
	$(BPF_COMPILE) -DLOOP=1 $<

$B/bpf/netlog_old.bpf.o: kpatch/bpf/netlog.bpf.c
	$(BPF_COMPILE) -DLOOP=0 $<

$B/bpf/%.skel.h: $B/bpf/%.bpf.o
	$(BPFTOOL) gen object $B/bpf/$*.linked.o $<
	$(BPFTOOL) gen skeleton $B/bpf/$*.linked.o name $*_bpf >$@.new
	mv $@.new $@

$B/plugin/input/bpf.o $B/plugin/input/bpf_load.o: $B/bpf/netlog.skel.h $B/bpf/netlog_old.skel.h
$B/plugin/input/bpf.o $B/plugin/input/bpf_load.o: CPPFLAGS += -I$B/bpf

# ---- what a user calls ----

# Built as root by sudo: the owner of the checkout keeps its files.
own = @if [ -n "$$SUDO_UID" ]; then chown -R --from=0 "$$SUDO_UID:$$SUDO_GID" build kpatch; fi

try:	## Shows this machine's connections as they happen (root; DURATION=seconds)
	@tests/need build
	@$(MAKE) -s all
	$(own)
	@DURATION="$(DURATION)" plugin/try.sh

doctor: all	## Checks that this host logs its connections, and prints fixes (root)
	@$B/audisp-netlog --doctor

check:	## Runs every test that this machine can run (VM=0: without virtual machines)
	@tests/need check
	@$(MAKE) -s $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc)) SAN=$(SAN) all tests
	$(own)
	@tests/check $B

tests: unit-tests live-programs vm-programs	## Builds the programs that tests need

-include $(wildcard tests/*/Makefile.inc) packaging/Makefile.inc

# ---- the kernel module ----

module:	## Builds the kernel module for the running kernel
	$(MAKE) -C kpatch
	$(own)

module_install:	## Installs it in /lib/modules
	$(MAKE) -C kpatch install
	$(own)

# Directories, and a list of those that were missing, for uninstall.
D := $(DESTDIR)
OWNDIR = $(PREFIX)/share/audit-netlog
make_dirs = packaging/directories make "$D" $(OWNDIR)/directories

# For `dkms install audit_netlog/$(VERSION)`.
DKMSDIR ?= /usr/src/audit_netlog-$(VERSION)

dkms:	## Puts the module's source where DKMS takes it from
	$(make_dirs) 755 $(OWNDIR) $(DKMSDIR)
	$(INSTALL) -m 644 VERSION kpatch/Makefile kpatch/Kbuild kpatch/*.[ch] $D$(DKMSDIR)
	sed 's|@VERSION@|$(VERSION)|' kpatch/dkms.conf.in > $D$(DKMSDIR)/dkms.conf

# ---- install ----

# auditctl stops at the name of a call that the architecture does not have.
RULES_AARCH64 := -e '/arch=b64/s/dup2,//' -e '/arch=b64/s/fork,vfork,//'

install: all	## Installs programs, rules, manual pages and configuration (DESTDIR, PREFIX)
	$(make_dirs) 755 $(OWNDIR) $(SBINDIR) $(BINDIR) $(RULESDIR) $(DOCDIR) \
		$(MANDIR)/man4 $(MANDIR)/man5 $(MANDIR)/man7 $(MANDIR)/man8 $(SYSCONFDIR)
	$(make_dirs) 750 $(SYSCONFDIR)/audit/plugins.d
	$(INSTALL) -m 750 $B/audisp-netlog $D$(SBINDIR)
	$(INSTALL) -m 755 $B/aunetlog $D$(BINDIR)
	$(INSTALL) -m 644 rules/*.rules $D$(RULESDIR)
	$(if $(filter aarch64-%,$(shell $(CC) -dumpmachine)),sed -i $(RULES_AARCH64) $D$(RULESDIR)/31-netlog-close.rules)
	$(INSTALL) -m 644 README.md BENCHMARKS.md CONTRIBUTING.md SECURITY.md COPYING $D$(DOCDIR)
	$(INSTALL) -m 644 rules/README.md $D$(DOCDIR)/README.rules.md
	mkdir -p build/man
	for p in man/*.[0-9]; do \
		sed '/^\.TH /s/"*audit-netlog"*/"audit-netlog $(VERSION)"/' $$p > build/$$p && \
		$(INSTALL) -m 644 build/$$p $D$(MANDIR)/man$${p##*.}/ || exit 1; done
	sed 's|@SBINDIR@|$(SBINDIR)|' plugin/netlog.conf.in > build/netlog.conf
	test -e $D$(SYSCONFDIR)/audit/plugins.d/netlog.conf || \
		$(INSTALL) -m 640 build/netlog.conf $D$(SYSCONFDIR)/audit/plugins.d/netlog.conf
	test -e $D$(SYSCONFDIR)/audit/audisp-netlog.conf || \
		$(INSTALL) -m 640 plugin/audisp-netlog.conf $D$(SYSCONFDIR)/audit/audisp-netlog.conf
	@[ "$D$(SYSCONFDIR)" != /etc ] || [ -d /var/log/audit-netlog ] || \
		$(INSTALL) -d -m 2750 -g adm /var/log/audit-netlog
	$(own)
	@echo "installed. To start the plugin: auditctl --signal HUP. To load the rules: auditctl -R $(RULESDIR)/30-netlog.rules"

# Configuration that was changed stays, and so do logs.
uninstall:	## Removes what install, install-extras and dkms put there, and names what stays
	[ -n "$D" ] || [ ! -e /var/lib/audit-netlog/setup.undo ] || $(SBINDIR)/audisp-netlog --setup --undo || true
	rm -f $D$(SBINDIR)/audisp-netlog $D$(BINDIR)/aunetlog
	for p in man/*.[0-9]; do rm -f $D$(MANDIR)/man$${p##*.}/$${p##*/}; done
	rm -rf $D$(RULESDIR) $D$(DOCDIR) $D$(DKMSDIR) $D$(FLEETDIR)
	rm -f $D$(SHAREDIR)/bash-completion/completions/aunetlog $D$(SHAREDIR)/bash-completion/completions/audisp-netlog
	rm -f $D$(SYSCONFDIR)/logrotate.d/audit-netlog
	rm -f $D$(SYSCONFDIR)/audit/plugins.d/netlog.conf
	cmp -s plugin/audisp-netlog.conf $D$(SYSCONFDIR)/audit/audisp-netlog.conf && \
		rm -f $D$(SYSCONFDIR)/audit/audisp-netlog.conf || true
	packaging/directories remove "$D" $(OWNDIR)/directories
	@rmdir $D/var/log/audit-netlog 2>/dev/null || true
	@echo "removed. To end the plugin: auditctl --signal HUP. To remove loaded rules: auditctl -D -k netlog"
	@ls $D$(SYSCONFDIR)/audit/rules.d/*netlog*.rules 2>/dev/null | \
		sed 's/$$/ is loaded at every boot: delete it and run augenrules --load/'
	@ls -d $D/lib/modules/*/*/audit_netlog.ko* $D/lib/modules/*/*/*/audit_netlog.ko* 2>/dev/null | \
		sed 's/$$/ is installed: dkms remove audit_netlog\/$(VERSION) --all, or delete it and run depmod -a/' || true
	@[ -n "$D" ] || [ ! -e /sys/module/audit_netlog ] || echo "The module is loaded: rmmod audit_netlog"
	@stays=$$(ls -d $D$(SYSCONFDIR)/audit/audisp-netlog.conf $D/var/log/audit-netlog $D/var/lib/audit-netlog \
		$D/var/cache/audit-netlog $D/run/audisp-netlog.state $D$(SYSCONFDIR)/modules-load.d/audit_netlog.conf 2>/dev/null); \
		[ -z "$$stays" ] || echo "Configuration, logs and state stay. To delete them: rm -r" $$stays

clean:	## Removes build/
	rm -rf build

-include $(wildcard $B/bpf/*.d $B/parser/*.d $B/parser/*/*.d $B/plugin/*.d $B/plugin/*/*.d $B/tests/*/*.d)

.PHONY: all help clean try doctor check tests module module_install dkms install uninstall
