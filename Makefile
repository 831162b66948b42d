# leadfit. `make help` says what there is.
# SPDX-License-Identifier: GPL-3.0-or-later

BUILD  ?= build
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
DESTDIR ?=

# All cores, unless -j was given.
ifeq (,$(filter -j% --jobserver%,$(MAKEFLAGS)))
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif
MAKEFLAGS += --no-builtin-rules
# Commands are shown short; V=1 shows them whole.
run = $(if $(V),$(2),@echo '$(1) $@' && $(2))
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := all

# ---- what is needed -----------------------------------------------------------------------------------
# Debian 12 package names. The first list builds and runs leadfit; the second is for tests, lint and sanitizers.

PACKAGES_BUILD := build-essential make pkg-config libgsl-dev libopenblas-pthread-dev libcsv-dev libjansson-dev \
  libyaml-dev zlib1g-dev libzstd-dev libpcre2-dev libxxhash-dev libssl-dev curl ca-certificates
PACKAGES_TEST := libcmocka-dev python3 zstd locales clang clang-format clang-tidy cppcheck libclang-rt-14-dev \
  libomp-14-dev chromium python3-jsonschema python3-yaml dpkg-dev doxygen python3-venv mandoc zsh fish gcovr valgrind
PACKAGES_SOURCES := postgresql openjdk-17-jre-headless
PACKAGES := $(PACKAGES_BUILD) $(PACKAGES_TEST)

# Where deps is asked for together with other goals, it comes first.
FIRST := $(filter deps,$(MAKECMDGOALS))

# ---- flags --------------------------------------------------------------------------------------------

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
# `omp simd` is a hint: clang warns where, without optimisation or with a sanitizer, it does not follow it.
WARN += -Wno-pass-failed
# No contraction into fused multiply-add: the same bits on every machine.
# The library shows what include/leadfit.h declares and nothing else; tests and the program use the static one. No folder of this
# machine stands in what is built: the same sources give the same bytes wherever they lie.
BASE_CFLAGS := -std=c17 -D_GNU_SOURCE -g $(WARN) -fopenmp -fPIC -fvisibility=hidden -fno-semantic-interposition -ffp-contract=off \
  -ffile-prefix-map=$(abspath $(BUILD))=build -ffile-prefix-map=$(CURDIR)=. -Iinclude -Isrc -I$(abspath $(BUILD))/gen
HARDENING := -fstack-protector-strong -D_FORTIFY_SOURCE=2

# Asked once, when first used: `make deps all` must not ask before pkg-config is there. OpenBLAS is the build for threads, found beside
# its siblings whatever the machine's alternatives say: Debian's serial build shares its buffers without a lock, so that two of
# our threads that call it at once corrupt each other's results. base/parallel.c keeps it to the thread that calls it.
PKGS := jansson yaml-0.1 zlib libzstd libpcre2-8 libxxhash libcrypto
# Libraries of databases are built in where they are; without one, its addresses are refused by name. DATABASES= builds without.
DATABASES ?= libpq sqlite3 odbc
PACKAGES_SOURCES += libpq-dev libsqlite3-dev unixodbc-dev odbc-postgresql libsqliteodbc
FOUND = $(eval FOUND := $$(shell for p in $$(DATABASES); do if pkg-config --exists $$$$p; then echo $$$$p; fi; done))$(FOUND)
DATABASE_CFLAGS = $(if $(filter libpq,$(FOUND)),-DLF_HAVE_LIBPQ) $(if $(filter sqlite3,$(FOUND)),-DLF_HAVE_SQLITE3) \
  $(if $(filter odbc,$(FOUND)),-DLF_HAVE_ODBC) $(if $(FOUND),$(shell pkg-config --cflags $(FOUND)))
BLAS = $(eval BLAS := /usr/lib/$$(shell gcc -print-multiarch)/openblas-pthread)$(BLAS)
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags gsl $$(PKGS)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $$(shell pkg-config --libs $$(PKGS) $$(FOUND)))$(PKG_LIBS)
# OpenBLAS stands before GSL's own cblas in the search order (libgsl pulls that one in), so GSL calls OpenBLAS.
LIBS = -L$(BLAS) -Wl,-rpath,$(BLAS) -lgsl -Wl,--push-state,--no-as-needed -lopenblas \
  -Wl,--pop-state -lcsv $(PKG_LIBS) -lm

