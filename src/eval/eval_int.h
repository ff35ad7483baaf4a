/* SPDX-License-Identifier: MIT
 *
 * The evaluator's inside, shared by the files of this folder: the heap, forcing and calling,
 * checks with traces, strings and contexts, sets and lists, paths.
 *
 * Failure is a negative code; its text and trace are in the evaluator (E->err, E->trace), not in
 * a parameter, since nearly every function here passes it on. Nothing here jumps.
 *
 * The heap is one reserved range with a bump pointer. After a call or thunk that gave a result
 * older than itself (or no pointer at all), everything allocated meanwhile is dropped, unless an
 * older object was made to point into it. So two rules bind builtins:
 *  - whoever stores a pointer to the heap into something that outlives the current call (a cache
 *    in struct eval, a static) calls heap_pin(E);
 *  - arena memory that a builtin got before calling back (call(), force()) stays valid, but
 *    E->perm is the place for what must live on after the builtin returned. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "eval/builtin.h"
#include "eval/eval.h"
#include "eval/symbol.h"
#include "eval/value.h"
#include "store/store_path.h"

struct store;

struct heap {
	char *top, *end; /* the end moves while there is memory */
	char *base;
	size_t reserved;
	int exhausted; /* then it takes the place of the interrupt flag */
	size_t grace;  /* bytes that may still be had before that was seen */
	/* Lowest address of an object that was made to point to newer ones since the innermost
	 * region began. */
	const void *escaped;
};

struct frame {
	pos_t pos;
	char *text;
	bool always; /* shown even in a truncated trace (addErrorContext) */
};

/* Free, cleared space for syntax trees, in the perm arena: small files share a chunk. */
struct ast_space {
	char *p, *end;
};

struct eval {
	struct heap heap;
	struct arena perm; /* syntax trees, names, positions, contexts, caches: never dropped */
	struct ast_space ast;
	struct symbols symbols;
	struct err err;                /* of the failure under way */
	const struct value *blackhole; /* of an infinite recursion under way */
	pos_t err_pos;                 /* where it happened */
	bool err_in_text;              /* it is a text's own, met when it was read */
	pos_t told_pos;                /* of the call that is told (trace-function-calls) */
	struct frame *trace;           /* innermost first */
	size_t n_trace, cap_trace;
	struct thrown *thrown; /* what thunks that it went through refer to, or NULL */
	struct stack *stack;   /* heap.c */
	char *stack_limit;     /* below this address the C stack counts as overflown */
	unsigned depth, max_depth;
	unsigned max_nesting;          /* of syntax; what the stack has room for */
	const volatile int *interrupt; /* not 0: stop at once; never NULL */
	struct eval_options opt;
	struct str subject; /* eval_set_subject(); in perm */
	struct sources *sources;
	struct builtins *builtins;
	struct contexts *contexts;
	struct paths *paths;           /* search path, access rules, file and copy caches */
	struct regexes *regexes;       /* builtin_regex.c; made there, freed by regexes_free() */
	struct fetch_state *fetches;   /* fetch_state.c; freed by fetch_state_free() */
	struct registries *registries; /* registry.c; in perm */
};

/* ---- heap ---- */

ATTR_COLD void *heap_overflow(struct eval *E, size_t n);
ATTR_COLD errint heap_check_slow(struct eval *E, size_t n);
/* Is there memory for n bytes? "out of memory" when not. For allocations that a short program can
 * make big; for small ones heap_alloc() itself sees to it that the evaluation ends. */
static inline errint heap_check(struct eval *E, size_t n)
{
	return LIKELY(n < (size_t)(E->heap.end - E->heap.top)) ? 0 : heap_check_slow(E, n);
}
/* n bytes aligned to 16, not cleared. */
static inline void *heap_alloc(struct eval *E, size_t n)
{
	char *p = E->heap.top;

	n = (n + 15) & ~(size_t)15;
	if (UNLIKELY(n > (size_t)(E->heap.end - p)))
		return heap_overflow(E, n);
	E->heap.top = p + n;
	return p;
}
static inline struct value *value_new(struct eval *E)
{
	return heap_alloc(E, sizeof(struct value));
}
/* A box for an evaluated value. */
static inline struct value *value_box(struct eval *E, struct value v)
{
	struct value *p = value_new(E);

	*p = v;
	return p;
}
/* The object at p was changed and may now point to what is newer than itself. */
static inline void heap_note_write(struct eval *E, const void *p)
{
	/* What lies behind the heap is no part of it, and older than all of it. */
	if (UNLIKELY((const char *)p >= E->heap.end))
		p = NULL;
	if (p < E->heap.escaped)
		E->heap.escaped = p;
}
/* Something outside the heap now points into it. */
static inline void heap_pin(struct eval *E)
{
	E->heap.escaped = NULL;
}
/* Copies bytes to the heap. */
struct str heap_str(struct eval *E, struct str s);
/* A copy followed by NUL, for system calls. The bytes must not contain one. */
char *heap_strz(struct eval *E, struct str s);
ATTR_PRINTF(2, 3) struct str heap_printf(struct eval *E, const char *fmt, ...);
/* The string value of a buffer's content; ERR_TOO_BIG when it overflowed. */
errint string_from_buf(struct eval *E, pos_t pos, const struct buf *b, const struct context *ctx,
		       struct value *out);

