/* SPDX-License-Identifier: MIT
 *
 * fetchTree and fetchGit: from arguments, or a flake reference, to what the ladder is asked for,
 * and from its answer to a set. A tree that is a path of this machine needs none. */
#include "eval/builtin_int.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/report.h"
#include "eval/fetch_state.h"
#include "source/locator.h"
#include "eval/registry.h"
#include "memo/inputs.h"
#include "store/store.h"

struct tree_call {
	const char *who;
	bool git;   /* fetchGit: `type` is known, and a missing revision is zeroes */
	bool deep;  /* an input of a flake: git's whole history unless it says other */
	bool final; /* of a lock file: the answer is what it says, and the store may have the tree
		     */
	struct arena *mem;
	struct locator ref;
	struct str name;
	struct str shown; /* the reference as text */
};

static bool is_git_scheme(struct str s)
{
	static const char *const names[] = {"ssh", "http", "https", "file", "ftp", "ftps", "git"};

	s = str_drop_prefix(s, S("git+"));
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eqz(s, names[i]))
			return true;
	return false;
}

/* Paths and scp's host:path, as git takes them, become URLs. */
static struct str git_url(struct arena *a, struct str url)
{
	struct str host, path;
	BUF(b, LIMIT_SMALL_FILE);

	if (str_starts(url, S("/"))) {
		buf_putz(&b, "file://");
		locator_encode_path(&b, url);
		return arena_str(a, buf_str(&b));
	}
	if (str_find(url, S("://")) < 0 && str_cut(url, ':', &host, &path) &&
	    str_chr(host, '/') < 0 && !is_git_scheme(host))
		return str_c(arena_printf(a, "ssh://%.*s%s%.*s", STR_ARG(host),
					  str_starts(path, S("/")) ? "" : "/", STR_ARG(path)));
	return str_drop_prefix(url, S("git+"));
}

static errint tree_arg(struct eval *E, pos_t pos, const struct attr *a, struct tree_call *t)
{
	struct str name = sym_str(E, a->sym), text;
	struct locator_attr f = {.name = arena_str(t->mem, name)};
	const struct context *ctx = NULL;

	TRY(force(E, a->v, a->pos));
	switch ((enum value_tag)a->v->tag) {
	case V_STRING:
	case V_STRCTX:
	case V_PATH:
		TRY(coerce_string(E, pos, a->v, 0, &ctx, "", &text));
		f.text = arena_str(t->mem, text);
		if (str_eqz(locator_text(&t->ref, "type"), "git") && a->sym == SYM_url)
			f.text = git_url(t->mem, f.text);
		break;
	case V_BOOL:
		f.kind = LOCATOR_ATTR_BOOL;
		f.number = a->v->b;
		break;
	case V_INT:
		if (a->v->i < 0)
			return eval_fail(E, 0,
					 "negative value given for '%s' argument '%.*s': %lld",
					 t->who, STR_ARG(name), (long long)a->v->i);
		f.kind = LOCATOR_ATTR_INT;
		f.number = (uint64_t)a->v->i;
		break;
	default:
		return eval_fail(
			E, 0,
			"argument '%.*s' to '%s' is %s while a string, Boolean or integer is "
			"expected",
			STR_ARG(name), t->who, value_type_text(a->v));
	}
	locator_set(&t->ref, f);
	return 0;
}

static errint tree_type(struct eval *E, struct attrs *given, struct tree_call *t)
{
	const struct attr *type = attrs_get(given, SYM_type);
	struct str text;

	if (t->git && type)
		return eval_fail(E, 0, "unexpected argument 'type'");
	if (t->git) {
		locator_set_text(&t->ref, "type", S("git"));
		return 0;
	}
	if (!type)
		return eval_fail(E, 0, "argument 'type' is missing in call to '%s'", t->who);
	TRY(want_string_plain(E, type->v, type->pos,
			      "while evaluating the `type` argument passed to 'fetchTree'", &text));
	locator_set_text(&t->ref, "type", arena_str(t->mem, text));
	return 0;
}