# A build folder per mode: release in $(BUILD), the others inside it.
MODES := release asan tsan fuzz coverage analyze
DIR.release := $(BUILD)
DIR.asan := $(BUILD)/asan
DIR.tsan := $(BUILD)/tsan
DIR.fuzz := $(BUILD)/fuzz
DIR.coverage := $(BUILD)/coverage
DIR.analyze := $(BUILD)/analyze
CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
CC.release := $(CC)
CC.asan := gcc
CC.tsan := clang
CC.fuzz := clang
CC.coverage := gcc
CC.analyze := gcc
CFLAGS.release := -O2 $(HARDENING) $(CFLAGS)
# Lines are enough for their traces, and compile a quarter faster.
CFLAGS.asan := -O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
CFLAGS.tsan := -O1 -g1 -fno-omit-frame-pointer -fsanitize=thread
CFLAGS.fuzz := -O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all
CFLAGS.coverage := -O1 -g1 --coverage -fprofile-update=atomic -DLF_ONE_CLONE
CFLAGS.analyze := -O1 -g0 -fanalyzer
LDFLAGS.release := -pie -Wl,-z,relro,-z,now $(LDFLAGS)
LDFLAGS.asan := -fsanitize=address,undefined
LDFLAGS.tsan := -fsanitize=thread
LDFLAGS.fuzz := -fsanitize=address,undefined
LDFLAGS.coverage := --coverage

# ---- sources ------------------------------------------------------------------------------------------

SRC := $(sort $(wildcard src/*/*.c))
SRC_CLI := $(filter src/cli/%,$(SRC))
SRC_LIB := $(filter-out src/cli/%,$(SRC))
TEST_SRC := $(sort $(wildcard tests/unit/test_*.c tests/conformance/test_*.c))
# What tests of one folder share: every other source there is linked to each of them.
TEST_SHARED := $(sort $(filter-out $(TEST_SRC),$(wildcard tests/unit/*.c tests/conformance/*.c)))
GENERATE_SRC := $(sort $(wildcard datasets/*.c))
BENCH_SRC := $(sort $(wildcard bench/*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
# Files that are embedded: each becomes a list of bytes, included as "room/file.inc". Scripts, the chart libraries among them, have
# their hash beside them as a text ("room/file.sha256"): the report's policy lets those scripts run and no other.
EMBEDDED := $(patsubst src/%,$(BUILD)/gen/%.inc,$(sort $(wildcard src/*/*.css src/*/*.js))) $(BUILD)/gen/report/vega.js.inc \
  $(patsubst src/%,$(BUILD)/gen/%.sha256,$(sort $(wildcard src/*/*.js))) $(BUILD)/gen/report/vega.js.sha256
HEADERS := $(sort $(wildcard include/*.h src/*/*.h))
VERSION = $(shell sed -n 's/^.define LEADFIT_VERSION "\(.*\)"/\1/p' include/leadfit.h)

# ---- goals --------------------------------------------------------------------------------------------

.PHONY: all deps deps-sources deps-notebooks demo test check-all coverage lint asan tsan fuzz analyze valgrind bench browser documents deb check-reproducible apidoc notebooks \
  install uninstall clean help format FORCE

all: $(if $(SRC_CLI),$(BUILD)/leadfit) $(BUILD)/libleadfit.a $(BUILD)/libleadfit.so

