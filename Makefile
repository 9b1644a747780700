# SPDX-License-Identifier: GPL-2.0-or-later
# audit-netlog. Targets: all, try, check, install, uninstall, module,
# module_install, bench-parse, golden, clean. SAN=1 builds with ASan and UBSan.

VERSION = 0.1

PREFIX ?= /usr
SYSCONFDIR ?= /etc
SBINDIR ?= $(PREFIX)/sbin
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
override CFLAGS += -std=gnu11 -Wall -Wextra -Wno-missing-field-initializers -Wno-override-init \
	-fstack-protector-strong -D_FORTIFY_SOURCE=2 -D_GNU_SOURCE -I. \
	-DNETLOG_VERSION='"$(VERSION)"' -DSYSCONFDIR='"$(SYSCONFDIR)"'
ifeq ($(SAN),1)
override CFLAGS := $(filter-out -D_FORTIFY_SOURCE=2,$(CFLAGS)) $(SANFLAGS)
endif

# A new file in one of the folders is built without a change here.
PARSER := $(wildcard parser/*.c parser/audit/*.c parser/track/*.c parser/entry/*.c)
QUERY := $(wildcard parser/query/*.c)
PLUGIN := $(wildcard plugin/*.c plugin/*/*.c)

PARSER_O := $(PARSER:%.c=$B/%.o)
QUERY_O := $(QUERY:%.c=$B/%.o)
PLUGIN_O := $(PLUGIN:%.c=$B/%.o)

PARSER_LIBS := -lauparse -laudit
PLUGIN_LIBS := $(PARSER_LIBS) -lcap-ng -lmnl -lpthread

all: $B/audisp-netlog $B/aunetlog

$B/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$B/libnetlog.a: $(PARSER_O)
	$(AR) rcs $@ $^

$B/audisp-netlog: $(PLUGIN_O) $B/libnetlog.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PLUGIN_LIBS)

$B/aunetlog: $(QUERY_O) $B/libnetlog.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PARSER_LIBS)

# ---- what a user calls ----

# Built as root by sudo: the owner of the checkout keeps its files.
own = @if [ -n "$$SUDO_UID" ]; then chown -R "$$SUDO_UID:$$SUDO_GID" build; fi

try:
	@tests/need build
	@$(MAKE) -s all
	$(own)
	@plugin/try.sh

check:
	@tests/need check
	@$(MAKE) -s SAN=$(SAN) all tests
	$(own)
	@tests/check $B

tests: unit-tests live-programs vm-programs

-include tests/unit/Makefile.inc tests/live/Makefile.inc
-include tests/peers/Makefile.inc tests/storm/Makefile.inc
-include tests/fuzz/Makefile.inc tests/bench/Makefile.inc tests/golden/Makefile.inc tests/vm/Makefile.inc

# ---- the kernel module ----

module:
	$(MAKE) -C kpatch

module_install:
	$(MAKE) -C kpatch install

# ---- install ----

D := $(DESTDIR)

install: all
	$(INSTALL) -d -m 755 $D$(SBINDIR) $D$(RULESDIR) $D$(DOCDIR) \
		$D$(MANDIR)/man4 $D$(MANDIR)/man5 $D$(MANDIR)/man7 $D$(MANDIR)/man8
	$(INSTALL) -d -m 750 $D$(SYSCONFDIR)/audit $D$(SYSCONFDIR)/audit/plugins.d
	$(INSTALL) -m 755 $B/audisp-netlog $B/aunetlog $D$(SBINDIR)
	for r in rules/*.rules; do \
		sed 's|/usr/sbin/audisp-netlog|$(SBINDIR)/audisp-netlog|' $$r \
			> build/$${r##*/} && \
		$(INSTALL) -m 644 build/$${r##*/} $D$(RULESDIR) || exit 1; done
	$(INSTALL) -m 644 README.md COPYING $D$(DOCDIR)
	$(INSTALL) -m 644 rules/README.md $D$(DOCDIR)/README.rules.md
	for p in man/*.[0-9]; do $(INSTALL) -m 644 $$p $D$(MANDIR)/man$${p##*.}/ || exit 1; done
	sed 's|@SBINDIR@|$(SBINDIR)|' plugin/netlog.conf.in > build/netlog.conf
	test -e $D$(SYSCONFDIR)/audit/plugins.d/netlog.conf || \
		$(INSTALL) -m 640 build/netlog.conf $D$(SYSCONFDIR)/audit/plugins.d/netlog.conf
	test -e $D$(SYSCONFDIR)/audit/audisp-netlog.conf || \
		$(INSTALL) -m 640 plugin/audisp-netlog.conf $D$(SYSCONFDIR)/audit/audisp-netlog.conf

# Configuration that was changed stays.
uninstall:
	rm -f $D$(SBINDIR)/audisp-netlog $D$(SBINDIR)/aunetlog
	for p in man/*.[0-9]; do rm -f $D$(MANDIR)/man$${p##*.}/$${p##*/}; done
	rm -rf $D$(RULESDIR) $D$(DOCDIR)
	-rmdir $D$(PREFIX)/share/audit-netlog
	rm -f $D$(SYSCONFDIR)/audit/plugins.d/netlog.conf
	cmp -s plugin/audisp-netlog.conf $D$(SYSCONFDIR)/audit/audisp-netlog.conf && \
		rm -f $D$(SYSCONFDIR)/audit/audisp-netlog.conf || true

clean:
	rm -rf build

-include $(wildcard $B/parser/*.d $B/parser/*/*.d $B/plugin/*.d $B/plugin/*/*.d $B/tests/*/*.d)

.PHONY: all clean try check tests module module_install install uninstall \
	unit-tests
