/* SPDX-License-Identifier: MIT
 *
 * fetchurl, fetchTarball, fetchGit, fetchMercurial and fetchTree: arguments are checked here, what
 * is pinned and in the store already is taken from there, and the fetcher that the cli handed in
 * brings the rest. Equal requests are answered once per evaluation. */
#include "eval/builtin_int.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include "eval/flake_ref.h"
#include "store/store.h"

struct fetch_state {
	struct eval_fetcher *fetcher;
	struct arena mem; /* keys and answers */
	struct fetch_answer {
		struct str key;
		struct eval_fetched fetched;
	} * answers;
	size_t n, cap;
	/* Trees that a read-only evaluation would have copied: they are read where they are. */
	struct fetch_mount {
		struct str store_path, source;
	} * mounts;
	size_t n_mounts, cap_mounts;
};

static struct fetch_state *fetch_state(struct eval *E)
{
	if (!E->fetches)
		E->fetches = xcalloc(1, sizeof(*E->fetches));
	return E->fetches;
}

void fetch_state_free(struct fetch_state *f)
{
	if (!f)
		return;
	arena_release(&f->mem);
	free(f->answers);
	free(f->mounts);
	free(f);
}

static void mount(struct eval *E, struct str store_path, struct str source)
{
	struct fetch_state *f = fetch_state(E);

	ARRAY_GROW(f->mounts, f->n_mounts, f->cap_mounts);
	f->mounts[f->n_mounts++] =
		(struct fetch_mount){arena_str(&f->mem, store_path), arena_str(&f->mem, source)};
}

bool fetch_mounted(struct eval *E, struct str path, struct str *out)
{
	const struct fetch_state *f = E->fetches;

	for (size_t i = 0; f && i < f->n_mounts; i++) {
		struct str rest = str_skip(path, f->mounts[i].store_path.n);

		if (!str_starts(path, f->mounts[i].store_path) || (rest.n && rest.p[0] != '/'))
			continue;
		*out = heap_printf(E, "%.*s%.*s", STR_ARG(f->mounts[i].source), STR_ARG(rest));
		return true;
	}
	return false;
}

void eval_set_fetcher(struct eval *E, struct eval_fetcher *f)
{
	fetch_state(E)->fetcher = f;
}

/* ---- asking ---- */

/* Text that two requests share only if they ask for the same. */
static struct str request_key(struct arena *a, const struct eval_fetch *what)
{
	char hash[HASH_TEXT_MAX] = "";
	BUF(b, LIMIT_SMALL_FILE);

	if (what->expect)
		hash_format(what->expect, HASH_BASE16, true, hash);
	buf_printf(&b, "%.*s\n%.*s\n%.*s\n%s\n", STR_ARG(what->type), STR_ARG(what->name),
		   STR_ARG(what->url), hash);
	for (size_t i = 0; i < what->n_attrs; i++) {
		const struct fetch_attr *f = &what->attrs[i];

		buf_printf(&b, "%.*s\n%d\n%zu\n%llu\n", STR_ARG(f->name), (int)f->kind, f->text.n,
			   (unsigned long long)f->number);
		buf_puts(&b, f->text);
	}
	return arena_str(a, buf_str(&b));
}

static errint ask(struct eval *E, const struct eval_fetch *what, struct eval_fetched *out)
{
	struct fetch_state *f = fetch_state(E);
	struct str key = request_key(&f->mem, what);
	struct eval_fetched fetched = {0};
	ERR(err);

	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->answers[i].key, key)) {
			*out = f->answers[i].fetched;
			return 0;
		}
	if (!f->fetcher) {
		eval_fail(E, 0, "cannot fetch '%.*s': this evaluation may not fetch anything",
			  STR_ARG(what->url.n ? what->url : what->type));
		return eval_hint(E, "add the file to the store before, and name its sha256");
	}
	if (f->fetcher->fetch(f->fetcher, what, &f->mem, &fetched, &err))
		return eval_fail_err(E, 0, &err);
	ARRAY_GROW(f->answers, f->n, f->cap);
	f->answers[f->n++] = (struct fetch_answer){key, fetched};
	*out = fetched;
	return 0;
}

/* The store path that a pinned download has; *valid says whether it is there already. */
static errint pinned_path(struct eval *E, struct str name, bool tree, const struct hash *h,
			  struct arena *a, struct str *out, bool *valid)
{
	ERR(err);

