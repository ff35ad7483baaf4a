/* SPDX-License-Identifier: MIT
 *
 * Index pages and tags. */
#include "recipe/upstream.h"

#include "git/git.h"
#include "py/specifier.h"
#include "py/wheel.h"
#include "recipe/version_text.h"
#include "source/index_page.h"
#include "source/ladder.h"

struct search_up {
	struct session *s;
	const struct recipe_source *src;
	const struct upstream_ask *ask;
	struct arena *a;
};

/* ---- the Python index ---- */

/* A wheel's tags, or the end of a source archive's name: what of two versions' files must be alike.
 */
static struct str shape(const struct search_up *u, struct str file)
{
	struct wheel_name w;
	ERR(ignored);

	if (str_ends(file, S(".whl")))
		return wheel_name_parse(file, &w, &ignored)
			       ? S("")
			       : str_c(arena_printf(u->a, "%.*s-%.*s-%.*s.whl", STR_ARG(w.python),
						    STR_ARG(w.abi), STR_ARG(w.platform)));
	struct str v = version_of_file(u->a, u->src->project, file);
	return v.n ? str_skip(file, file.n) : S("");
}

static struct str source_end(struct str file, struct str version)
{
	ptrdiff_t at = str_find(file, version);

	return at < 0 ? S("") : str_skip(file, (size_t)at + version.n);
}

/* The version of a file, without the suffix of its archive. */
static struct str file_version(const struct search_up *u, struct str file)
{
	return version_of_file(u->a, u->src->project, file);
}

static bool python_fits(const struct search_up *u, struct str requires)
{
	struct specifier_set set;
	struct pep440 python;
	ERR(ignored);

	if (!requires.n || !u->ask->python.n ||
	    specifier_set_parse(u->a, requires, &set, &ignored) ||
	    pep440_parse(u->a, u->ask->python, &python, &ignored))
		return true;
	return specifier_set_contains(&set, &python);
}

static bool same_shape(const struct search_up *u, struct str file)
{
	struct str a = u->src->file, b = file;

	if (str_ends(a, S(".whl")) != str_ends(b, S(".whl")))
		return false;
	if (str_ends(a, S(".whl")))
		return str_eq(shape(u, a), shape(u, b));
	return str_eq(source_end(a, file_version(u, a)), source_end(b, file_version(u, b)));
}

static bool is_to(const struct search_up *u, struct str version)
{
	return str_eqz(version, u->ask->to) || !version_text_cmp(version, str_c(u->ask->to));
}

/* May a version be taken that nobody asked for by name? */
static bool allowed(const struct search_up *u, struct str version)
{
	return u->ask->pre || !version_text_is_pre(version) || version_text_is_pre(u->src->version);
}

struct page_search {
	const struct index_file *best, *other; /* other: of a version, but of another shape */
	struct str version, other_version;
	size_t n_yanked, n_python, n_pre;
};

static void look_at_file(const struct search_up *u, const struct index_file *f,
			 struct page_search *found)
{
	struct str version = file_version(u, f->name);

	if (!version.n)
		return;
	if (u->ask->to) {
		if (!is_to(u, version))
			return;
	} else {
		if (version_text_cmp(version, u->src->version) <= 0)
			return;
		if (f->yanked || !allowed(u, version) || !python_fits(u, f->requires_python)) {
			found->n_yanked += f->yanked;
			found->n_pre += !f->yanked && !allowed(u, version);
			found->n_python += !f->yanked && allowed(u, version);
			return;
		}
	}
	if (!same_shape(u, f->name)) {
		if (!found->other || version_text_cmp(version, found->other_version) > 0) {
			found->other = f;
			found->other_version = version;
		}
		return;
	}
	if (!found->best || version_text_cmp(version, found->version) > 0) {
		found->best = f;
		found->version = version;
	}
}

