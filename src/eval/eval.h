/* SPDX-License-Identifier: MIT
 *
 * The Nix language, as commands use it: an evaluator with its options, expressions from files and
 * text, values, attribute paths, printing, the derivations in a value.
 *
 * One evaluator belongs to one thread. Every call here runs on the evaluator's own big stack.
 * Values live as long as the evaluator. On failure `err` has the text as Nix 2.36 prints it,
 * with the trace in err->trace. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct eval;
struct value;
struct store;
struct arena;
struct buf;
struct report;
struct eval_inputs;
struct ladder;
struct drv_ref;

/* Of a project in a git repository only what git tracks is there; see access.c. */
struct eval_tracked {
	struct str top;          /* of the work tree, its links resolved */
	const struct str *files; /* below it, sorted bytewise; an entry may also be a folder */
	size_t n;
};

/* What to do about a questionable way to write something. */
enum eval_lint { LINT_IGNORE, LINT_WARN, LINT_FATAL };

/* Import-from-derivation: how evaluation asks for a build without knowing of building. */
struct realiser {
	/* Makes outputs (names, or all when n is 0) of a .drv valid. */
	errint (*realise)(struct realiser *self, struct str drv_path, const struct str *outputs,
			  size_t n, struct err *err);
};

/* An evaluation on trial: some files read otherwise than they are, and whoever asked is told of
 * each derivation. Nobody keeps what it finds, so it is no part of eval_options_key(). */
struct drv;
struct eval_trial {
	/* Programs by the names that they are imported by; the text lives as long as the
	 * evaluator. */
	const struct eval_trial_file {
		struct str file, text;
	} * files;
	size_t n_files;
	/* drv lives as long as the call. */
	void (*made)(struct eval_trial *self, struct str drv_path, const struct drv *drv);
};

struct eval_options {
	/* The search path: `name=path` or `path`, first match wins; NIX_PATH is not read here. */
	const char *const *search_path;
	size_t n_search_path;
	bool pure;       /* only what is named with a hash, or below allowed */
	bool restricted; /* only the search path, the store's closure of it, and allowed */
	const char *const *allowed; /* folders and files that may be read all the same */
	size_t n_allowed;
	const char *const *allowed_uris; /* prefixes for fetchers in restricted modes */
	size_t n_allowed_uris;
	bool show_trace;
	bool trace_verbose;
	bool trace_function_calls; /* tell when each begins and ends */
	bool abort_on_warn;
	bool no_import_from_derivation;
	bool trace_import_from_derivation; /* warn of each */
	bool read_only; /* nothing is written to the store: paths are only computed */
	bool parse_toml_timestamps;
	bool pipe_operators;                /* the experimental |> and <| */
	enum eval_lint lint_urls;           /* http://x without quotes */
	enum eval_lint lint_short_paths;    /* a/b instead of ./a/b */
	enum eval_lint lint_absolute_paths; /* /a and ~/a */
	unsigned max_depth;                 /* of calls; 0: 10000 */
	const char *system;                 /* builtins.currentSystem; NULL: this machine's */
	const char *store_dir;              /* NULL: the store's, or /nix/store */
	struct store *store;                /* may be NULL: then what needs one fails */
	struct ladder *ladder;              /* brings what is fetched; NULL: nothing is */
	struct report *report;              /* trace, warn; may be NULL */
	const volatile int *interrupt;      /* becomes non-zero at ^C; may be NULL */
	struct eval_inputs *inputs;         /* told of all that is read; may be NULL */
	struct realiser *realiser;          /* borrowed; NULL: import-from-derivation is off */
	/* Failures are told for whoever wrote this project's recipes: the place in its files, and
	 * the cure. `set` is the folder of the package set that they are called with. NULL: as Nix
	 * has it. */
	const char *project, *set;
	const struct eval_tracked *tracked; /* or NULL; borrowed */
	const char *tree; /* the folder whose copies are called "source": a project's; or NULL */
	struct eval_trial *trial; /* or NULL; borrowed */
};

/* Appends every option that decides what is found, so that two evaluations with equal keys differ
 * only by what they read. A new option above belongs into it. */
void eval_options_key(const struct eval_options *o, struct buf *b);

/* Copies the options' texts. Never fails: everything that can is done when first needed. */
struct eval *eval_new(const struct eval_options *o);
void eval_free(struct eval *E);
void eval_cleanup(struct eval **E);

/* The file's value (a folder means its default.nix), not yet forced deeper than its head. */
ATTR_MUST_CHECK errint eval_file(struct eval *E, const char *path, struct value **out,
				 struct err *err);
/* Text: relative paths are below dir (NULL: the working folder); name is "«string»" or
 * "«stdin»" in positions. */
ATTR_MUST_CHECK errint eval_string(struct eval *E, struct str text, const char *dir,
				   const char *name, struct value **out, struct err *err);
/* <name> on the search path; a file that only the evaluator has is an error. */
ATTR_MUST_CHECK errint eval_find_file(struct eval *E, struct str name, struct str *out,
				      struct err *err);