help:
	@echo 'make            build/leadfit, build/libleadfit.a, build/libleadfit.so'
	@echo 'make deps       install what building and testing needs (Debian 12; nothing where it is there)'
	@echo 'make deps-sources  also the databases and engines that tests of other sources run'
	@echo 'make deps-notebooks  also Jupyter and what the notebooks import, from PyPI'
	@echo 'make demo       fit the sample history, say where the report is'
	@echo 'make test       every test; the last line is "N passed, N failed"'
	@echo 'make lint       formatting, clang-tidy, cppcheck, the order of the rooms, lengths'
	@echo 'make asan tsan  the tests under AddressSanitizer+UBSan, the threaded ones under ThreadSanitizer'
	@echo 'make coverage   lines and branches of src/ that the core tests run (gcovr)'
	@echo 'make documents  every document word by word in a clean copy, its make, too'
	@echo 'make analyze    gcc -fanalyzer over every source'
	@echo 'make valgrind   the unit tests and some commands under memcheck'
	@echo 'make check-all  $(CHECKS): more than an hour'
	@echo 'make fuzz       the fuzzers, a short while each (FUZZ_SECONDS=20)'
	@echo 'make browser    the report opened in headless Chromium'
	@echo 'make bench      timings beside peers and floors, and docs/performance.md (BENCH="read plain": only these)'
	@echo 'make notebooks  run notebooks/*.ipynb and keep what they show (make deps-notebooks)'
	@echo 'make apidoc     build/apidoc: the API reference, by Doxygen'
	@echo 'make deb        build/deb/*.deb: leadfit, libleadfit0, libleadfit-dev'
	@echo 'make check-reproducible    the same sources elsewhere give the same bytes'
	@echo 'make install uninstall     PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)'
	@echo 'make format clean'
	@echo 'BUILD=FOLDER builds elsewhere; CC=clang another compiler; CFLAGS=… LDFLAGS=… add to ours; V=1 shows commands'

deps:
	@tools/install-packages $(PACKAGES)
	@tools/charts/fetch

deps-sources: deps
	@tools/install-packages $(PACKAGES_SOURCES)
	@tools/install-engines

deps-notebooks: deps
	@tools/install-notebooks >/dev/null

demo: all $(BUILD)/generate
	@tools/demo $(BUILD)

# cmocka programs of one mode: $(call tests_of,asan)
tests_of = $(TEST_SRC:%.c=$(DIR.$(1))/%)

test: all $(BUILD)/generate $(BUILD)/tests/faults.so $(BUILD)/tests/odbc.so $(BUILD)/tests/browser/page $(call tests_of,release)
	@tests/run $(BUILD)

asan: $(if $(SRC_CLI),$(DIR.asan)/leadfit) $(DIR.asan)/generate $(call tests_of,asan)
	@tests/run --mode asan $(DIR.asan)

tsan: $(if $(SRC_CLI),$(DIR.tsan)/leadfit) $(DIR.tsan)/generate $(call tests_of,tsan)
	@tests/run --mode tsan $(DIR.tsan)

# Every line and branch of src/ that the core tests run; gcovr writes the table.
coverage: $(if $(SRC_CLI),$(DIR.coverage)/leadfit) $(DIR.coverage)/generate $(DIR.coverage)/tests/faults.so $(DIR.coverage)/tests/odbc.so $(call tests_of,coverage)
	@find $(DIR.coverage) -name '*.gcda' -delete
	@tests/run --mode coverage $(DIR.coverage)
	@gcovr --root . --filter src/ --object-directory $(DIR.coverage) --exclude-unreachable-branches --exclude-throw-branches --print-summary \
	  --txt $(DIR.coverage)/lines.txt $(DIR.coverage)

# GCC's analyzer over every source; what it finds is an error. What it takes for one, file by file:
$(DIR.analyze)/obj/src/base/key.o: private CFLAGS.analyze += -Wno-analyzer-shift-count-overflow  # shifts of vectors of eight lanes
$(DIR.analyze)/obj/src/base/memory.o: private CFLAGS.analyze += -Wno-analyzer-null-argument  # a pointer that lf_alloc set by memcpy
# It does not follow that a pointer is set wherever LF_OK came back:
$(DIR.analyze)/obj/src/ingest/database.o $(DIR.analyze)/obj/src/history/project.o: private CFLAGS.analyze += -Wno-analyzer-null-dereference
$(DIR.analyze)/obj/src/fit/rules.o: private CFLAGS.analyze += -Wno-analyzer-null-dereference -Wno-analyzer-malloc-leak
# Buffers that another function fills as far as they are read:
$(DIR.analyze)/obj/src/fit/predictor.o $(DIR.analyze)/obj/src/evidence/linear_boot.o: private CFLAGS.analyze += -Wno-analyzer-use-of-uninitialized-value
analyze: $(SRC:%.c=$(DIR.analyze)/obj/%.o)
	@echo 'analyze: clean'

