/* SPDX-License-Identifier: MIT
 *
 * fetchMercurial. */
#include "eval/builtin_int.h"

#include "eval/fetch_state.h"
#include "source/locator.h"

struct hg_call {
	struct arena *mem;
	struct locator ref;
	struct str name;
};

static errint mercurial_arg(struct eval *E, const struct attr *a, struct hg_call *t)
{
	const struct context *ctx = NULL;
	struct str text;

	switch (a->sym) {
	case SYM_url:
		TRY(coerce_string(E, a->pos, a->v, 0, &ctx,
				  "while evaluating the `url` attribute passed to "
				  "builtins.fetchMercurial",
				  &text));
		locator_set_text(&t->ref, "url", arena_str(t->mem, text));
		return 0;
	case SYM_rev:
		TRY(want_string_plain(E, a->v, a->pos,
				      "while evaluating the `rev` attribute passed to "
				      "builtins.fetchMercurial",
				      &text));
		locator_set_text(&t->ref, base16_check(text, 20) ? "rev" : "ref",
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

static errint mercurial_args(struct eval *E, pos_t pos, struct value *arg, struct hg_call *t)
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
		locator_set_text(&t->ref, "url", arena_str(t->mem, text));
		return 0;
	}
	given = attrs_flat(E, arg->attrs);
	for (size_t i = 0; i < given->n; i++)
		TRY(mercurial_arg(E, &given->v[i], t));
	return locator_text(&t->ref, "url").n ? 0 : eval_fail(E, 0, "'url' argument required");
}

static struct value mercurial_value(struct eval *E, const struct brought *f)
{
	struct attrs *a = attrs_new(E, 8);
	struct str rev = f->rev.n ? f->rev : S("0000000000000000000000000000000000000000");

	attrs_push(a, SYM_outPath, value_box(E, store_path_value(E, f->store_path)), 0);
	if (f->branch.n)
		fetch_add_text(E, a, "branch", f->branch);
	fetch_add_text(E, a, "rev", rev);
	fetch_add_text(E, a, "shortRev", str_sub(rev, 0, 12));
	if (f->has_rev_count)
		fetch_add_number(E, a, "revCount", f->rev_count);
	return v_attrs(attrs_done(a));
}

BUILTIN(fetchMercurial)
{
	ARENA(mem);
	struct hg_call t = {.mem = &mem, .name = S("source")};
	struct brought fetched;
	struct bring what;
	struct str url;

	t.ref.arena = &mem;
	TRY(mercurial_args(E, pos, args[0], &t));
	url = locator_text(&t.ref, "url");
	TRY(uri_check(E, pos, url));
	if (E->opt.pure && !locator_get(&t.ref, "rev"))
		return eval_fail(
			E, 0,
			"in pure evaluation mode, 'fetchMercurial' requires a Mercurial revision");
	if (str_find(url, S("://")) < 0)
		url = str_c(arena_printf(&mem, "file://%.*s", STR_ARG(url)));
	locator_set_text(&t.ref, "type", S("hg"));
	locator_set_text(&t.ref, "url", url);
	what = (struct bring){.type = S("hg"),
			      .name = t.name,
			      .url = url,
			      .attrs = t.ref.attrs,
			      .n_attrs = t.ref.n};
	TRY(fetch_ask(E, &what, url, &fetched));
	*out = mercurial_value(E, &fetched);
	return 0;
}

const struct builtin_row builtins_fetch_hg[] = {
	{"fetchMercurial", 1, BUILTIN_GLOBAL, builtin_fetchMercurial, "args",
	 "Fetches a Mercurial repository: a URL or { url; rev; name; }."},
	BUILTIN_END,
};