	*valid = false;
	if (store_path_make_fixed(a, eval_store_dir(E), name, tree, h, NULL, 0, false, out, &err))
		return eval_fail_err(E, 0, &err);
	if (E->opt.store && store_is_valid(E->opt.store, *out, valid, &err))
		return eval_fail_err(E, 0, &err);
	return 0;
}

/* ---- fetchurl, fetchTarball ---- */

struct download {
	const char *who;
	bool tree;
	struct str url, name;
	bool is_set, named;
	struct hash hash;
	bool pinned;
};

static errint download_arg(struct eval *E, const struct attr *a, struct download *d)
{
	struct str text;

	switch (a->sym) {
	case SYM_url:
		return want_string_plain(E, a->v, a->pos,
					 "while evaluating the url we should fetch", &d->url);
	case SYM_name:
		d->named = true;
		return want_string_plain(E, a->v, a->pos,
					 "while evaluating the name of the content we should fetch",
					 &d->name);
	case SYM_sha256:
		TRY(want_string_plain(E, a->v, a->pos,
				      "while evaluating the sha256 of the content we should fetch",
				      &text));
		d->pinned = true;
		return hash_arg(E, text, HASH_SHA256, &d->hash);
	default:
		return eval_fail(E, 0, "unsupported argument '%.*s' to '%s'",
				 STR_ARG(attr_name_text(E, a->sym)), d->who);
	}
}

static errint download_args(struct eval *E, pos_t pos, struct value *arg, struct download *d)
{
	struct attrs *given;

	TRY(force(E, arg, pos));
	if (arg->tag != V_ATTRS)
		return want_string_plain(E, arg, 0, "while evaluating the url we should fetch",
					 &d->url);
	d->is_set = true;
	given = attrs_flat(E, arg->attrs);
	for (size_t i = 0; i < given->n; i++)
		TRY(download_arg(E, &given->v[i], d));
	return d->url.p ? 0 : eval_fail(E, 0, "'url' argument required");
}

static errint check_download_name(struct eval *E, const struct download *d)
{
	static const char so[] = "so that it can create a valid store path.";
	const char *why = store_name_error(E, d->name);

	if (!why)
		return 0;
	if (d->named)
		return eval_fail(
			E, 0,
			"invalid store path name when fetching URL '%.*s': %s. Please change "
			"the value for the 'name' attribute passed to '%s', %s",
			STR_ARG(d->url), why, d->who, so);
	if (d->is_set)
		return eval_fail(
			E, 0,
			"invalid store path name when fetching URL '%.*s': %s. Please add a "
			"valid 'name' attribute to the argument for '%s', %s",
			STR_ARG(d->url), why, d->who, so);
	return eval_fail(E, 0,
			 "invalid store path name when fetching URL '%.*s': %s. Please pass an "
			 "attribute set with 'url' and 'name' attributes to '%s',  %s",
			 STR_ARG(d->url), why, d->who, so);
}

static struct str url_base(struct str url)
{
	while (url.n && url.p[url.n - 1] == '/')
		url.n--;
	return str_skip(url, (size_t)(str_rchr(url, '/') + 1));
}

/* channel:NAME is an old short form. */
static struct str channel_url(struct eval *E, struct str url)
{
	if (!str_starts(url, S("channel:")))
		return url;
	url = str_skip(url, 8);
	return heap_printf(E, "https://channels.nixos.org/%.*s/nixexprs.tar.xz", STR_ARG(url));
}

static errint download(struct eval *E, pos_t pos, struct value *arg, struct download *d,
		       struct value *out)
{
	struct eval_fetched fetched;
	struct eval_fetch what;
	struct str path;
	bool valid;
	ARENA(mem);

	TRY(download_args(E, pos, arg, d));
	if (d->tree)
		d->url = channel_url(E, d->url);
	TRY(uri_check(E, pos, d->url));
	if (d->name.n == 0)
		d->name = url_base(d->url);
	TRY(check_download_name(E, d));
	if (E->opt.pure && !d->pinned)
		return eval_fail(E, 0, "in pure evaluation mode, '%s' requires a 'sha256' argument",
				 d->who);
	if (d->pinned) {
		TRY(pinned_path(E, d->name, d->tree, &d->hash, &mem, &path, &valid));
		if (valid) {
			*out = store_path_value(E, path);
			return 0;
		}
	}
	what = (struct eval_fetch){.type = d->tree ? S("tarball") : S("file"),
				   .name = d->name,
				   .url = d->url,
				   .expect = d->pinned ? &d->hash : NULL};
	TRY(ask(E, &what, &fetched));
	*out = store_path_value(E, fetched.store_path);
	return 0;
}

