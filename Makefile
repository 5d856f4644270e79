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

-include $(shell test -d $(B) && find $(B) -name '*.d')
.SECONDARY:
.PHONY: all clean
clean:
	rm -rf $(B)
