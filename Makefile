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
	-fstack-protector-strong -D_FORTIFY_SOURCE=2 -D_GNU_SOURCE \
	-DNETLOG_VERSION='"$(VERSION)"' -DSYSCONFDIR='"$(SYSCONFDIR)"'
ifeq ($(SAN),1)
override CFLAGS := $(filter-out -D_FORTIFY_SOURCE=2,$(CFLAGS)) $(SANFLAGS)
endif

PARSER := complaint event format lines match process piece sockaddr socket syscalls \
	track track_module track_rules
AUNETLOG := aunetlog aunetlog_options aunetlog_source
PLUGIN := $(patsubst plugin/%.c,%,$(wildcard plugin/*.c))

PARSER_O := $(PARSER:%=$B/parser/%.o)
AUNETLOG_O := $(AUNETLOG:%=$B/parser/%.o)
PLUGIN_O := $(PLUGIN:%=$B/plugin/%.o)

PARSER_LIBS := -lauparse -laudit
PLUGIN_LIBS := $(PARSER_LIBS) -lcap-ng -linih -lpthread

all: $B/audisp-netlog $B/aunetlog

$B/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$B/libnetlog.a: $(PARSER_O)
	$(AR) rcs $@ $^

$B/audisp-netlog: $(PLUGIN_O) $B/libnetlog.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PLUGIN_LIBS)

$B/aunetlog: $(AUNETLOG_O) $B/libnetlog.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PARSER_LIBS)

clean:
	rm -rf build

-include $(wildcard $B/parser/*.d $B/plugin/*.d $B/tests/*/*.d)

.PHONY: all clean