# The library's tests and a few commands under valgrind's memcheck.
valgrind: $(if $(SRC_CLI),$(BUILD)/leadfit) $(BUILD)/generate $(call tests_of,release)
	@tests/valgrind $(BUILD)

# One after the other, whatever -j says: some of them measure. What failed is named at the end.
CHECKS := lint analyze test asan tsan fuzz coverage documents valgrind
check-all:
	@failed=; for check in $(CHECKS); do \
	  began=$$(date +%s); echo "== $$check"; \
	  $(MAKE) $$check || failed="$$failed $$check"; \
	  echo "== $$check: $$(($$(date +%s) - began)) s"; done; \
	if [ -n "$$failed" ]; then echo "check-all: failed:$$failed"; exit 1; fi; echo 'check-all: nothing failed'

# Every document word by word in a copy of its own, what the quick tests leave out among it: make.
documents: all $(BUILD)/generate
	@tests/run --thorough --only documents/ $(BUILD)

FUZZ_SECONDS ?= 20
fuzz: $(FUZZ_SRC:tests/fuzz/%.c=$(DIR.fuzz)/%)
	@tests/fuzz/run $(DIR.fuzz) $(FUZZ_SECONDS)

bench: all $(BUILD)/generate $(BENCH_SRC:%.c=$(BUILD)/%)
	@tools/bench $(BUILD) $(BENCH)

browser: all $(BUILD)/tests/browser/page
	@tests/browser/run $(BUILD)

lint: $(HEADERS:%=$(BUILD)/lint/%.ok) $(EMBEDDED)
	@tools/lint $(BUILD)

