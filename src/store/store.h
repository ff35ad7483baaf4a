/* SPDX-License-Identifier: MIT
 *
 * The store: objects under one folder, a SQLite database of what is valid (Nix's schema 10), and
 * the rules by which paths appear (whole or absent) and go (garbage collection). All paths in
 * arguments and results are logical (`/nix/store/…`) unless a name says real. One handle belongs
 * to one thread; two processes on one store are safe.
 *
 * The handle opens nothing until it must: store_open() only resolves folders, so that evaluating
 * `1` touches neither disk nor SQLite. */
#pragma once

#include <sys/types.h>
#include "base/arena.h"
#include "base/hash.h"
#include "store/nar.h"
#include "store/store_path.h"

struct store;
struct drv;
struct report;

struct store_config {
	char *root;      /* real prefix of the folders below: "" or a chroot store's root */
	char *store_dir; /* logical: /nix/store, or NIX_STORE_DIR */
	char *state_dir; /* logical: /nix/var/nix, or NIX_STATE_DIR */
	char *log_dir;   /* logical: /nix/var/log/nix, or NIX_LOG_DIR */
	bool beside;     /* it is a user's own, and the machine's is there to be read */
};
/* Resolves --store DIR (may be NULL), KILN_STORE, NIX_REMOTE and the other NIX_* and, for users who
 * cannot write the logical store, $XDG_DATA_HOME/kiln as the root. What is no folder is
 * ERR_UNSUPPORTED, but for Nix's names of the default: auto, local, daemon, dummy://. */
ATTR_MUST_CHECK errint store_config_resolve(const char *chroot, struct store_config *out,
					    struct err *err);
void store_config_release(struct store_config *c);

/* Copies the config. */
struct store *store_open(const struct store_config *c, struct report *report);
void store_close(struct store *s);
/* The machine's store beside a user's own, to be read; NULL when the config is no such. */
struct store *store_open_machine(const struct store_config *c, struct report *report);
/* Does a word of a command line name a path, or a link to one, that only the machine's store has?
 */
bool store_is_of_machine(const struct store_config *c, const char *word);
/* Creates folders and database where they are not there yet; additions do so by themselves. */
ATTR_MUST_CHECK errint store_init(struct store *s, struct err *err);
/* For evaluation that must write nothing (--dry-run, --readonly-mode): adding only computes. */
void store_set_readonly(struct store *s, bool readonly);
bool store_readonly(const struct store *s);
/* Equal files of what is registered from now on become links (optimise.h). */
void store_set_optimise(struct store *s, bool optimise);

/* Of what is added and is there already: compare its contents, and replace them when they were
 * altered. Otherwise what is valid is left alone unread. */
void store_set_mending(struct store *s, bool mending);

/* Whoever can make paths again, asks whether they are there and not only registered: what is gone
 * counts as not valid, and is told of. Returns what was set before. */
bool store_set_wary(struct store *s, bool wary);

/* "/nix/store", as it was opened. Borrowed, as the two below. */
struct str store_dir(const struct store *s);
const struct store_config *store_config(const struct store *s);
struct report *store_report(const struct store *s);
/* The place on this machine of a logical path (store, state or log folder); malloc'd. */
ATTR_MALLOC char *store_real_path(const struct store *s, struct str logical);

/* The store path that a user's path leads to: it lies in the store (logically, or really), or is a
 * chain of symlinks to there. The part inside the store path is dropped. */
ATTR_MUST_CHECK errint store_follow_links(const struct store *s, struct arena *a, const char *path,
					  struct str *out, struct err *err);

/* What the database knows of a path. Strings live in the arena given to the query. */
struct path_info {
	struct str path;
	struct hash nar_hash; /* sha256 */
	uint64_t nar_size;
	struct str deriver; /* "" when unknown */
	struct str *refs;   /* sorted; may contain path itself */
	size_t n_refs;
	int64_t registered; /* Unix seconds */
	bool ultimate;      /* built here */
	struct str ca;      /* "", "text:…", "fixed:…" */
	struct str sigs;    /* blank-separated */
};

/* Is it registered, or added by this handle? Where the handle is wary (above), on the disk, too. */
ATTR_MUST_CHECK errint store_is_valid(struct store *s, struct str path, bool *out, struct err *err);
/* Valid and there: what was registered may have been deleted by hand. For who is about to use it;
 * one lstat more. */
ATTR_MUST_CHECK errint store_is_present(struct store *s, struct str path, bool *out,
					struct err *err);
/* ERR_NOT_FOUND, in the words for a path that is not valid. */
errint store_not_valid(struct str path, struct err *err);
/* ERR_NOT_FOUND when the path is not valid. */
ATTR_MUST_CHECK errint store_query(struct store *s, struct arena *a, struct str path,
				   struct path_info *out, struct err *err);

struct str_set { /* sorted, unique; both the array and the strings live in an arena */
	struct str *v;
	size_t n;
};
/* Makes a set of an array: sorts it and drops doubles, in place. */
void str_set_sort(struct str_set *set);
bool str_set_has(struct str_set set, struct str s);

