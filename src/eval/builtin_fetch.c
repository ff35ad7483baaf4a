/* SPDX-License-Identifier: MIT
 *
 * fetchurl and fetchTarball: arguments are checked here, what is pinned and in the store already is
 * taken from there, and the ladder brings the rest. */
#include "eval/builtin_int.h"

#include "eval/fetch_state.h"

struct pinned_download {
	const char *who;
	bool tree;
	struct str url, name;
	bool is_set, named;
	struct hash hash;
	bool pinned;
};

static errint download_arg(struct eval *E, const struct attr *a, struct pinned_download *d)
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

static errint download_args(struct eval *E, pos_t pos, struct value *arg, struct pinned_download *d)
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

static errint check_download_name(struct eval *E, const struct pinned_download *d)
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

static errint download(struct eval *E, pos_t pos, struct value *arg, struct pinned_download *d,
		       struct value *out)
{
	struct brought fetched;
	struct bring what;
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
	what = (struct bring){.type = d->tree ? S("tarball") : S("file"),
			      .name = d->name,
			      .url = d->url,
			      .flat = !d->tree,
			      .expect = d->pinned ? &d->hash : NULL};
	if (d->pinned) {
		TRY(fetch_pinned_path(E, d->name, d->tree, &d->hash, &mem, &path, &valid));
		fetched = (struct brought){.store_path = path, .nar_hash = d->hash};
		if (valid && E->opt.ladder)
			ladder_note_input(E->opt.ladder, &what, &fetched);
		if (valid) {
			*out = store_path_value(E, path);
			return 0;
		}
	}
	TRY(fetch_ask(E, &what, S(""), &fetched));
	*out = store_path_value(E, fetched.store_path);
	return 0;
}

BUILTIN(fetchurl)
{
	struct pinned_download d = {.who = "fetchurl"};

	return download(E, pos, args[0], &d, out);
}

BUILTIN(fetchTarball)
{
	struct pinned_download d = {.who = "fetchTarball", .tree = true, .name = S("source")};

	return download(E, pos, args[0], &d, out);
}

const struct builtin_row builtins_fetch[] = {
	{"fetchurl", 1, 0, builtin_fetchurl, "arg",
	 "Downloads a URL, or { url; sha256; name; }, to the store; the file's path."},
	{"fetchTarball", 1, BUILTIN_GLOBAL, builtin_fetchTarball, "args",
	 "Downloads and unpacks an archive, from a URL or { url; sha256; name; }; the tree's path."},
	BUILTIN_END,
};