BUILTIN(fetchurl)
{
	struct download d = {.who = "fetchurl"};

	return download(E, pos, args[0], &d, out);
}

BUILTIN(fetchTarball)
{
	struct download d = {.who = "fetchTarball", .tree = true, .name = S("source")};

	return download(E, pos, args[0], &d, out);
}

/* ---- fetchTree, fetchGit, fetchMercurial ---- */

struct tree_call {
	const char *who;
	bool git; /* fetchGit: `type` is known, and a missing revision is zeroes */
	struct arena *mem;
	struct flake_ref ref;
	struct str name;
};

/* scp's host:path and plain paths, as git takes them, are URLs, too. */
static struct str git_url(struct arena *a, struct str url)
{
	ptrdiff_t colon = str_chr(url, ':');
	bool scp = colon > 0 && str_chr(str_n(url.p, (size_t)colon), '/') < 0;

	if (str_find(url, S("://")) >= 0)
		return str_drop_prefix(url, S("git+"));
	if (str_starts(url, S("file:")))
		return url;
	if (scp && (str_find(url, S("@")) >= 0))
		return str_c(arena_printf(a, "ssh://%.*s/%.*s", (int)colon, url.p,
					  STR_ARG(str_skip(url, (size_t)colon + 1))));
	return str_c(arena_printf(a, "file://%.*s", STR_ARG(url)));
}

static errint tree_arg(struct eval *E, pos_t pos, const struct attr *a, struct tree_call *t)
{
	struct str name = sym_str(E, a->sym), text;
	struct fetch_attr f = {.name = arena_str(t->mem, name)};
	const struct context *ctx = NULL;

	TRY(force(E, a->v, a->pos));
	switch ((enum value_tag)a->v->tag) {
	case V_STRING:
	case V_STRCTX:
	case V_PATH:
		TRY(coerce_string(E, pos, a->v, 0, &ctx, "", &text));
		f.text = arena_str(t->mem, text);
		if (t->git && a->sym == SYM_url)
			f.text = git_url(t->mem, f.text);
		break;
	case V_BOOL:
		f.kind = FETCH_ATTR_BOOL;
		f.number = a->v->b;
		break;
	case V_INT:
		if (a->v->i < 0)
			return eval_fail(E, 0,
					 "negative value given for '%s' argument '%.*s': %lld",
					 t->who, STR_ARG(name), (long long)a->v->i);
		f.kind = FETCH_ATTR_INT;
		f.number = (uint64_t)a->v->i;
		break;
	default:
		return eval_fail(
			E, 0,
			"argument '%.*s' to '%s' is %s while a string, Boolean or integer is "
			"expected",
			STR_ARG(name), t->who, value_type_text(a->v));
	}
	flake_ref_set(&t->ref, f);
	return 0;
}

static errint tree_type(struct eval *E, struct attrs *given, struct tree_call *t)
{
	const struct attr *type = attrs_get(given, SYM_type);
	struct str text;

	if (t->git && type)
		return eval_fail(E, 0, "unexpected argument 'type'");
	if (t->git) {
		flake_ref_set_text(&t->ref, "type", S("git"));
		return 0;
	}
	if (!type)
		return eval_fail(E, 0, "argument 'type' is missing in call to '%s'", t->who);
	TRY(want_string_plain(E, type->v, type->pos,
			      "while evaluating the `type` argument passed to 'fetchTree'", &text));
	flake_ref_set_text(&t->ref, "type", arena_str(t->mem, text));
	return 0;
}

static bool flag_set(const struct flake_ref *r, const char *name)
{
	const struct fetch_attr *a = flake_ref_get(r, name);

	return a && a->number;
}

static void set_flag(struct flake_ref *r, const char *name)
{
	flake_ref_set(
		r, (struct fetch_attr){.name = str_c(name), .kind = FETCH_ATTR_BOOL, .number = 1});
}