/* The outputs of a flake that a person names by a reference ("github:owner/repo", "path:/…"); it
 * need not be locked, not even in pure evaluation. */
ATTR_MUST_CHECK errint eval_flake(struct eval *E, struct str text, struct value **out,
				  struct err *err);
/* What programs see as builtins.currentSystem, where they do. */
ATTR_MUST_CHECK errint eval_system(struct eval *E, struct str *out, struct err *err);
/* Appends a string literal; a name as attribute paths have it, a literal where it must be one. */
void eval_print_string(struct buf *b, struct str s);
void eval_print_name(struct buf *b, struct str name);
/* Parses and prints the tree as nix-instantiate --parse does. */
ATTR_MUST_CHECK errint eval_parse_print(struct eval *E, struct str text, const char *dir,
					const char *name, struct buf *b, struct err *err);
/* The same for a file. */
ATTR_MUST_CHECK errint eval_parse_print_file(struct eval *E, const char *path, struct buf *b,
					     struct err *err);

/* The file that failures without a place in the project are told for. */
void eval_set_subject(struct eval *E, const char *file);
ATTR_MUST_CHECK errint eval_force(struct eval *E, struct value *v, struct err *err);
ATTR_MUST_CHECK errint eval_force_deep(struct eval *E, struct value *v, struct err *err);

/* Arguments for functions on the way, as --arg and --argstr give them. */
struct eval_args;
struct eval_args *eval_args_new(struct eval *E);
ATTR_MUST_CHECK errint eval_args_expr(struct eval_args *a, const char *name, struct str text,
				      struct err *err);
void eval_args_string(struct eval_args *a, const char *name, struct str text);
/* Calls v if it is a function whose formals are all given or have defaults, else *out is v. */
ATTR_MUST_CHECK errint eval_auto_call(struct eval *E, struct eval_args *a, struct value *v,
				      struct value **out, struct err *err);
/* "a.b.3.\"x.y\"" from v, calling functions on the way; "" is v itself. args may be NULL. */
ATTR_MUST_CHECK errint eval_attr_path(struct eval *E, struct value *v, struct str path,
				      struct eval_args *args, struct value **out, struct err *err);
/* Applies fn (an expression's value) to v: --apply. */
ATTR_MUST_CHECK errint eval_apply(struct eval *E, struct value *fn, struct value *v,
				  struct value **out, struct err *err);

enum eval_output {
	EVAL_NIX,  /* one line, as nix-instantiate --eval */
	EVAL_SHOW, /* all of it on one line, derivations as paths, as nix eval */
	EVAL_ECHO, /* one level of it, indented, as nix repl */
	EVAL_DEEP, /* all of it, indented, as its :p */
	EVAL_JSON,
	EVAL_XML,
	EVAL_RAW, /* a string's own bytes, after coercion */
};
enum eval_print_flags {
	EVAL_STRICT = 1 << 0,     /* force everything that is printed */
	EVAL_LOCATIONS = 1 << 1,  /* positions in XML */
	EVAL_KEEP_PATHS = 1 << 2, /* JSON: paths are not copied to the store */
	EVAL_COLORS = 1 << 3,     /* SHOW, ECHO, DEEP: for a terminal */
};
ATTR_MUST_CHECK errint eval_print(struct eval *E, struct value *v, enum eval_output how,
				  unsigned flags, struct buf *b, struct err *err);

/* All derivations of a value as nix-instantiate and nix-build find them: the value itself, or those
 * in a set (by name) or list; below only where recurseForDerivations is true. Functions are
 * called with args (may be NULL). The array lives in the arena, its strings in the evaluator;
 * values (may be NULL) gets the value of each. */
ATTR_MUST_CHECK errint eval_derivations(struct eval *E, struct value *v, struct eval_args *args,
					struct arena *a, struct drv_ref **out,
					struct value ***values, size_t *n, struct err *err);

/* Reading values from C. Each forces what it reads. */
ATTR_MUST_CHECK errint eval_get_attr(struct eval *E, struct value *set, struct str name,
				     struct value **out, struct err *err); /* NULL when absent */
ATTR_MUST_CHECK errint eval_get_string(struct eval *E, struct value *v, struct str *out,
				       struct err *err);
ATTR_MUST_CHECK errint eval_get_bool(struct eval *E, struct value *v, bool *out, struct err *err);
bool eval_is_attrs(const struct value *v);
bool eval_is_string(const struct value *v);
bool eval_is_function(const struct value *v);

/* "a set", "the built-in function 'add'", as messages name values. */
const char *eval_type_text(const struct value *v);
ATTR_MUST_CHECK errint eval_attr_names(struct eval *E, struct value *set, struct arena *a,
				       struct str **out, size_t *n, struct err *err);

/* The rows of `kiln eval --list-builtins`, sorted: calls each for every builtin. */
void eval_list_builtins(void (*each)(void *ctx, const char *name, unsigned arity, const char *args,
				     const char *doc),
			void *ctx);