static const char *page_note(const struct search_up *u, const struct page_search *f)
{
	if (f->best && f->best->yanked)
		return arena_printf(u->a, "%.*s was yanked: %.*s", STR_ARG(f->best->name),
				    STR_ARG(f->best->yanked_why));
	if (f->other && (!f->best || version_text_cmp(f->other_version, f->version) > 0))
		return arena_printf(
			u->a, "%.*s is there, but not as a file like '%.*s' (it has '%.*s')",
			STR_ARG(f->other_version), STR_ARG(u->src->file), STR_ARG(f->other->name));
	if (f->best)
		return NULL;
	if (f->n_python)
		return arena_printf(u->a, "newer ones are not for Python %.*s",
				    STR_ARG(u->ask->python));
	if (f->n_pre)
		return "newer ones are pre-releases (--pre)";
	return f->n_yanked ? "newer ones were yanked" : NULL;
}

static errint find_file(const struct search_up *u, struct upstream_pick *out, struct err *err)
{
	struct page_search found = {0};
	struct index_page page;
	errint rc = ladder_index(session_ladder(u->s), u->src->project, u->a, &page, err);

	for (size_t i = 0; !rc && i < page.n; i++)
		look_at_file(u, &page.v[i], &found);
	if (rc)
		return rc;
	out->note = page_note(u, &found);
	if (!found.best) {
		if (!u->ask->to)
			return 0;
		err_set(err, ERR_NOT_FOUND, "the package index has no %s of '%.*s'%s", u->ask->to,
			STR_ARG(u->src->project),
			found.other ? " that is a file of the same kind" : "");
		return out->note ? err_detail(err, "  %s", out->note) : err->code;
	}
	out->newer = !str_eq(found.best->name, u->src->file);
	out->version = found.version;
	out->file = found.best->name;
	if (found.best->has_hash && found.best->hash.algo == HASH_SHA256) {
		struct hash *h = ARENA_NEW(u->a, struct hash);

		*h = found.best->hash;
		out->expect = h;
	}
	return 0;
}

/* ---- repositories ---- */

/* What stands before the version in a tag: only tags with the same one are of the same series. */
static struct str prefix_of(struct str ref)
{
	return str_n(ref.p, ref.n - version_of_ref(ref).n);
}

static const struct remote_ref *find_ref(const struct remote_refs *refs, const char *folder,
					 struct str name)
{
	for (size_t i = 0; i < refs->n; i++) {
		struct str rest = str_drop_prefix(refs->v[i].name, str_c(folder));

		if ((rest.n < refs->v[i].name.n || !*folder) && str_eq(rest, name))
			return &refs->v[i];
	}
	return NULL;
}

static void take_tag(const struct search_up *u, const struct remote_ref *r, struct str tag,
		     struct upstream_pick *out)
{
	/* A tag that a recipe names by its commit goes on being named so. */
	out->ref = version_is_commit(u->src->ref) ? r->commit : tag;
	out->version = version_of_ref(tag);
	out->newer = !str_eq(out->ref, u->src->ref);
}

/* The tag that the source is at, also when it names its commit. */
static struct str current_tag(const struct search_up *u, const struct remote_refs *refs)
{
	struct str best = S("");

	if (!version_is_commit(u->src->ref))
		return u->src->ref;
	for (size_t i = 0; i < refs->n; i++) {
		struct str tag = str_drop_prefix(refs->v[i].name, S("refs/tags/"));

		if (tag.n < refs->v[i].name.n && str_eq(refs->v[i].commit, u->src->ref) &&
		    version_of_ref(tag).n && (!best.n || tag.n > best.n))
			best = tag;
	}
	return best;
}

static errint newest_tag(const struct search_up *u, const struct remote_refs *refs,
			 struct upstream_pick *out, struct err *err)
{
	struct str now = current_tag(u, refs), version = version_of_ref(now);
	struct str prefix = prefix_of(now), best = version;
	size_t n_pre = 0;