/* ---- forcing and calling ---- */

errint force_slow(struct eval *E, struct value *v, pos_t pos);
/* Evaluates v to weak head normal form, in place. */
static inline errint force(struct eval *E, struct value *v, pos_t pos)
{
	return LIKELY(value_done(v)) ? 0 : force_slow(E, v, pos);
}
/* Evaluates everything reachable; cycles are fine. */
errint force_deep(struct eval *E, struct value *v, pos_t pos);

/* Calls fn (forced or not) with n arguments (forced or not); handles __functor. */
errint call(struct eval *E, pos_t pos, struct value *fn, size_t n, struct value **args,
	    struct value *out);
static inline errint call1(struct eval *E, pos_t pos, struct value *fn, struct value *arg,
			   struct value *out)
{
	return call(E, pos, fn, 1, &arg, out);
}
/* A box that will call fn with the arguments when forced. */
struct value *app_new(struct eval *E, struct value *fn, size_t n, struct value *const *args);
/* fn applied as with --arg: a lambda with formals gets those of `args` (a set) that it names. */
errint call_auto(struct eval *E, pos_t pos, struct value *fn, struct attrs *args,
		 struct value *out);
/* The formals of a lambda: calls fn(ctx, name, has_default, pos) for each by name. False when the
 * value is a lambda without formals. */
bool lambda_formals(struct eval *E, const struct value *fn,
		    void (*each)(void *ctx, sym_t name, bool has_default, pos_t pos), void *ctx);
/* Where a lambda begins, 0 for builtins. */
pos_t lambda_pos(const struct value *fn);

/* "out of memory" */
ATTR_COLD errint eval_out_of_memory(struct eval *E);
/* Answers ^C, and an empty memory: ERR_INTERRUPTED, ERR_TOO_BIG. For loops in builtins that may
 * take long without calling back. */
ATTR_COLD errint eval_interrupted(struct eval *E);
static inline errint eval_check_interrupt(struct eval *E)
{
	return UNLIKELY(*E->interrupt) ? eval_interrupted(E) : 0;
}
/* memcpy of what may be big; answers ^C between its pieces. */
errint eval_copy(struct eval *E, void *to, const void *from, size_t n);
/* Sorts n elements of this size as qsort_r() does; answers ^C. Where equal elements go is open. */
typedef int (*sort_cmp_fn)(const void *a, const void *b, void *ctx);
errint eval_sort(struct eval *E, void *v, size_t n, size_t size, sort_cmp_fn cmp, void *ctx);
/* Whoever recurses over values or trees asks before each step. */
static inline bool eval_stack_low(const struct eval *E)
{
	return (char *)__builtin_frame_address(0) < E->stack_limit;
}
/* "stack overflow; max-call-depth exceeded" */
ATTR_COLD errint eval_fail_stack(struct eval *E, pos_t pos);

/* Around a step of recursion over values, which counts as a call. */
static inline errint depth_enter(struct eval *E, pos_t pos)
{
	if (UNLIKELY(E->depth >= E->max_depth || eval_stack_low(E)))
		return eval_fail_stack(E, pos);
	E->depth++;
	return 0;
}
static inline void depth_leave(struct eval *E)
{
	E->depth--;
}

/* ---- failing ---- */

/* ERR_EVAL at a position (0: none). Text as in Nix; subjects in '…'. */
ATTR_COLD ATTR_PRINTF(3, 4) errint eval_fail(struct eval *E, pos_t pos, const char *fmt, ...);
/* The same with another code: ERR_THROWN is what tryEval catches. */
ATTR_COLD ATTR_PRINTF(4, 5) errint
	eval_fail_code(struct eval *E, pos_t pos, int code, const char *fmt, ...);
