# make            quiet build of quanzud, quanzu and quanzu-modemsim into build/
# make check      every test            make asan     the same under ASan and UBSan
# make lint       format, cppcheck, clang-tidy, gcc -fanalyzer, shellcheck
# make fuzz T=60  each fuzz target for T seconds
# make torture    power cuts, kills, failing calls, the long version
# make bench      figures with their ratio to a named limit
# make install DESTDIR= PREFIX=/usr

B        ?= build
PREFIX   ?= /usr
T        ?= 60
CC       ?= gcc
PKGS      = libuv libmicrohttpd libcurl sqlite3 libconfig libserialport jansson libcrypto xlsxwriter \
            libzip expat libutf8proc libsystemd
CPPFLAGS += -D_GNU_SOURCE -Iinclude $(shell pkg-config --cflags $(PKGS))
OPT      ?= -O2 -g
CFLAGS    = -std=c11 -fPIE $(OPT) $(WARN) $(HARD) $(SAN)
WARN      = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion \
            -Wformat=2 -Wvla -Wundef -Werror
HARD      = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong
LDFLAGS  += -pie -Wl,-z,relro,-z,now $(SAN)
LDLIBS    = $(shell pkg-config --libs $(PKGS)) -lpthread -ldl -lm

# A room is a folder; a program is the rooms it names plus one main file.
MAINS    := daemon/main.c daemon/cli/main.c daemon/sim/main.c
SOURCES  := $(filter-out $(MAINS),$(wildcard daemon/*.c daemon/*/*.c daemon/*/*/*.c))
OBJECTS  := $(SOURCES:%.c=$(B)/%.o)
PROGRAMS := $(B)/quanzud $(B)/quanzu $(B)/quanzu-modemsim
TESTS    := $(patsubst tests/%.c,$(B)/%,$(wildcard tests/test_*.c))
BENCHES  := $(patsubst tests/%.c,$(B)/%,$(wildcard tests/bench_*.c))
HELPERS  := $(filter-out $(wildcard tests/test_*.c tests/fuzz_*.c tests/bench_*.c tests/torture_*.c),\
              $(wildcard tests/*.c))

all: $(PROGRAMS)

$(B)/libquanzu.a: $(OBJECTS)
	@rm -f $@ && ar rcsP $@ $^

$(B)/quanzud: $(B)/daemon/main.o $(B)/libquanzu.a
$(B)/quanzu: $(B)/daemon/cli/main.o $(B)/libquanzu.a
$(B)/quanzu-modemsim: $(B)/daemon/sim/main.o $(B)/libquanzu.a
$(PROGRAMS):
	@echo "  LD    $(@F)" && $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC    $<" && $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/test_% $(B)/bench_% $(B)/torture_%: CPPFLAGS += -Itests
$(B)/test_%: $(B)/tests/test_%.o $(HELPERS:%.c=$(B)/%.o) $(B)/libquanzu.a
	@echo "  LD    $(@F)" && $(CC) $(CFLAGS) $(LDFLAGS) -rdynamic -o $@ $^ -lcmocka $(LDLIBS)
$(B)/bench_%: $(B)/tests/bench_%.o $(HELPERS:%.c=$(B)/%.o) $(B)/libquanzu.a
	@echo "  LD    $(@F)" && $(CC) $(CFLAGS) $(LDFLAGS) -rdynamic -o $@ $^ -lcmocka $(LDLIBS)
$(B)/torture_%: $(B)/tests/torture_%.o $(HELPERS:%.c=$(B)/%.o) $(B)/libquanzu.a
	@echo "  LD    $(@F)" && $(CC) $(CFLAGS) $(LDFLAGS) -rdynamic -o $@ $^ -lcmocka $(LDLIBS)
$(B)/tests/%.o: CPPFLAGS += -Itests

$(B)/fuzz_%: $(B)/tests/fuzz_%.o $(B)/tests/zipper.o $(B)/libquanzu.a
	@echo "  LD    $(@F)" && $(CC) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

-include $(shell test -d $(B) && find $(B) -name '*.d')
.SECONDARY:

# -- tests ---------------------------------------------------------------------------------
# One runner for all: it counts what each program says in TAP and shows only what failed.
# (gcc's warnings of flow are not to be had together with its sanitizers.)
ASAN     = -fsanitize=address,undefined -fno-sanitize-recover=all -Wno-format-truncation \
           -Wno-maybe-uninitialized -Wno-stringop-overflow
FUZZSAN  = -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
FUZZERS := $(patsubst tests/%.c,%,$(wildcard tests/fuzz_*.c))

tests: $(PROGRAMS) $(TESTS)
check: tests
	@B=$(B) tests/run.py
asan-tests:
	@$(MAKE) --no-print-directory B=build/asan OPT='-O1 -g' SAN='$(ASAN)' tests
asan: asan-tests
	@B=build/asan tests/run.py
fuzzers:
	@$(MAKE) --no-print-directory B=build/fuzz CC=clang OPT='-O1 -g' SAN='$(FUZZSAN)' \
		$(FUZZERS:%=build/fuzz/%)
fuzz: fuzzers
	@tests/run.py --only-fuzz --fuzz-seconds $(T)
bench: $(PROGRAMS) $(BENCHES)
	@B=$(B) tests/bench.py
torture: tests
	@B=$(B) TORTURE=long tests/run.py --match 'torture|powercut|fault|kill'

# -- looking after ourselves ------------------------------------------------------------------
FORMATTED := $(shell git ls-files 'daemon/*.c' 'include/*.h' 'tests/*.c' 'tests/*.h' 2>/dev/null)
CPPCHECK   = --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability \
             --library=posix,sqlite3,openssl,libcurl --inline-suppr --suppress=missingIncludeSystem \
             --suppress=readdirCalled \
             --include=$(shell pkg-config --variable=includedir jansson)/jansson.h -Iinclude
# (readdirCalled: one stream belongs to one thread; glibc wants no readdir_r() any more.
# jansson.h is named for its loop macros, which cppcheck could not read otherwise.)
# malloc-leak of gcc 12 loses sight of what an array or a handle keeps; LeakSanitizer looks at each test.
ANALYZER   = -O1 -fanalyzer -Werror -Wno-analyzer-malloc-leak
LINTED    := $(patsubst %.c,$(B)/lint/%.ok,$(SOURCES) $(MAINS))

format:
	@clang-format -i $(FORMATTED)
format-check:
	@clang-format --dry-run -Werror $(FORMATTED)
# Only what has changed since the last time; the checks of clang-tidy stand in .clang-tidy.
$(B)/lint/%.ok: %.c .clang-tidy
	@mkdir -p $(@D)
	@echo "  LINT  $<"
	@clang-tidy --quiet --warnings-as-errors='*' $< -- -std=c11 $(CPPFLAGS) 2>$@.log || \
		{ cat $@.log >&2; exit 1; }
	@gcc $(CPPFLAGS) -std=c11 $(ANALYZER) -MMD -MP -MF $(@:.ok=.d) -MT $@ -c $< -o /dev/null
	@touch $@
lint: format-check $(LINTED)
	@mkdir -p $(B)/lint/cppcheck
	@cppcheck $(CPPCHECK) --cppcheck-build-dir=$(B)/lint/cppcheck daemon
	@shellcheck $(filter-out scripts/demo,$(wildcard scripts/*)) .ci/run
	@mandoc -T lint -W warning docs/*.[158] >/dev/null

# -- install ------------------------------------------------------------------------------------
I = install -D -m
install: $(PROGRAMS)
	$(I) 755 $(B)/quanzud $(DESTDIR)$(PREFIX)/sbin/quanzud
	$(I) 755 $(B)/quanzu $(DESTDIR)$(PREFIX)/bin/quanzu
	$(I) 755 $(B)/quanzu-modemsim $(DESTDIR)$(PREFIX)/bin/quanzu-modemsim
	$(I) 640 conf/quanzud.conf $(DESTDIR)/etc/quanzu/quanzud.conf
	$(I) 644 systemd/quanzud.service $(DESTDIR)/usr/lib/systemd/system/quanzud.service
	$(I) 644 systemd/cloud.conf.example \
		$(DESTDIR)/usr/lib/systemd/system/quanzud.service.d/cloud.conf.example
	$(I) 644 systemd/quanzu.sysusers $(DESTDIR)/usr/lib/sysusers.d/quanzu.conf
	$(I) 644 systemd/quanzu.tmpfiles $(DESTDIR)/usr/lib/tmpfiles.d/quanzu.conf
	$(I) 644 systemd/78-quanzu.rules $(DESTDIR)/usr/lib/udev/rules.d/78-quanzu.rules
	$(I) 644 docs/quanzud.8 $(DESTDIR)$(PREFIX)/share/man/man8/quanzud.8
	$(I) 644 docs/quanzu.1 $(DESTDIR)$(PREFIX)/share/man/man1/quanzu.1
	$(I) 644 docs/quanzu-modemsim.1 $(DESTDIR)$(PREFIX)/share/man/man1/quanzu-modemsim.1
	$(I) 644 docs/quanzud.conf.5 $(DESTDIR)$(PREFIX)/share/man/man5/quanzud.conf.5

.PHONY: all tests check asan asan-tests fuzz fuzzers bench torture format format-check lint install clean
clean:
	rm -rf $(B)