enum closure_flags {
	CLOSURE_REFERRERS = 1 << 0, /* against the references */
	CLOSURE_OUTPUTS = 1 << 1,   /* from a .drv also to its valid outputs (and back) */
	CLOSURE_DERIVERS = 1 << 2,  /* from an output also to its valid .drv (and back) */
};
ATTR_MUST_CHECK errint store_closure(struct store *s, struct arena *a, const struct str *paths,
				     size_t n, unsigned flags, struct str_set *out,
				     struct err *err);
/* Every path after those it refers to (cycles only through itself). Input: a closure. */
ATTR_MUST_CHECK errint store_topo_sort(struct store *s, struct arena *a, struct str_set in,
				       struct str **out, struct err *err);
ATTR_MUST_CHECK errint store_referrers(struct store *s, struct arena *a, struct str path,
				       struct str_set *out, struct err *err);
ATTR_MUST_CHECK errint store_valid_derivers(struct store *s, struct arena *a, struct str path,
					    struct str_set *out, struct err *err);
/* The output paths that the database has for a valid .drv, valid or not. */
ATTR_MUST_CHECK errint store_drv_outputs(struct store *s, struct arena *a, struct str path,
					 struct str_set *out, struct err *err);
ATTR_MUST_CHECK errint store_all_valid(struct store *s, struct arena *a, struct str_set *out,
				       struct err *err);
/* The valid path with this 32 letter hash part; ERR_NOT_FOUND. */
ATTR_MUST_CHECK errint store_by_hash_part(struct store *s, struct arena *a, struct str hash_part,
					  struct str *out, struct err *err);

/* Adding. What is valid and there already is left alone; each registers a temporary root, so that
 * a collection running beside cannot take it away. What is new is pending: whole and in its place,
 * valid for this handle, and durable and valid for all with the next store_flush(). */
ATTR_MUST_CHECK errint store_add_text(struct store *s, struct arena *a, struct str name,
				      struct str bytes, const struct str *refs, size_t n_refs,
				      struct str *out, struct err *err);
/* From the disk. recursive is the NAR method; algo sha256 unless a fixed-output hash says other.
 * expect (may be NULL) is checked before anything becomes visible. filter as in nar_dump(). */
ATTR_MUST_CHECK errint store_add_path(struct store *s, struct arena *a, struct str name,
				      const char *from, bool recursive, enum hash_algo algo,
				      const struct hash *expect, nar_filter_fn filter, void *ctx,
				      struct str *out, struct err *err);
/* From a NAR whose info (hash, size, refs, deriver, ca, sigs) is known; the bytes are checked, and
 * a content address is proved. Signatures are the caller's to judge. */
ATTR_MUST_CHECK errint store_add_nar(struct store *s, const struct path_info *info,
				     struct source *nar, struct err *err);

/* Proves the content address that info claims, if any, for an object that lies at `where`
 * (absolute, or in the store folder): the address implies the path, and the contents the address.
 * Of what refers to itself only the first is proved. ERR_MISMATCH, ERR_CORRUPT. */
ATTR_MUST_CHECK errint store_check_address(struct store *s, const struct path_info *info,
					   const char *where, struct err *err);

/* Writing a .drv: checks it, computes the text path, writes and registers it. */
ATTR_MUST_CHECK errint store_add_drv(struct store *s, struct arena *a, const struct drv *d,
				     struct str *out, struct err *err);
/* The same for a new record: fills its outputs' paths and sorts it, which leaves nothing to check.
 */
ATTR_MUST_CHECK errint store_make_drv(struct store *s, struct arena *a, struct drv *d,
				      struct str *out, struct err *err);
/* Reads and parses a .drv (of the store, or added in read-only mode by this handle). */
ATTR_MUST_CHECK errint store_read_drv(struct store *s, struct arena *a, struct str path,
				      struct drv *out, struct err *err);

/* Registers what is pending, as one batch: one flush of the file system, then few transactions.
 * Done too by every query that needs it, by store_lock() and store_commit(), and by store_close(),
 * which can only report a failure: so call it before a result is told, and before another process
 * (a builder, Nix) is to see it. After a failure nothing of the batch may be relied on. */
ATTR_MUST_CHECK errint store_flush(struct store *s, struct err *err);

/* Building and substituting make objects elsewhere and hand them over finished, many at a time.
 * Before that: store_canonicalise() sets modes, owner and mtime of a finished real tree;
 * store_scan() finds which of the candidate paths occur in it, and hashes it. */
ATTR_MUST_CHECK errint store_canonicalise(const char *real_path, struct err *err);
ATTR_MUST_CHECK errint store_scan(struct store *s, struct arena *a, const char *real_path,
				  struct str_set candidates, struct path_info *info,
				  struct err *err);
/* What a fixed output is fixed by, found in the same reading: hash.algo is given, and hash is the
 * NAR's, or, not recursive, the bytes' of the one regular file that it must be then. */