static errint tree_args(struct eval *E, pos_t pos, struct value *arg, struct tree_call *t)
{
	struct attrs *given = attrs_flat(E, arg->attrs);

	TRY(tree_type(E, given, t));
	for (size_t i = 0; i < given->n; i++)
		if (given->v[i].sym != SYM_type)
			TRY(tree_arg(E, pos, &given->v[i], t));
	if (!t->git && str_eqz(flake_ref_text(&t->ref, "type"), "git") &&
	    !flake_ref_get(&t->ref, "shallow"))
		set_flag(&t->ref, "shallow");
	if (!t->git && flake_ref_get(&t->ref, "name"))
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
		return flake_ref_parse(t->mem, text, &t->ref, &err) ? eval_fail_err(E, 0, &err) : 0;
	flake_ref_set_text(&t->ref, "type", S("git"));
	flake_ref_set_text(&t->ref, "url", git_url(t->mem, arena_str(t->mem, text)));
	return 0;
}

static void add_text(struct eval *E, struct attrs *a, const char *name, struct str text)
{
	attrs_push(a, sym_intern(E, str_c(name)), value_box(E, string_copy(E, text, NULL)), 0);
}

static void add_number(struct eval *E, struct attrs *a, const char *name, uint64_t n)
{
	attrs_push(a, sym_intern(E, str_c(name)), value_box(E, v_int((int64_t)n)), 0);
}

/* Revision and history, which a work tree with changes has not: fetchGit gives zeroes then. */
static void add_revision(struct eval *E, struct attrs *a, const struct eval_fetched *f, bool zeroes)
{
	static const char none[] = "0000000000000000000000000000000000000000";
	struct str rev = f->rev.n ? f->rev : zeroes ? S(none) : S("");

	if (rev.n) {
		add_text(E, a, "rev", rev);
		add_text(E, a, "shortRev", f->short_rev.n ? f->short_rev : str_sub(rev, 0, 7));
	}
	if (f->has_rev_count)
		add_number(E, a, "revCount", f->rev_count);
	else if (zeroes)
		add_number(E, a, "revCount", 0);
	if (f->dirty_rev.n) {
		add_text(E, a, "dirtyRev", f->dirty_rev);
		add_text(E, a, "dirtyShortRev", f->dirty_short_rev);
	}
}

static void add_modified(struct eval *E, struct attrs *a, int64_t when)
{
	time_t t = (time_t)when;
	char text[32];
	struct tm tm;

	add_number(E, a, "lastModified", (uint64_t)when);
	if (gmtime_r(&t, &tm) && strftime(text, sizeof(text), "%Y%m%d%H%M%S", &tm))
		add_text(E, a, "lastModifiedDate", str_c(text));
}

/* What fetchTree returns. */
static struct value tree_value(struct eval *E, const struct tree_call *t,
			       const struct eval_fetched *f)
{
	bool git = str_eqz(flake_ref_text(&t->ref, "type"), "git");
	struct attrs *a = attrs_new(E, 16);
	char text[HASH_TEXT_MAX];

	attrs_push(a, SYM_outPath, value_box(E, store_path_value(E, f->store_path)), 0);
	if (f->has_nar_hash)
		add_text(E, a, "narHash", str_c(hash_format(&f->nar_hash, HASH_SRI, true, text)));
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
	struct str text = flake_ref_text(&t->ref, "narHash");

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
	char a[HASH_TEXT_MAX], b[HASH_TEXT_MAX];
	struct str path = flake_ref_text(&t->ref, "path");
	struct hash want;
	bool pinned;

	TRY(tree_hash(E, t, &want, &pinned));
	if (!pinned || hash_eq(&want, got))
		return 0;
	return eval_fail_code(E, 0, ERR_MISMATCH,
			      "NAR hash mismatch in input 'path:%.*s', expected '%s' but got '%s'",
			      STR_ARG(path), hash_format(&want, HASH_SRI, true, a),
			      hash_format(got, HASH_SRI, true, b));
}

/* A tree that is a path of this machine needs no fetcher. */
static errint fetch_path(struct eval *E, pos_t pos, struct tree_call *t, struct eval_fetched *f)
{
	const struct fetch_attr *modified = flake_ref_get(&t->ref, "lastModified");
	const struct fetch_attr *count = flake_ref_get(&t->ref, "revCount");
	struct add_path how = {.name = S("source"), .recursive = true};
	struct str path = flake_ref_text(&t->ref, "path");
	const struct context *sc = NULL;
	struct tree_facts facts;

	if (!str_starts(path, S("/")))
		return eval_fail(E, 0, "cannot fetch input '%.*s' because it uses a relative path",
				 STR_ARG(path));
	path = path_canonical(E, path);
	TRY(path_check(E, pos, path));
	TRY(tree_facts(E, pos, path, &facts));
	TRY(check_tree_hash(E, t, &facts.hash));
	TRY(add_path_to_store(E, pos, path, &how, &sc, &f->store_path));
	if (E->opt.read_only || (E->opt.store && store_readonly(E->opt.store)))
		mount(E, f->store_path, path);
	f->nar_hash = facts.hash;
	f->has_nar_hash = true;
	f->rev = flake_ref_text(&t->ref, "rev");
	f->has_last_modified = true;
	f->last_modified = modified ? (int64_t)modified->number : facts.newest;
	f->has_rev_count = count;
	f->rev_count = count ? count->number : 0;
	return 0;
}