/* Takes over a failure of another room; ERR_THROWN and others keep their code. */
ATTR_COLD errint eval_fail_err(struct eval *E, pos_t pos, struct err *from);
/* Adds a hint, a line `Did you mean a, b or c?` among candidates; both return the code. */
ATTR_COLD ATTR_PRINTF(2, 3) errint eval_hint(struct eval *E, const char *fmt, ...);
/* A hint for whoever writes recipes; said to nobody else, who gets Nix's own words. */
ATTR_COLD ATTR_PRINTF(2, 3) errint eval_cure(struct eval *E, const char *fmt, ...);
/* What the set that lacks a name says of that in its `__missing` (pkgs/lib/words.nix), as a cure.
 */
ATTR_COLD void eval_tell_missing(struct eval *E, sym_t wanted, const struct attrs *set);
ATTR_COLD errint eval_suggest(struct eval *E, sym_t wanted, const sym_t *among, size_t n);
ATTR_COLD errint eval_suggest_attrs(struct eval *E, sym_t wanted, const struct attrs *among);
/* Tells the user something, and that it has to be told again when the result is kept. */
ATTR_COLD ATTR_PRINTF(3, 4) void eval_tell(struct eval *E, int level, const char *fmt, ...);
/* While unwinding: adds "… <text>" to the trace and returns the code of the failure. */
ATTR_COLD ATTR_PRINTF(3, 4) errint eval_frame(struct eval *E, pos_t pos, const char *fmt, ...);
/* The same, never left out of a truncated trace: addErrorContext. */
ATTR_COLD ATTR_PRINTF(3, 4) errint
	eval_frame_always(struct eval *E, pos_t pos, const char *fmt, ...);
/* The frame of where a cycle begins. */
#define EVAL_CYCLE_FRAME      "entering the infinite recursion"
/* How that of a derivation begins. */
#define EVAL_DERIVATION_FRAME "while evaluating derivation "
/* Forgets the failure under way (tryEval). */
void eval_forget(struct eval *E);
/* Puts it aside while something is evaluated for its message, whose failure is forgotten. */
struct eval_failure {
	struct err err;
	pos_t pos;
	bool in_text;
	struct frame *trace;
	size_t n_trace, cap_trace;
	struct thrown *thrown;
};
struct eval_failure eval_put_aside(struct eval *E);
/* While unwinding what tryEval may catch: v becomes V_THROWN, which thrown_again() fails with. What
 * both then refer to is copied from the failure under way when that ends. */
ATTR_COLD void thrown_keep(struct eval *E, struct value *v);
ATTR_COLD errint thrown_again(struct eval *E, const struct value *v);
void eval_take_back(struct eval *E, struct eval_failure *f);
/* "expected <what> but found <type>: <value>", at pos. what: "an integer". */
ATTR_COLD errint eval_fail_type(struct eval *E, pos_t pos, const char *what, struct value *v);

/* The code of the failure under way. These all tell the compiler that it is negative. */
static inline errint eval_negative(errint r)
{
	if (r >= 0)
		__builtin_unreachable();
	return r;
}
static inline errint eval_failed(const struct eval *E)
{
	return eval_negative(E->err.code);
}
#define eval_fail(...)          eval_negative(eval_fail(__VA_ARGS__))
#define eval_fail_code(...)     eval_negative(eval_fail_code(__VA_ARGS__))
#define eval_fail_err(...)      eval_negative(eval_fail_err(__VA_ARGS__))
#define eval_fail_type(...)     eval_negative(eval_fail_type(__VA_ARGS__))
#define eval_out_of_memory(...) eval_negative(eval_out_of_memory(__VA_ARGS__))
#define eval_fail_stack(...)    eval_negative(eval_fail_stack(__VA_ARGS__))
#define eval_frame(...)         eval_negative(eval_frame(__VA_ARGS__))
#define eval_frame_always(...)  eval_negative(eval_frame_always(__VA_ARGS__))
#define eval_hint(...)          eval_negative(eval_hint(__VA_ARGS__))
#define eval_cure(...)          eval_negative(eval_cure(__VA_ARGS__))
#define eval_suggest(...)       eval_negative(eval_suggest(__VA_ARGS__))
#define eval_suggest_attrs(...) eval_negative(eval_suggest_attrs(__VA_ARGS__))

/* "an integer", "a string", "a set", "the built-in function 'map'", …; valid for three more calls.
 */