format:
	clang-format -i $(wildcard tests/faults/*.c tests/browser/*.c) $(SRC) $(HEADERS) $(TEST_SRC) $(TEST_SHARED) $(FUZZ_SRC) $(GENERATE_SRC) $(wildcard datasets/*.h)

clean:
	rm -rf $(BUILD)

# ---- rules of one mode --------------------------------------------------------------------------------
# $(1) mode. Objects keep their source's path under obj/. The flags file changes when flags or the list of sources do.

define mode_rules
COMPILE.$(1) = $$(CC.$(1)) $$(BASE_CFLAGS) $$(CFLAGS.$(1)) $$(PKG_CFLAGS)
LINK.$(1) = $$(CC.$(1)) -fopenmp $$(LDFLAGS.$(1))

$$(DIR.$(1))/obj/flags: FORCE | $$(FIRST)
	@mkdir -p $$(@D)
	@echo '$$(COMPILE.$(1)) $$(LINK.$(1)) $$(LIBS) $$(SRC)' > $$@.new
	@if cmp -s $$@.new $$@; then rm $$@.new; else mv $$@.new $$@; fi

# Unoptimised, tests compile in half the time; what they wait for is the library.
$$(addprefix $$(DIR.$(1))/obj/,$$(patsubst %.c,%.o,$$(TEST_SRC) $$(TEST_SHARED))): private CFLAGS.$(1) += -O0 -U_FORTIFY_SOURCE
$$(DIR.$(1))/obj/%.o: %.c $$(DIR.$(1))/obj/flags | $$(EMBEDDED)
	@mkdir -p $$(@D)
	$$(call run,CC  ,$$(COMPILE.$(1)) $$(if $$(filter src/ingest/database%,$$<),$$(DATABASE_CFLAGS)) -MMD -MP -c $$< -o $$@)

$$(DIR.$(1))/libleadfit.a: $$(SRC_LIB:%.c=$$(DIR.$(1))/obj/%.o) $$(DIR.$(1))/obj/flags
	@rm -f $$@
	$$(call run,AR  ,ar rcsD $$@ $$(filter %.o,$$^))

$$(DIR.$(1))/leadfit: $$(SRC_CLI:%.c=$$(DIR.$(1))/obj/%.o) $$(DIR.$(1))/libleadfit.a
	$$(call run,LINK,$$(LINK.$(1)) $$^ $$(LIBS) -o $$@)

$$(DIR.$(1))/generate: $$(GENERATE_SRC:%.c=$$(DIR.$(1))/obj/%.o)
	$$(call run,LINK,$$(LINK.$(1)) $$^ $$(LIBS) -o $$@)

$$(DIR.$(1))/tests/%: $$(DIR.$(1))/obj/tests/%.o $$(TEST_SHARED:%.c=$$(DIR.$(1))/obj/%.o) $$(DIR.$(1))/libleadfit.a
	@mkdir -p $$(@D)
	$$(call run,LINK,$$(LINK.$(1)) $$< $$(filter $$(<D)/%,$$(filter %.o,$$(wordlist 2,999,$$^))) $$(DIR.$(1))/libleadfit.a $$(LIBS) -lcmocka -o $$@)

$$(DIR.$(1))/bench/%: $$(DIR.$(1))/obj/bench/%.o $$(DIR.$(1))/libleadfit.a
	@mkdir -p $$(@D)
	$$(call run,LINK,$$(LINK.$(1)) $$^ $$(LIBS) -o $$@)

-include $$(patsubst %.c,$$(DIR.$(1))/obj/%.d,$$(BENCH_SRC) $$(SRC) tests/browser/page.c $$(TEST_SRC) $$(TEST_SHARED) $$(FUZZ_SRC) $$(GENERATE_SRC))
endef
$(foreach mode,$(MODES),$(eval $(call mode_rules,$(mode))))

define as_bytes
@mkdir -p $(@D)
@od -An -v -tx1 $< | sed 's/ \(..\)/0x\1,/g' > $@
endef

define as_hash
@mkdir -p $(@D)
@printf '"sha256-%s"\n' "$$(sha256sum < $< | cut -c1-64 | tr a-f A-F | basenc --base16 -d | base64)" > $@
endef

$(BUILD)/gen/%.inc: src/%
	$(as_bytes)

$(BUILD)/gen/%.sha256: src/%
	$(as_hash)

$(BUILD)/gen/report/vega.js: $(wildcard tools/charts/*) | $(FIRST)
	@mkdir -p $(@D)
	@tools/charts/bundle $@

$(BUILD)/gen/report/vega.js.inc: $(BUILD)/gen/report/vega.js
	$(as_bytes)

$(BUILD)/gen/report/vega.js.sha256: $(BUILD)/gen/report/vega.js
	$(as_hash)

# Object files of tests are kept.
.SECONDARY:

# Functions that exist for several processors (target_clones) would show in spite of their visibility: a map of names leaves those of
# the header alone.
$(BUILD)/gen/libleadfit.map: include/leadfit.h
	@mkdir -p $(@D)
	@{ echo 'LEADFIT_0 { global:'; sed -n 's/^LF_PUBLIC.*\b\(lf_[a-z_]*\)(.*/\1;/p' $<; echo 'local: *; };'; } > $@

LINK_SHARED = $(CC.release) -fopenmp -shared -Wl,-z,relro,-z,now,-z,defs -Wl,-soname,libleadfit.so.0 \
  -Wl,--version-script=$(BUILD)/gen/libleadfit.map $(LDFLAGS)
$(BUILD)/libleadfit.so: $(SRC_LIB:%.c=$(BUILD)/obj/%.o) $(BUILD)/gen/libleadfit.map $(BUILD)/obj/flags
	$(call run,LINK,$(LINK_SHARED) $(filter %.o,$^) $(LIBS) -o $@)

$(DIR.fuzz)/fuzz_%: $(DIR.fuzz)/obj/tests/fuzz/fuzz_%.o $(DIR.fuzz)/obj/tests/unit/listing.o $(DIR.fuzz)/libleadfit.a
	$(call run,LINK,$(LINK.fuzz) -fsanitize=fuzzer $^ $(LIBS) -o $@)