static bool flag_set(const struct locator *r, const char *name)
{
	const struct locator_attr *a = locator_get(r, name);

	return a && a->number;
}

static void set_flag(struct locator *r, const char *name)
{
	locator_set(r, (struct locator_attr){
			       .name = str_c(name), .kind = LOCATOR_ATTR_BOOL, .number = 1});
}

static errint tree_args(struct eval *E, pos_t pos, struct value *arg, struct tree_call *t)
{
	struct attrs *given = attrs_flat(E, arg->attrs);

	TRY(tree_type(E, given, t));
	for (size_t i = 0; i < given->n; i++)
		if (given->v[i].sym != SYM_type)
			TRY(tree_arg(E, pos, &given->v[i], t));
	if (!t->git && !t->deep && str_eqz(locator_text(&t->ref, "type"), "git") &&
	    !locator_get(&t->ref, "shallow"))
		set_flag(&t->ref, "shallow");
	if (!t->git && locator_get(&t->ref, "name"))
		return eval_fail(E, 0, "argument 'name' isn’t supported in call to '%s'", t->who);
	return 0;
}

static errint tree_text(struct eval *E, pos_t pos, struct value *arg, struct tree_call *t)
{
	const struct context *ctx = NULL;
	struct str text;
	ERR(err);

	TRY(coerce_string(E, pos, arg, 0, &ctx,
			  t->git ? "while evaluating the first argument passed to 'fetchGit'"
				 : "while evaluating the first argument passed to 'fetchTree'",
			  &text));
	if (!t->git)
		return locator_parse(t->mem, text, &t->ref, &err) ? eval_fail_err(E, 0, &err) : 0;
	locator_set_text(&t->ref, "type", S("git"));
	locator_set_text(&t->ref, "url", git_url(t->mem, arena_str(t->mem, text)));
	return 0;
}

/* Revision and history, which a work tree with changes has not: fetchGit gives zeroes then. */
static void add_revision(struct eval *E, struct attrs *a, const struct brought *f, bool zeroes)
{
	static const char none[] = "0000000000000000000000000000000000000000";
	struct str rev = f->rev.n ? f->rev : zeroes ? S(none) : S("");

	if (rev.n) {
		fetch_add_text(E, a, "rev", rev);
		fetch_add_text(E, a, "shortRev",
			       f->short_rev.n ? f->short_rev : str_sub(rev, 0, 7));
	}
	if (f->count_from.n)
		attrs_push(a, sym_intern(E, S("revCount")), fetch_rev_count(E, f->count_from), 0);
	else if (f->has_rev_count)
		fetch_add_number(E, a, "revCount", f->rev_count);
	else if (zeroes)
		fetch_add_number(E, a, "revCount", 0);
	if (f->dirty_rev.n) {
		fetch_add_text(E, a, "dirtyRev", f->dirty_rev);
		fetch_add_text(E, a, "dirtyShortRev", f->dirty_short_rev);
	}
}

static void add_modified(struct eval *E, struct attrs *a, int64_t when)
{
	time_t t = (time_t)when;
	char text[32];
	struct tm tm;

	fetch_add_number(E, a, "lastModified", (uint64_t)when);
	if (gmtime_r(&t, &tm) && strftime(text, sizeof(text), "%Y%m%d%H%M%S", &tm))
		fetch_add_text(E, a, "lastModifiedDate", str_c(text));
}

/* What fetchTree returns. */
static struct value tree_value(struct eval *E, const struct tree_call *t, const struct brought *f)
{
	bool git = str_eqz(locator_text(&t->ref, "type"), "git");
	struct attrs *a = attrs_new(E, 16);
	char text[HASH_TEXT_MAX];