struct content {
	bool recursive;
	struct hash hash;
};
ATTR_MUST_CHECK errint store_scan_content(struct store *s, struct arena *a, const char *real_path,
					  struct str_set candidates, struct content *content,
					  struct path_info *info, struct err *err);
struct store_object {
	struct path_info info; /* all of it; references are valid, or in the same batch */
	const char *from;      /* where it lies, on the store's file system; NULL: at its place */
	const char *scratch;   /* its maker's folder, or NULL: goes before the object is valid */
};
/* Group commit. The caller holds the paths' locks and has made them temporary roots. All objects
 * move to their places (over remains that nobody registered), one flush makes contents and names
 * durable, one transaction makes all valid: killed or cut off at any moment, the batch is valid
 * as a whole or not at all, what is valid is whole, and nobody's scratch is left beside it. After
 * a failure none is valid, and each lies again where it came from. A cycle of references is
 * ERR_BUILD. */
ATTR_MUST_CHECK errint store_commit(struct store *s, const struct store_object *v, size_t n,
				    struct err *err);
/* The same for objects that are at their places; after a failure they stay there. */
ATTR_MUST_CHECK errint store_register(struct store *s, const struct path_info *infos, size_t n,
				      struct err *err);

/* Nix's per-path lock files (`<path>.lock`), taken in sorted order. ERR_EXISTS with try when
 * somebody else holds one. */
struct store_lock;
ATTR_MUST_CHECK errint store_lock(struct store *s, const struct str *paths, size_t n, bool try,
				  struct store_lock **out, struct err *err);
void store_unlock(struct store_lock *l);
/* Protects a path until this process ends (state_dir/temproots/<pid>). */
ATTR_MUST_CHECK errint store_temp_root(struct store *s, struct str path, struct err *err);
/* Protects a path until that process ends, whether it knows or not; collections forget it then.
 * ERR_NOT_FOUND without such a process. In a store of somebody else's nothing is written. */
ATTR_MUST_CHECK errint store_hold(struct store *s, pid_t pid, struct str path, struct err *err);
/* A symlink at link (anywhere) to path, and an indirect root for it. */
ATTR_MUST_CHECK errint store_add_root(struct store *s, const char *link, struct str path,
				      struct err *err);

struct root {
	struct str link; /* what keeps it: a symlink, "{temp:PID}", "/proc/…" */
	struct str path;
};
ATTR_MUST_CHECK errint store_roots(struct store *s, struct arena *a, struct root **out, size_t *n,
				   struct err *err);

struct gc_options {
	bool dry_run; /* only tell */
	bool measure; /* with dry_run: what deleting would free, for which every file is looked at
		       */
	bool list_live, list_dead;
	bool ignore_liveness;    /* of `paths`: only referrers keep them */
	bool keep_outputs;       /* of live derivations; Nix's setting keep-outputs */
	bool drop_derivations;   /* of live outputs; Nix's setting keep-derivations = false */
	uint64_t max_freed;      /* stop after that many bytes; 0: no bound */
	bool nothing;            /* the bound is 0: nothing goes */
	const struct str *paths; /* only these (must be dead), or NULL for everything dead */
	size_t n_paths;
};
/* The bound as people give it: 0 lets nothing go. */
#define GC_UNBOUNDED UINT64_MAX
void store_gc_bound(struct gc_options *o, uint64_t bytes);
struct gc_result {
	struct str_set paths; /* deleted, or dead, or live, as asked */
	uint64_t freed;       /* bytes on disk */
};
ATTR_MUST_CHECK errint store_gc(struct store *s, struct arena *a, const struct gc_options *o,
				struct gc_result *out, struct err *err);

struct verify_options {
	bool contents;           /* hash them, too, on all processors */
	const struct str *paths; /* only these valid ones, or NULL for all */
	size_t n_paths;
};
enum damage_kind {
	DAMAGE_GONE,    /* registered and not there, but valid paths refer to it */
	DAMAGE_ALTERED, /* its contents are not those that were registered, or cannot be read */
	DAMAGE_RECORD,  /* only the registered size is wrong */
	DAMAGE_NAME,    /* registered under what is no store path */
};
struct damage {
	struct str path;
	enum damage_kind kind;
};
struct verify_result {
	struct damage *v; /* what is left, referrers first */
	size_t n;
	size_t dropped; /* paths gone that nothing valid refers to: unregistered, as Nix does */
};
/* Compares disk and database. Each finding is a warning to the report. */
ATTR_MUST_CHECK errint store_verify(struct store *s, struct arena *a,
				    const struct verify_options *o, struct verify_result *out,
				    struct err *err);
/* Puts a finished, canonical copy (on the store's file system) in the place of a valid path that is
 * gone or altered. The caller holds its lock. The copy must be what was registered, by its NAR
 * hash, else ERR_MISMATCH and nothing is changed; the old contents are removed. */
ATTR_MUST_CHECK errint store_replace(struct store *s, struct str path, const char *from,
				     struct err *err);
