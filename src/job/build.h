/* SPDX-License-Identifier: MIT
 *
 * Building: from wanted outputs of derivations to valid store paths. build_plan() finds what must
 * be done, build_paths() does it: sources by the ladder and sandboxed builds side by side
 * in one poll loop, outputs whole or absent, registered together.
 *
 * When everything wanted is valid nothing below is looked at. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "sandbox/builtin.h"
#include "store/store.h"

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

/* /bin/sh of the sandbox: a static program, at `file` of a store path. With drv it is built first
 * when it is not valid. */
struct sandbox_shell {
	struct str drv;  /* "" when path needs no building */
	struct str path; /* store path */
	struct str file; /* within it: "bin/busybox" */
};

/* Another place than this machine to get outputs from (binary caches). */
struct substitute {
	struct path_info info; /* path.n == 0: not to be had */
	uint64_t download;     /* bytes */
};
struct substituter {
	/* Which of n paths can be had: fills out[i]. Strings live in the arena. */
	errint (*query)(struct substituter *self, struct arena *a, const struct str *paths,
			size_t n, struct substitute *out, struct err *err);
	/* Makes all of them valid, references first. Those that fail stay invalid. */
	errint (*fetch)(struct substituter *self, struct store *s, const struct substitute *v,
			size_t n, struct err *err);
};

/* All zero is a good default. Everything is borrowed for the call. */
struct build_options {
	unsigned jobs;  /* builds at once; 0: one a core */
	unsigned cores; /* NIX_BUILD_CORES; 0: all of the machine */
	bool keep_failed, keep_going;
	bool fallback; /* build what a substituter failed to bring */
	bool check;    /* build again what is valid, and compare */
	enum sandbox_mode sandbox;
	enum build_log_mode log;
	unsigned log_lines;               /* of a failed build's log; 0: 25 */
	unsigned max_silent_s, timeout_s; /* 0: no limit */
	const char *system;               /* NULL: this machine's, "x86_64-linux" */
	const char *const *features;      /* system features beyond the usual, NULL terminated */
	/* Extra paths of the sandbox, "inside=outside" or one path for both; a trailing '?' makes
	 * it optional. */
	const char *const *binds;
	size_t n_binds;
	const struct builtin_builder *builtins;
	size_t n_builtins;
	/* Asked at most once, only when a program must run. NULL: no /bin/sh. */
	errint (*sandbox_shell)(void *ctx, struct store *s, struct arena *a,
				struct sandbox_shell *out, struct err *err);
	void *sandbox_shell_ctx;
	struct substituter *substituter; /* or NULL */
	struct ladder *ladder;           /* NULL: made from configuration when needed */
};

struct build_wanted {
	struct str path;           /* a .drv, or a store path to have */
	const struct str *outputs; /* names; of a .drv only */
	size_t n_outputs;          /* 0: all */
};

/* What would be done, as data: .drv paths to build, dependencies first, and paths to bring. */
struct build_plan {
	struct str *build;
	size_t n_build;
	struct substitute *fetch;
	size_t n_fetch;
	uint64_t download, unpacked; /* bytes of fetch */
	bool programs;               /* a program must run, which wants a sandbox with /bin/sh */
};
ATTR_MUST_CHECK errint build_plan(struct store *s, struct arena *a, const struct build_wanted *w,
				  size_t n, const struct build_options *o, struct build_plan *out,
				  struct err *err);
/* As `nix-store --realise --dry-run` tells it. */
void build_plan_print(const struct build_plan *p, struct buf *out);

/* Makes everything wanted valid. With keep_going all failures but the last are told to the report.
 * The error of a builder is ERR_BUILD with the end of its log as detail; ERR_MISMATCH is a fixed
 * output's wrong hash, or a difference found by check. */
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