const char *value_type_text(const struct value *v);
/* What builtins.typeOf says: "int", "lambda", … */
const char *value_type_name(const struct value *v);

/* ---- checks -------------------------------------------------------------------------------
 * Force v and demand a type. ctx (may be NULL) becomes a frame on failure, as Nix has it:
 * "while evaluating the first argument passed to builtins.elemAt". */
errint want_int(struct eval *E, struct value *v, pos_t pos, const char *ctx, int64_t *out);
/* An integer counts as a float. */
errint want_float(struct eval *E, struct value *v, pos_t pos, const char *ctx, double *out);
errint want_bool(struct eval *E, struct value *v, pos_t pos, const char *ctx, bool *out);
errint want_attrs(struct eval *E, struct value *v, pos_t pos, const char *ctx);
errint want_list(struct eval *E, struct value *v, pos_t pos, const char *ctx);
/* A lambda, builtin or functor set. */
errint want_function(struct eval *E, struct value *v, pos_t pos, const char *ctx);
/* A string without coercion; adds its context to *sc (may be NULL: the context is ignored). */
errint want_string(struct eval *E, struct value *v, pos_t pos, const char *ctx, struct str *out,
		   const struct context **sc);
/* A string that must not have context: "the string '…' is not allowed to refer to a store path". */
errint want_string_plain(struct eval *E, struct value *v, pos_t pos, const char *ctx,
			 struct str *out);
/* The attribute must be there: "attribute 'x' missing" at pos, with ctx as frame. */
errint want_attr(struct eval *E, struct attrs *a, sym_t sym, pos_t pos, const char *ctx,
		 struct attr **out);

/* ---- strings and contexts ---- */

enum context_kind {
	CTX_PLAIN,  /* a store path: "/nix/store/…" */
	CTX_OUTPUT, /* an output of a derivation: "!out!/nix/store/….drv" */
	CTX_DEEP,   /* a derivation with its closure and all outputs: "=/nix/store/….drv" */
};
/* One thing that a string refers to; interned, so equal elements are the same pointer. */
struct context_elem {
	enum context_kind kind;
	uint32_t id; /* order of first use */
	struct str path;
	struct str output; /* of CTX_OUTPUT */
};
/* An immutable set of them, never empty; NULL is the empty set. A union of large ones is made when
 * somebody looks, so that a string may grow piece by piece: read it through context_elems(). */
struct context;
struct context_set {
	uint32_t n;
	const struct context_elem *v[]; /* sorted by id */
};
const struct context_set *context_elems(struct eval *E, const struct context *c);
const struct context *context_of(struct eval *E, enum context_kind kind, struct str path,
				 struct str output);
void context_print(const struct context_elem *e, struct buf *b);
const struct context *context_union(struct eval *E, const struct context *a,
				    const struct context *b);

/* A string value; s must live in the heap, in perm or forever. ctx may be NULL. */
struct value string_value(struct eval *E, struct str s, const struct context *ctx);
/* The same with a copy of s. */
struct value string_copy(struct eval *E, struct str s, const struct context *ctx);

enum coerce_flags {
	COERCE_MORE = 1 << 0, /* as toString: numbers, booleans, null, lists */
	COERCE_COPY = 1 << 1, /* paths are copied to the store and become context */
};
/* Nix's coerceToString: adds to *sc what the text refers to. */
errint coerce_string(struct eval *E, pos_t pos, struct value *v, unsigned flags,
		     const struct context **sc, const char *ctx, struct str *out);
/* A value as an absolute path, without touching the disk. Context is added to *sc. */
errint coerce_path(struct eval *E, pos_t pos, struct value *v, const struct context **sc,
		   const char *ctx, struct str *out);
/* A value as a store path (or a path inside the store), with its context. */
errint coerce_store_path(struct eval *E, pos_t pos, struct value *v, const struct context **sc,
			 const char *ctx, struct str *out);
/* Builds what a context needs (import-from-derivation), or fails when that is not allowed. */
errint context_realise(struct eval *E, pos_t pos, const struct context *ctx);

/* ---- lists and sets ---- */

/* Is there memory for the pointers of a list, and can it be that long? "out of memory" when not. */
errint list_check(struct eval *E, uint64_t n);
static inline errint attrs_check(struct eval *E, size_t n)
{
	return heap_check(E, n * sizeof(struct attr));
}
static inline struct value **list_alloc(struct eval *E, size_t n)
{
	return heap_alloc(E, n * sizeof(struct value *));
}