	attrs_push(a, SYM_outPath, value_box(E, store_path_value(E, f->store_path)), 0);
	if (f->has_nar_hash)
		fetch_add_text(E, a, "narHash",
			       str_c(hash_format(&f->nar_hash, HASH_SRI, true, text)));
	if (git)
		attrs_push(a, SYM_submodules, value_box(E, v_bool(flag_set(&t->ref, "submodules"))),
			   0);
	add_revision(E, a, f, t->git);
	if (f->has_last_modified)
		add_modified(E, a, f->last_modified);
	return v_attrs(attrs_done(a));
}

/* The hash that a tree must have. */
static errint tree_hash(struct eval *E, const struct tree_call *t, struct hash *h, bool *pinned)
{
	struct str text = locator_text(&t->ref, "narHash");

	*pinned = text.n > 0;
	return *pinned ? hash_arg(E, text, HASH_SHA256, h) : 0;
}

/* The hash of a tree, and when the newest thing in it changed. */
struct tree_facts {
	struct hash hash;
	int64_t newest;
};

static bool note_time(void *ctx, const char *path, unsigned char type, struct err *err)
{
	struct tree_facts *t = ctx;
	struct stat st;

	if (lstat(path, &st) == 0)
		t->newest = MAX(t->newest, (int64_t)st.st_mtime);
	return true;
}

static errint tree_facts(struct eval *E, pos_t pos, struct str path, struct tree_facts *out)
{
	struct hash_sink sink CLEANUP(hash_sink_release) = hash_sink_init(HASH_SHA256, NULL);
	const char *real;
	ERR(err);

	/* The date of the newest file is part of the answer, and no input tells it. */
	input_unknowable(E->opt.inputs, "'%.*s' was fetched with its dates", STR_ARG(path));
	*out = (struct tree_facts){0};
	TRY(path_real(E, pos, path, &real));
	note_time(out, real, DT_UNKNOWN, &err);
	if (nar_dump(AT_FDCWD, real, &sink.sink, note_time, out, &err))
		return eval_fail_err(E, 0, &err);
	hash_sink_finish(&sink, &out->hash);
	return 0;
}

static errint check_tree_hash(struct eval *E, const struct tree_call *t, const struct hash *got)
{
	struct hash want;
	bool pinned;
	ERR(err);

	TRY(tree_hash(E, t, &want, &pinned));
	if (!pinned || hash_eq(&want, got))
		return 0;
	hash_mismatch(&err, HASH_OF_INPUT, t->shown, &want, got);
	return eval_fail_err(E, 0, &err);
}

/* Nix copies such a path nowhere, and so never sees its times. */
static errint is_source_path(struct eval *E, struct str path, bool *yes)
{
	ERR(err);

	*yes = E->opt.store && store_path_is(eval_store_dir(E), path) &&
	       str_eqz(store_path_name(path), "source");
	if (*yes && store_is_valid(E->opt.store, path, yes, &err))
		return eval_fail_err(E, 0, &err);
	return 0;
}