# Preloaded by tests: calls of the system that fail.
$(BUILD)/tests/faults.so $(DIR.coverage)/tests/faults.so: tests/faults/faults.c tests/faults/aside.c tests/faults/aside.h
$(BUILD)/tests/odbc.so $(DIR.coverage)/tests/odbc.so: tests/faults/odbc.c
$(BUILD)/tests/faults.so $(DIR.coverage)/tests/faults.so $(BUILD)/tests/odbc.so $(DIR.coverage)/tests/odbc.so:
	@mkdir -p $(@D)
	$(call run,LINK,$(CC) -std=c17 -Wall -Wextra -O1 -fPIC -shared $(filter %.c,$^) -o $@ -ldl)

# Every header compiles by itself.
$(BUILD)/lint/%.h.ok: %.h $(BUILD)/obj/flags
	@mkdir -p $(@D)
	@$(COMPILE.release) -fsyntax-only -x c $<
	@touch $@

# ---- install ------------------------------------------------------------------------------------------

SHARE = $(PREFIX)/share
COMPLETIONS := bash-completion/completions/leadfit zsh/site-functions/_leadfit fish/vendor_completions.d/leadfit.fish
COMMANDS = $(shell $(BUILD)/leadfit --help | sed -n 's/^  leadfit \([a-z]*\) .*/\1/p')

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(LIBDIR)/pkgconfig \
	  $(DESTDIR)$(SHARE)/man/man1 $(dir $(COMPLETIONS:%=$(DESTDIR)$(SHARE)/%))
	install -m 755 $(BUILD)/leadfit $(DESTDIR)$(PREFIX)/bin/leadfit
	install -m 644 include/leadfit.h $(DESTDIR)$(PREFIX)/include/leadfit.h
	install -m 644 $(BUILD)/libleadfit.a $(DESTDIR)$(LIBDIR)/libleadfit.a
	install -m 755 $(BUILD)/libleadfit.so $(DESTDIR)$(LIBDIR)/libleadfit.so.$(VERSION)
	ln -sf libleadfit.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libleadfit.so.0
	ln -sf libleadfit.so.0 $(DESTDIR)$(LIBDIR)/libleadfit.so
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR:$(PREFIX)/%=$${prefix}/%)|' -e 's|@VERSION@|$(VERSION)|' tools/leadfit.pc.in \
	  > $(DESTDIR)$(LIBDIR)/pkgconfig/leadfit.pc
	@# manual pages and completions are written by the program from its own tables
	$(BUILD)/leadfit --manual > $(DESTDIR)$(SHARE)/man/man1/leadfit.1
	for command in $(COMMANDS); do \
	  $(BUILD)/leadfit --manual $$command > $(DESTDIR)$(SHARE)/man/man1/leadfit-$$command.1 || exit 1; done
	$(BUILD)/leadfit --completion bash > $(DESTDIR)$(SHARE)/bash-completion/completions/leadfit
	$(BUILD)/leadfit --completion zsh > $(DESTDIR)$(SHARE)/zsh/site-functions/_leadfit
	$(BUILD)/leadfit --completion fish > $(DESTDIR)$(SHARE)/fish/vendor_completions.d/leadfit.fish

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/leadfit $(DESTDIR)$(PREFIX)/include/leadfit.h \
	  $(DESTDIR)$(LIBDIR)/libleadfit.a $(DESTDIR)$(LIBDIR)/libleadfit.so $(DESTDIR)$(LIBDIR)/libleadfit.so.0* \
	  $(DESTDIR)$(LIBDIR)/pkgconfig/leadfit.pc $(DESTDIR)$(SHARE)/man/man1/leadfit.1 $(DESTDIR)$(SHARE)/man/man1/leadfit-*.1 \
	  $(COMPLETIONS:%=$(DESTDIR)$(SHARE)/%)

# ---- packages -----------------------------------------------------------------------------------------

deb: all
	@tools/deb $(BUILD)

check-reproducible: deb
	@tools/check-reproducible $(BUILD)

# ---- documents ----------------------------------------------------------------------------------------

apidoc:
	@tools/apidoc $(BUILD)/apidoc

notebooks: all
	@"$$(tools/install-notebooks)" tools/notebooks $(BUILD)/leadfit notebooks/*.ipynb