extern struct attrs attrs_empty;
/* Room for cap attributes; attrs_push() in any order, then attrs_done() (sorts; of equal names the
 * first pushed stays). An empty result is &attrs_empty. */
struct attrs *attrs_new(struct eval *E, size_t cap);
static inline void attrs_push(struct attrs *a, sym_t sym, struct value *v, pos_t pos)
{
	a->v[a->n++] = (struct attr){sym, pos, v};
}
struct attrs *attrs_done(struct attrs *a);
/* The same for what may be big: answers ^C. */
errint attrs_done_big(struct eval *E, struct attrs *a, struct attrs **out);
/* The same when the attributes were pushed in the order of their symbols, each once. */
static inline struct attrs *attrs_done_sorted(struct attrs *a)
{
	return a->n ? a : &attrs_empty;
}
/* NULL when it is not there. */
const struct attr *attrs_get(const struct attrs *a, sym_t sym);
/* The set as one array v[0..n), sorted by symbol. Cheap when it is flat already. */
struct attrs *attrs_flat(struct eval *E, struct attrs *a);
/* Pointers to the attributes in order of their names; *n counts them. In the heap. */
errint attrs_by_name(struct eval *E, struct attrs *a, const struct attr ***out, size_t *n);
/* A set of its own with the same attributes: printed twice, the two are not «repeated». */
struct attrs *attrs_same(struct eval *E, struct attrs *a);
/* a // b; the argument itself where the other is empty. */
struct attrs *attrs_update(struct eval *E, struct attrs *a, struct attrs *b);
/* A set whose `type` is "derivation". Forces `type`. */
errint value_is_derivation(struct eval *E, struct value *v, pos_t pos, bool *out);

/* Nix's == (functions are never equal, derivations compare by outPath); forces both. */
errint values_equal(struct eval *E, struct value *a, struct value *b, pos_t pos, const char *ctx,
		    bool *out);
/* Nix's < : numbers, strings, paths, lists of them. */
errint values_less(struct eval *E, struct value *a, struct value *b, pos_t pos, const char *ctx,
		   bool *out);
/* Arithmetic of the operators, for builtins.add and its like. op is one of + - * / */
errint values_arith(struct eval *E, pos_t pos, char op, struct value *a, struct value *b,
		    struct value *out);

/* ---- paths, files, the store ---- */

/* The store's folder, also where there is no store. */
struct str eval_store_dir(const struct eval *E);
/* The store, or a failure where the evaluator has none. */
errint eval_store(struct eval *E, pos_t pos, struct store **out);
/* Is reading this path allowed (pure and restricted evaluation)? access.c decides. */
errint path_check(struct eval *E, pos_t pos, struct str path);
bool path_allowed(const struct eval *E, struct str path);
/* The same for all that is below it; a folder may be allowed for the sake of one entry only. */
bool path_allowed_below(const struct eval *E, struct str path);
/* Is it what git tracks alone that decides about all below it? */
bool path_is_listed(const struct eval *E, struct str path);
/* Makes a path readable in restricted modes: what was added and fetched. */
void path_allow(struct eval *E, struct str path);
/* A store path with all that it refers to. */
errint path_allow_closure(struct eval *E, struct str path, struct err *err);
/* Is reading this URI allowed? */
errint uri_check(struct eval *E, pos_t pos, struct str uri);
enum realise_flags {
	REALISE_FOLLOW = 1 << 0, /* resolve symlinks in the whole path */
	REALISE_PARENT = 1 << 1, /* resolve symlinks in all but the last component */
};
/* What import, readFile, readDir, pathExists, … do with their argument: coerces to a path, builds
 * its context, resolves links. Whether it may be read is asked when it is. */
errint realise_path(struct eval *E, pos_t pos, struct value *v, unsigned flags, struct str *out);
/* Where the bytes of a logical path are on this machine, NUL terminated, in the heap: a path in a
 * chroot store is elsewhere. Whoever uses it checks access. Fails on NUL bytes. */
errint path_real(struct eval *E, pos_t pos, struct str path, const char **out);
/* Reads a whole file into the heap: the embedded <nix/…> files, too. */
errint path_read(struct eval *E, pos_t pos, struct str path, struct str *out);
/* The same into the perm arena. */
errint path_read_perm(struct eval *E, pos_t pos, struct str path, struct str *out);
/* lstat: *mode is 0 when nothing is there. */
errint path_lstat(struct eval *E, pos_t pos, struct str path, unsigned *mode);
/* The same, but what may not be read is not there. */
errint path_look(struct eval *E, pos_t pos, struct str path, unsigned *mode);
/* The entries of a folder, without what may not be read. */
struct dir_list;
errint path_list(struct eval *E, pos_t pos, struct str path, struct dir_list *out);
/* Nix's path algebra on absolute paths: canonical text without the disk; dir/rest. */
struct str path_canonical(struct eval *E, struct str path);

