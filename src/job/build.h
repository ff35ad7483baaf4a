/* SPDX-License-Identifier: MIT
 *
 * Building: from wanted outputs of derivations to valid store paths. build_plan() finds what must
 * be done, build_paths() does it: sources, substitutions and sandboxed builds side by side in one
 * poll loop, outputs whole or absent, registered together.
 *
 * When everything wanted is valid nothing below is looked at. */
#pragma once

#include "plan/plan.h"
#include "sandbox/builtin.h"

struct report;
struct ladder;

enum sandbox_mode {
	SANDBOX_ON,
	SANDBOX_RELAXED, /* derivations with __noChroot build without one */
	SANDBOX_OFF,
};

enum build_log_mode {
	BUILD_LOG_TAIL,     /* shown only when a builder fails */
	BUILD_LOG_RAW,      /* every line as it comes (nix-build) */
	BUILD_LOG_PREFIXED, /* every line behind its derivation's name (-L) */
};

/* Of build_options.jobs: whatever has to be built is refused. */
#define BUILD_JOBS_NONE UINT32_MAX

/* Conditions of a build that must not matter, as reprotest(1) varies them; all else that it varies
 * (user, home, environment, PATH) a sandbox keeps the same.
 * X(id, name, what a builder finds, what helps) */
#define BUILD_VARIATIONS(X)                                                                       \
	X(CORES, "cores", "NIX_BUILD_CORES is 1, or 4 where it is 1",                             \
	  "divide the work the same way, however many do it")                                     \
	X(HASH_SEED, "hash-seed", "other hash seeds of Python and Perl",                          \
	  "sort what comes out of sets and hashes")                                               \
	X(LOCALE, "locale", "LC_ALL=C.UTF-8 and a LANGUAGE", "set LC_ALL for what depends on it") \
	X(TIME_ZONE, "time-zone", "a time zone 14 hours ahead", "write times in UTC: date -u")    \
	X(UMASK, "umask", "files are made for their owner alone",                                 \
	  "set the mode by install -m or chmod, not by the umask")                                \
	X(BUILD_PATH, "build-path", "another build folder",                                       \
	  "give the compiler -ffile-prefix-map=$NIX_BUILD_TOP=., or leave such files out")        \
	X(HOST, "host", "another name of the host", "leave the name of the host out")             \
	X(KERNEL, "kernel", "uname tells another release",                                        \
	  "leave the kernel's release out: what is built runs on others")                         \
	X(ADDRESSES, "addresses", "memory lies at random addresses",                              \
	  "print an object's name or value, and sort by these, not by where it lies")             \
	X(FOLDER_ORDER, "folder-order", "folders list their files in another order",              \
	  "sort what a folder lists before it is used")
enum build_vary {
#define X(id, name, text, cure) VARY_INDEX_##id,
	BUILD_VARIATIONS(X)
#undef X
		VARY_COUNT,
#define X(id, name, text, cure) VARY_##id = 1 << VARY_INDEX_##id,
	BUILD_VARIATIONS(X)
#undef X
		VARY_ALL = (1 << VARY_COUNT) - 1,
};

/* All zero is a good default. Everything is borrowed for the call. */
struct build_options {
	unsigned jobs;  /* builds at once; 0: one a core; or BUILD_JOBS_NONE */
	unsigned cores; /* NIX_BUILD_CORES; 0: all of the machine */
	bool keep_failed, keep_going;
	bool fallback;     /* build what a substituter failed to bring */
	bool check;        /* build again what is valid, and compare */
	bool keep_check;   /* with check: what differs is no failure, but left as PATH.check */
	unsigned vary;     /* with check: conditions that are others than usual; enum build_vary */
	const char *order; /* where build folders are for VARY_FOLDER_ORDER: other_order_find() */
	bool offline;      /* what a builder of a fixed output does has no network either */
	bool repair;       /* with check: what is the same takes the place of what was altered */
	enum sandbox_mode sandbox;
	enum build_log_mode log;
	unsigned log_lines;               /* of a failed build's log; 0: 25 */
	unsigned max_silent_s, timeout_s; /* 0: no limit */
	const char *system;               /* NULL: this machine's, "x86_64-linux" */
	const char *const *platforms;     /* systems that run here, too, NULL terminated, or NULL */
	const char *const *features;      /* system features beyond the usual, NULL terminated */
	/* Extra paths of the sandbox, "inside=outside" or one path for both; a trailing '?' makes
	 * it optional. */
	const char *const *binds;
	size_t n_binds;
	const struct builtin_builder *builtins;
	size_t n_builtins;
	const struct sandbox_shell *sandbox_shell; /* of programs; NULL: no /bin/sh */
	struct substituter *substituter;           /* or NULL */
	struct ladder *ladder;                     /* NULL: made from configuration when needed */
};

/* plan_make() of these options, for whom a plan must tell whether a /bin/sh is needed at all:
 * plan_finish() is given it, and then jobs_run() works the plan off. Strings live in the arena. */
ATTR_MUST_CHECK errint build_plan_make(struct store *s, struct arena *a,
				       const struct build_wanted *w, size_t n,
				       const struct build_options *o, struct plan *out,
				       struct err *err);
/* What would be done. */
ATTR_MUST_CHECK errint build_plan(struct store *s, struct arena *a, const struct build_wanted *w,
				  size_t n, const struct build_options *o, struct build_plan *out,
				  struct err *err);

/* Makes everything wanted valid. With keep_going all failures but the first are told to the report
 * when they happen. The error of a builder is ERR_BUILD with the end of its log as detail, or
 * ERR_TIMEOUT; ERR_MISMATCH is a fixed output's wrong hash, ERR_DIFFERS a difference found by
 * check. err->status tells of all failures together, as Nix's exit status does. */
ATTR_MUST_CHECK errint build_paths(struct store *s, const struct build_wanted *w, size_t n,
				   const struct build_options *o, struct report *report,
				   struct err *err);
/* The store paths behind what is wanted, in its order. */
ATTR_MUST_CHECK errint build_wanted_paths(struct store *s, struct arena *a,
					  const struct build_wanted *w, size_t n, struct str **out,
					  size_t *n_out, struct err *err);
/* The log of a .drv's last build here; ERR_NOT_FOUND. */
ATTR_MUST_CHECK errint build_log_read(struct store *s, struct str drv_path, struct buf *out,
				      struct err *err);