/* A tree that is a path of this machine needs none. */
static errint fetch_path(struct eval *E, pos_t pos, struct tree_call *t, struct brought *f)
{
	const struct locator_attr *modified = locator_get(&t->ref, "lastModified");
	const struct locator_attr *count = locator_get(&t->ref, "revCount");
	/* That it may be read has been decided by its URI. */
	struct add_path how = {.name = S("source"), .recursive = true, .unchecked = true};
	struct str path = locator_text(&t->ref, "path");
	const struct context *sc = NULL;
	struct tree_facts facts;
	const char *real;
	bool source;

	if (!str_starts(path, S("/")))
		return eval_fail(E, 0, "cannot fetch input '%.*s' because it uses a relative path",
				 STR_ARG(path));
	path = path_canonical(E, path);
	TRY(path_real(E, pos, path, &real));
	if (faccessat(AT_FDCWD, real, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return eval_fail(E, 0, "path '%.*s' does not exist", STR_ARG(path));
	TRY(tree_facts(E, pos, path, &facts));
	TRY(check_tree_hash(E, t, &facts.hash));
	TRY(is_source_path(E, path, &source));
	TRY(add_path_to_store(E, pos, path, &how, &sc, &f->store_path));
	if (E->opt.read_only || (E->opt.store && store_readonly(E->opt.store)))
		fetch_mount(E, f->store_path, path);
	f->nar_hash = facts.hash;
	f->has_nar_hash = true;
	f->rev = locator_text(&t->ref, "rev");
	f->has_last_modified = true;
	f->last_modified = modified ? (int64_t)modified->number : source ? 0 : facts.newest;
	f->has_rev_count = count;
	f->rev_count = count ? count->number : 0;
	return 0;
}

static bool is_zeroes(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '0')
			return false;
	return true;
}

bool fetch_ref_is_locked(const struct locator *r)
{
	struct str type = locator_text(r, "type"), rev = locator_text(r, "rev");

	if (str_eqz(type, "indirect"))
		return false;
	if (str_eqz(type, "path") || str_eqz(type, "file") || str_eqz(type, "tarball"))
		return locator_get(r, "narHash");
	return !is_zeroes(rev);
}

static errint check_locked(struct eval *E, pos_t pos, const struct tree_call *t)
{
	if (E->opt.pure && !fetch_ref_is_locked(&t->ref)) {
		if (!locator_get(&t->ref, "narHash"))
			return eval_fail(
				E, 0,
				"in pure evaluation mode, '%s' doesn't fetch unlocked input '%.*s'",
				t->who, STR_ARG(t->shown));
		eval_tell(E, REPORT_WARN,
			  "Input '%.*s' is unlocked (e.g. lacks a Git revision) but is checked by "
			  "NAR hash. This is not reproducible and will break after garbage "
			  "collection or when shared.",
			  STR_ARG(t->shown));
	}
	return uri_check(E, pos, t->shown);
}

/* The answer for a node of a lock file is in the lock file. */
static void take_locked(const struct tree_call *t, struct brought *f)
{
	const struct locator_attr *modified = locator_get(&t->ref, "lastModified");
	const struct locator_attr *count = locator_get(&t->ref, "revCount");

	f->rev = locator_text(&t->ref, "rev");
	f->short_rev = S("");
	f->dirty_rev = locator_text(&t->ref, "dirtyRev");
	f->dirty_short_rev = locator_text(&t->ref, "dirtyShortRev");
	f->has_last_modified = modified;
	f->last_modified = modified ? (int64_t)modified->number : 0;
	f->has_rev_count = count;
	f->rev_count = count ? count->number : 0;
	f->count_from = S("");
}

/* A tree whose hash is known may be in the store. *found then. */
static errint find_pinned(struct eval *E, struct tree_call *t, const struct hash *h,
			  struct brought *f, bool *found)
{
	struct str path;

	TRY(fetch_pinned_path(E, t->name, true, h, t->mem, &path, found));
	if (*found)
		*f = (struct brought){.store_path = path, .nar_hash = *h, .has_nar_hash = true};
	return 0;
}

/* What cannot be reached now may be in the store all the same; then its date stays unknown. */
static bool is_unreachable(struct eval *E)
{
	return E->err.code == ERR_NETWORK || E->err.code == ERR_NOT_FOUND || !E->opt.ladder;
}

static errint fetch_other(struct eval *E, struct tree_call *t, struct brought *f)
{
	struct bring what = {.type = locator_text(&t->ref, "type"),
			     .name = t->name,
			     .url = locator_text(&t->ref, "url"),
			     /* A lock's ref may have moved on; a recipe's is a promise. */
			     .rev_in_ref = t->git,
			     .attrs = t->ref.attrs,
			     .n_attrs = t->ref.n};
	bool pinned, found = false;
	struct hash h;

	TRY(tree_hash(E, t, &h, &pinned));
	if (pinned)
		what.expect = &h;
	if (pinned && t->final)
		TRY(find_pinned(E, t, &h, f, &found));
	if (found && E->opt.ladder)
		ladder_note_input(E->opt.ladder, &what, f);
	if (found || fetch_ask(E, &what, t->shown, f) == 0)
		return 0;
	if (pinned && !t->git && is_unreachable(E)) {
		struct eval_failure failure = eval_put_aside(E);
		errint rc = find_pinned(E, t, &h, f, &found);

		if (rc == 0 && found) {
			eval_take_back(E, &failure);
			eval_forget(E);
			f->rev = locator_text(&t->ref, "rev");
			return 0;
		}
		eval_take_back(E, &failure);
	}
	return eval_failed(E);
}

static errint fetch_tree(struct eval *E, pos_t pos, struct tree_call *t, struct brought *f)
{
	if (str_eqz(locator_text(&t->ref, "type"), "path"))
		TRY(fetch_path(E, pos, t, f));
	else
		TRY(fetch_other(E, t, f));
	if (t->final)
		take_locked(t, f);
	return 0;
}

static errint call_fetch_tree(struct eval *E, pos_t pos, struct value *arg, struct tree_call *t,
			      struct value *out)
{
	struct brought fetched = {0};
	ERR(err);

	t->ref.arena = t->mem;
	t->name = S("source");
	TRY(force(E, arg, pos));
	if (arg->tag == V_ATTRS)
		TRY(tree_args(E, pos, arg, t));
	else
		TRY(tree_text(E, pos, arg, t));
	if (t->git && !locator_get(&t->ref, "exportIgnore") && !flag_set(&t->ref, "submodules"))
		set_flag(&t->ref, "exportIgnore");
	if (locator_check(&t->ref, &err))
		return eval_fail_err(E, 0, &err);
	if (!E->opt.pure)
		TRY(registry_resolve(E, &t->ref, REGISTRY_GLOBAL));
	if (locator_text(&t->ref, "name").n)
		t->name = locator_text(&t->ref, "name");
	if (locator_print(&t->ref, &t->shown, &err))
		return eval_fail_err(E, 0, &err);
	TRY(check_locked(E, pos, t));
	TRY(fetch_tree(E, pos, t, &fetched));
	path_allow(E, fetched.store_path);
	*out = tree_value(E, t, &fetched);
	return 0;
}

BUILTIN(fetchTree)
{
	ARENA(mem);
	struct tree_call t = {.who = "fetchTree", .mem = &mem};

	return call_fetch_tree(E, pos, args[0], &t, out);
}

errint fetch_input_tree(struct eval *E, pos_t pos, struct value **args, struct value *out)
{
	ARENA(mem);
	struct tree_call t = {.who = "fetchTree", .deep = true, .mem = &mem};

	return call_fetch_tree(E, pos, args[0], &t, out);
}

/* For nodes of lock files. */
errint fetch_final_tree(struct eval *E, pos_t pos, struct value **args, struct value *out)
{
	ARENA(mem);
	struct tree_call t = {.who = "fetchTree", .deep = true, .final = true, .mem = &mem};

	return call_fetch_tree(E, pos, args[0], &t, out);
}

BUILTIN(fetchGit)
{
	ARENA(mem);
	struct tree_call t = {.who = "fetchGit", .git = true, .mem = &mem};

	return call_fetch_tree(E, pos, args[0], &t, out);
}

const struct builtin_row builtins_fetch_tree[] = {
	{"fetchTree", 1, BUILTIN_GLOBAL, builtin_fetchTree, "input",
	 "Fetches { type; … } or a flake reference: { outPath; narHash; rev; lastModified; … }."},
	{"fetchGit", 1, BUILTIN_GLOBAL, builtin_fetchGit, "args",
	 "Fetches a git repository: a URL or { url; rev; ref; submodules; … }."},
	BUILTIN_END,
};