static errint check_locked(struct eval *E, pos_t pos, const struct tree_call *t)
{
	struct str text;
	ERR(err);

	if (flake_ref_print(&t->ref, &text, &err))
		return eval_fail_err(E, 0, &err);
	TRY(uri_check(E, pos, text));
	if (!E->opt.pure || flake_ref_get(&t->ref, "narHash") || flake_ref_get(&t->ref, "rev"))
		return 0;
	return eval_fail(E, 0, "in pure evaluation mode, '%s' doesn't fetch unlocked input '%.*s'",
			 t->who, STR_ARG(text));
}

static errint fetch_tree(struct eval *E, pos_t pos, struct tree_call *t, struct eval_fetched *f)
{
	struct str type = flake_ref_text(&t->ref, "type"), path;
	struct eval_fetch what;
	bool pinned, valid;
	struct hash h;

	TRY(tree_hash(E, t, &h, &pinned));
	if (pinned && !str_eqz(type, "file")) {
		TRY(pinned_path(E, t->name, true, &h, t->mem, &path, &valid));
		/* Revision and date are part of the answer, and known only where they were given.
		 */
		if (valid && !t->git && str_eqz(type, "tarball")) {
			*f = (struct eval_fetched){
				.store_path = path, .nar_hash = h, .has_nar_hash = true};
			return 0;
		}
	}
	if (str_eqz(type, "path"))
		return fetch_path(E, pos, t, f);
	what = (struct eval_fetch){.type = type,
				   .name = t->name,
				   .url = flake_ref_text(&t->ref, "url"),
				   .expect = pinned ? &h : NULL,
				   .attrs = t->ref.attrs,
				   .n_attrs = t->ref.n};
	return ask(E, &what, f);
}

static errint call_fetch_tree(struct eval *E, pos_t pos, struct value *arg, struct tree_call *t,
			      struct value *out)
{
	struct eval_fetched fetched = {0};
	ERR(err);

	t->ref.arena = t->mem;
	t->name = S("source");
	TRY(force(E, arg, pos));
	if (arg->tag == V_ATTRS)
		TRY(tree_args(E, pos, arg, t));
	else
		TRY(tree_text(E, pos, arg, t));
	if (t->git && !flake_ref_get(&t->ref, "exportIgnore") && !flag_set(&t->ref, "submodules"))
		set_flag(&t->ref, "exportIgnore");
	if (flake_ref_check(&t->ref, &err))
		return eval_fail_err(E, 0, &err);
	if (flake_ref_text(&t->ref, "name").n)
		t->name = flake_ref_text(&t->ref, "name");
	TRY(check_locked(E, pos, t));
	TRY(fetch_tree(E, pos, t, &fetched));
	*out = tree_value(E, t, &fetched);
	return 0;
}

BUILTIN(fetchTree)
{
	ARENA(mem);
	struct tree_call t = {.who = "fetchTree", .mem = &mem};

	return call_fetch_tree(E, pos, args[0], &t, out);
}

BUILTIN(fetchGit)
{
	ARENA(mem);
	struct tree_call t = {.who = "fetchGit", .git = true, .mem = &mem};

	return call_fetch_tree(E, pos, args[0], &t, out);
}

/* ---- fetchMercurial ---- */

static bool is_full_rev(struct str s)
{
	uint8_t digest[20];

	return base16_decode(s, digest, sizeof(digest));
}