/* What a path is called in the store when nobody gives a name. */
struct str path_store_name(const struct eval *E, struct str path);
/* Copies a path to the store under that name, once per evaluation; adds to *sc. */
errint copy_to_store(struct eval *E, pos_t pos, struct str path, const struct context **sc,
		     struct str *out);
/* Forgets nothing: the same with a name, method, filter function and expected hash, for
 * builtins.path and filterSource. filter may be NULL. */
struct add_path {
	struct str name;
	bool recursive;
	bool follow;    /* a final symlink is not meant itself */
	bool unchecked; /* access has been granted otherwise */
	struct value *filter;
	const struct hash *expect;
};
errint add_path_to_store(struct eval *E, pos_t pos, struct str path, const struct add_path *how,
			 const struct context **sc, struct str *out);

/* <name>: the value of builtins.findFile on a list value of { path; prefix; }. */
errint find_file(struct eval *E, pos_t pos, struct value *search_path, struct str name,
		 struct str *out);
/* The value of builtins.nixPath. */
errint search_path_value(struct eval *E, struct value *out);

/* import: evaluates a file (a folder means its default.nix), once per evaluation. */
errint import_file(struct eval *E, pos_t pos, struct str path, struct value *out);
/* scopedImport: with extra variables, never cached. */
errint import_scoped(struct eval *E, pos_t pos, struct str path, struct attrs *scope,
		     struct value *out);
/* Parses and evaluates text, relative to a folder. name appears in positions. */
errint eval_text(struct eval *E, struct str text, struct str dir, const char *name,
		 struct value *out);

/* ---- positions ---- */

struct pos_info {
	struct str file;  /* "" when the source is no file; then name says what it is */
	const char *name; /* «string», «stdin», or NULL */
	unsigned line, column;
};
bool pos_resolve(struct eval *E, pos_t pos, struct pos_info *out);
/* file:line:column */
void pos_print(struct eval *E, pos_t pos, struct buf *b);
/* The source's text up to there. */
bool pos_text(struct eval *E, pos_t pos, struct str *before);
/* Is it in kiln's own embedded code? */
bool pos_is_internal(struct eval *E, pos_t pos);
/* { file; line; column; }, or null: unsafeGetAttrPos and __curPos. */
struct value pos_value(struct eval *E, pos_t pos);

/* ---- printing ---- */

struct print_options {
	bool strict;     /* force everything, errors are «error: …» unless fail is set */
	bool fail;       /* an error while forcing is returned */
	bool fail_top;   /* the value's own is, one further down is printed */
	bool multi_line; /* as nix repl does; else on one line */
	bool colors;     /* of a terminal */
	bool derivations_as_path; /* «derivation /nix/store/….drv» */
	bool code_spelling;       /* <CODE>, <LAMBDA>, <PRIMOP>: nix-instantiate; else «…» */
	size_t max_depth, max_attrs, max_items, max_string; /* 0: no bound */
};
errint print_value(struct eval *E, struct value *v, const struct print_options *o, struct buf *b);
/* A short form for error messages, as Nix's errorPrintOptions. */
void print_for_error(struct eval *E, struct value *v, struct buf *b);

enum json_flags {
	JSON_COPY = 1 << 0, /* paths are copied to the store */
	JSON_LAZY = 1 << 1, /* what is not evaluated yet is an error */
};
/* json_print.c: adds contexts to *sc. */
errint json_value(struct eval *E, struct value *v, pos_t pos, unsigned flags,
		  const struct context **sc, struct buf *b);
/* xml_print.c: what nix-instantiate --xml and toXML print. */
errint xml_value(struct eval *E, struct value *v, pos_t pos, bool strict, bool location,
		 const struct context **sc, struct buf *b);

/* fetch_state.c: where a tree is that a read-only evaluation fetched, but did not copy to the
 * store; false when path is below none. */
bool fetch_mounted(struct eval *E, struct str path, struct str *out);

/* builtin_regex.c and fetch_state.c, which own these. */
void regexes_free(struct regexes *r);
void fetch_state_free(struct fetch_state *f);
