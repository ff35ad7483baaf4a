/* SPDX-License-Identifier: MIT
 *
 * Requests and their answers. A failure is no answer: the same thing may be asked for again. */
#include "eval/builtin_int.h"

#include <stdlib.h>
#include "eval/fetch_state.h"
#include "memo/inputs.h"
#include "store/store.h"

struct fetch_state {
	struct arena mem; /* keys and answers */
	struct fetch_answer {
		struct str key;
		struct brought fetched;
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

void fetch_mount(struct eval *E, struct str store_path, struct str source)
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

/* ---- asking ---- */

/* Text that two requests share only if they ask for the same. */
static struct str request_key(struct arena *a, const struct bring *what)
{
	char hash[HASH_TEXT_MAX] = "";
	BUF(b, LIMIT_SMALL_FILE);

	if (what->expect)
		hash_format(what->expect, HASH_BASE16, true, hash);
	buf_printf(&b, "%.*s\n%.*s\n%.*s\n%s\n%d%d\n", STR_ARG(what->type), STR_ARG(what->name),
		   STR_ARG(what->url), hash, what->flat, what->rev_in_ref);
	for (size_t i = 0; i < what->n_attrs; i++) {
		const struct locator_attr *f = &what->attrs[i];

		buf_printf(&b, "%.*s\n%d\n%zu\n%llu\n", STR_ARG(f->name), (int)f->kind, f->text.n,
			   (unsigned long long)f->number);
		buf_puts(&b, f->text);
	}
	return arena_str(a, buf_str(&b));
}

/* Does it name one commit, whose tree never changes? */
static bool names_commit(const struct bring *what)
{
	for (size_t i = 0; i < what->n_attrs; i++)
		if (str_eqz(what->attrs[i].name, "rev"))
			return base16_check(what->attrs[i].text, 20);
	return false;
}

static errint in_input(struct eval *E, struct str shown)
{
	return shown.n ? eval_frame(E, 0, "while fetching the input '%.*s'", STR_ARG(shown))
		       : eval_failed(E);
}

errint fetch_ask(struct eval *E, const struct bring *what, struct str shown, struct brought *out)
{
	struct fetch_state *f = fetch_state(E);
	struct str key = request_key(&f->mem, what);
	struct brought fetched = {0};
	struct bring asked = *what;
	ERR(err);

	asked.read_only = E->opt.read_only;

	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->answers[i].key, key)) {
			*out = f->answers[i].fetched;
			return 0;
		}
	if (str_eq(what->type, S("tarball")) && str_starts(what->url, S("file:")) &&
	    !str_starts(what->url, S("file:/"))) {
		eval_fail(E, 0,
			  "tarball '%.*s' must use an absolute path. The 'file' scheme does not "
			  "support relative paths.",
			  STR_ARG(what->url));
		return in_input(E, shown);
	}
	if (!E->opt.ladder) {
		eval_fail(E, 0, "cannot fetch '%.*s': this evaluation may not fetch anything",
			  STR_ARG(what->url.n ? what->url : what->type));
		return eval_hint(E, "add the file to the store before, and name its sha256");
	}
	if (!what->expect && !names_commit(what))
		input_unknowable(E->opt.inputs, "'%.*s' was fetched without a hash",
				 STR_ARG(what->url.n ? what->url : what->type));
	if (ladder_bring(E->opt.ladder, &asked, &f->mem, &fetched, &err)) {
		eval_fail_err(E, 0, &err);
		return in_input(E, shown);
	}
	ladder_note_input(E->opt.ladder, what, &fetched);
	if (fetched.source.n)
		fetch_mount(E, fetched.store_path, fetched.source);
	ARRAY_GROW(f->answers, f->n, f->cap);
	f->answers[f->n++] = (struct fetch_answer){key, fetched};
	*out = fetched;
	return 0;
}

errint fetch_pinned_path(struct eval *E, struct str name, bool tree, const struct hash *h,
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

/* ---- telling ---- */

void fetch_add_text(struct eval *E, struct attrs *a, const char *name, struct str text)
{
	attrs_push(a, sym_intern(E, str_c(name)), value_box(E, string_copy(E, text, NULL)), 0);
}

void fetch_add_number(struct eval *E, struct attrs *a, const char *name, uint64_t n)
{
	attrs_push(a, sym_intern(E, str_c(name)), value_box(E, v_int((int64_t)n)), 0);
}

BUILTIN(rev_count)
{
	uint64_t n;
	ERR(err);

	if (ladder_rev_count(E->opt.ladder, value_str(args[0]), &n, &err))
		return eval_fail_err(E, 0, &err);
	*out = v_int((int64_t)n);
	return 0;
}

struct value *fetch_rev_count(struct eval *E, struct str count_from)
{
	static const struct builtin_row row = {
		"revCount", 1, BUILTIN_HIDDEN | BUILTIN_NO_FRAME, builtin_rev_count, "from", ""};
	struct value *from = value_box(E, string_copy(E, count_from, NULL));

	return app_new(E, value_box(E, v_primop(&row)), 1, &from);
}