static errint mercurial_arg(struct eval *E, const struct attr *a, struct tree_call *t)
{
	const struct context *ctx = NULL;
	struct str text;

	switch (a->sym) {
	case SYM_url:
		TRY(coerce_string(E, a->pos, a->v, 0, &ctx,
				  "while evaluating the `url` attribute passed to "
				  "builtins.fetchMercurial",
				  &text));
		flake_ref_set_text(&t->ref, "url", arena_str(t->mem, text));
		return 0;
	case SYM_rev:
		TRY(want_string_plain(E, a->v, a->pos,
				      "while evaluating the `rev` attribute passed to "
				      "builtins.fetchMercurial",
				      &text));
		flake_ref_set_text(&t->ref, is_full_rev(text) ? "rev" : "ref",
				   arena_str(t->mem, text));
		return 0;
	case SYM_name:
		return want_string_plain(E, a->v, a->pos,
					 "while evaluating the `name` attribute passed to "
					 "builtins.fetchMercurial",
					 &t->name);
	default:
		return eval_fail(E, a->pos, "unsupported argument '%.*s' to 'fetchMercurial'",
				 STR_ARG(attr_name_text(E, a->sym)));
	}
}

static errint mercurial_args(struct eval *E, pos_t pos, struct value *arg, struct tree_call *t)
{
	const struct context *ctx = NULL;
	struct attrs *given;
	struct str text;

	TRY(force(E, arg, pos));
	if (arg->tag != V_ATTRS) {
		TRY(coerce_string(E, pos, arg, 0, &ctx,
				  "while evaluating the first argument passed to "
				  "builtins.fetchMercurial",
				  &text));
		flake_ref_set_text(&t->ref, "url", arena_str(t->mem, text));
		return 0;
	}
	given = attrs_flat(E, arg->attrs);
	for (size_t i = 0; i < given->n; i++)
		TRY(mercurial_arg(E, &given->v[i], t));
	return flake_ref_text(&t->ref, "url").n ? 0 : eval_fail(E, 0, "'url' argument required");
}

static struct value mercurial_value(struct eval *E, const struct eval_fetched *f)
{
	struct attrs *a = attrs_new(E, 8);
	struct str rev = f->rev.n ? f->rev : S("0000000000000000000000000000000000000000");

	attrs_push(a, SYM_outPath, value_box(E, store_path_value(E, f->store_path)), 0);
	if (f->branch.n)
		add_text(E, a, "branch", f->branch);
	add_text(E, a, "rev", rev);
	add_text(E, a, "shortRev", str_sub(rev, 0, 12));
	if (f->has_rev_count)
		add_number(E, a, "revCount", f->rev_count);
	return v_attrs(attrs_done(a));
}

BUILTIN(fetchMercurial)
{
	ARENA(mem);
	struct tree_call t = {.who = "fetchMercurial", .mem = &mem, .name = S("source")};
	struct eval_fetched fetched;
	struct eval_fetch what;
	struct str url;

	t.ref.arena = &mem;
	TRY(mercurial_args(E, pos, args[0], &t));
	url = flake_ref_text(&t.ref, "url");
	TRY(uri_check(E, pos, url));
	if (E->opt.pure && !flake_ref_get(&t.ref, "rev"))
		return eval_fail(
			E, 0,
			"in pure evaluation mode, 'fetchMercurial' requires a Mercurial revision");
	if (str_find(url, S("://")) < 0)
		url = str_c(arena_printf(&mem, "file://%.*s", STR_ARG(url)));
	flake_ref_set_text(&t.ref, "type", S("hg"));
	flake_ref_set_text(&t.ref, "url", url);
	what = (struct eval_fetch){.type = S("hg"),
				   .name = t.name,
				   .url = url,
				   .attrs = t.ref.attrs,
				   .n_attrs = t.ref.n};
	TRY(ask(E, &what, &fetched));
	*out = mercurial_value(E, &fetched);
	return 0;
}

const struct builtin_row builtins_fetch[] = {
	{"fetchurl", 1, 0, builtin_fetchurl, "arg",
	 "Downloads a URL, or { url; sha256; name; }, to the store; the file's path."},
	{"fetchTarball", 1, BUILTIN_GLOBAL, builtin_fetchTarball, "args",
	 "Downloads and unpacks an archive, from a URL or { url; sha256; name; }; the tree's path."},
	{"fetchTree", 1, BUILTIN_GLOBAL, builtin_fetchTree, "input",
	 "Fetches { type; … } or a flake reference: { outPath; narHash; rev; lastModified; … }."},
	{"fetchGit", 1, BUILTIN_GLOBAL, builtin_fetchGit, "args",
	 "Fetches a git repository: a URL or { url; rev; ref; submodules; … }."},
	{"fetchMercurial", 1, BUILTIN_GLOBAL, builtin_fetchMercurial, "args",
	 "Fetches a Mercurial repository: a URL or { url; rev; name; }."},
	BUILTIN_END,
};