	if (!version.n) {
		err_set(err, ERR_UNSUPPORTED, "'%.*s' is at %s '%.*s', which has no newest one",
			STR_ARG(u->src->repo),
			version_is_commit(u->src->ref) ? "the commit" : "the branch",
			STR_ARG(u->src->ref));
		return err_hint(err, "--to HEAD takes the newest commit, --to BRANCH a branch's");
	}
	for (size_t i = 0; i < refs->n; i++) {
		struct str tag = str_drop_prefix(refs->v[i].name, S("refs/tags/"));
		struct str v = version_of_ref(tag);

		if (tag.n == refs->v[i].name.n || !v.n || !str_eq(prefix_of(tag), prefix) ||
		    version_text_cmp(v, best) <= 0)
			continue;
		if (!u->ask->pre && version_text_is_pre(v) && !version_text_is_pre(version)) {
			n_pre++;
			continue;
		}
		best = v;
		take_tag(u, &refs->v[i], tag, out);
	}
	if (!out->newer && n_pre)
		out->note = "newer ones are pre-releases (--pre)";
	return 0;
}

static errint tag_to(const struct search_up *u, const struct remote_refs *refs,
		     struct upstream_pick *out, struct err *err)
{
	struct str to = str_c(u->ask->to), prefix = prefix_of(current_tag(u, refs));
	struct str tag = str_c(arena_printf(u->a, "%.*s%s", STR_ARG(prefix), u->ask->to));
	const struct remote_ref *r = find_ref(refs, "refs/tags/", tag);

	if (!r) {
		tag = to;
		r = find_ref(refs, "refs/tags/", to);
	}
	if (r) {
		take_tag(u, r, tag, out);
		return 0;
	}
	r = find_ref(refs, "refs/heads/", to);
	if (!r && str_eqz(to, "HEAD"))
		r = find_ref(refs, "", to);
	if (r || version_is_commit(to)) {
		/* A branch moves: what is written is the commit that it is at. */
		out->ref = r ? r->commit : to;
		out->newer = !str_eq(out->ref, u->src->ref);
		return 0;
	}
	err_set(err, ERR_NOT_FOUND, "'%.*s' has no tag '%.*s%s' and no branch '%s'",
		STR_ARG(u->src->repo), STR_ARG(prefix), u->ask->to, u->ask->to);
	return err_hint(err, "git ls-remote --tags '%.*s' lists what there is",
			STR_ARG(u->src->repo));
}

static errint find_tag(const struct search_up *u, struct upstream_pick *out, struct err *err)
{
	struct remote_refs refs;
	errint rc;

	/* A commit is there without asking. */
	if (u->ask->to && version_is_commit(str_c(u->ask->to))) {
		out->ref = str_c(u->ask->to);
		out->newer = !str_eq(out->ref, u->src->ref);
		return 0;
	}
	rc = ladder_git_refs(session_ladder(u->s), u->src->repo, u->a, &refs, err);
	if (rc)
		return err_wrap(err, "asking for the tags of '%.*s'", STR_ARG(u->src->repo));
	return u->ask->to ? tag_to(u, &refs, out, err) : newest_tag(u, &refs, out, err);
}

/* ---- all ---- */

errint upstream_find(struct session *s, const struct recipe_source *src,
		     const struct upstream_ask *ask, struct arena *a, struct upstream_pick *out,
		     struct err *err)
{
	const struct search_up u = {s, src, ask, a};

	*out = (struct upstream_pick){0};
	switch (src->kind) {
	case RECIPE_SOURCE_PYPI:
		return find_file(&u, out, err);
	case RECIPE_SOURCE_FORGE:
	case RECIPE_SOURCE_GIT:
		return find_tag(&u, out, err);
	case RECIPE_SOURCE_URL:
	case RECIPE_SOURCE_MADE:
		break;
	}
	if (ask->to) {
		out->version = str_c(ask->to);
		out->newer = !str_eq(out->version, src->version);
		return 0;
	}
	err_set(err, ERR_UNSUPPORTED, "nobody tells which versions there are of '%.*s'",
		STR_ARG(src->url));
	return err_hint(err, "--to VERSION moves it to one that you know of");
}
