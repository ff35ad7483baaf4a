/* SPDX-License-Identifier: MIT
 *
 * Reading what is to be brought. */
#include "recipe/prefetch_item.h"

#include <string.h>
#include <sys/utsname.h>
#include "py/specifier.h"
#include "py/wheel.h"
#include "recipe/version_text.h"
#include "source/index_page.h"
#include "source/ladder.h"
#include "source/locator_url.h"
#include "store/store.h"

enum { PYTHON_MINOR = 13 };
#define PYTHON_VERSION "3.13"

struct item_reading {
	struct session *s;
	const struct prefetch_item_options *o;
	struct arena *a;
	struct prefetch *out;
};

static void set_url(struct item_reading *r, const char *url)
{
	const char **urls = ARENA_ARRAY(r->a, const char *, 1);

	urls[0] = url;
	r->out->urls = urls;
	r->out->n_urls = 1;
}

/* ---- the index ---- */

static bool is_better(const struct item_reading *r, const struct index_file *f, struct str version,
		      unsigned rank, const struct index_file *best, struct str best_version,
		      unsigned best_rank)
{
	int c = best ? version_text_cmp(version, best_version) : 1;

	return c > 0 || (c == 0 && rank < best_rank);
}

static bool python_fits(const struct item_reading *r, struct str requires)
{
	struct specifier_set set;
	struct pep440 python;
	ERR(ignored);

	return !requires.n || specifier_set_parse(r->a, requires, &set, &ignored) ||
	       pep440_parse(r->a, S(PYTHON_VERSION), &python, &ignored) ||
	       specifier_set_contains(&set, &python);
}

/* Lower is better; ~0 does not fit. Source archives come behind all wheels, unless they are wanted.
 */
static unsigned rank_of(const struct item_reading *r, struct str file)
{
	struct wheel_name w;
	struct utsname u;
	ERR(ignored);

	if (str_ends(file, S(".tar.gz")) || str_ends(file, S(".zip")))
		return WHEEL_NO_RANK - 1;
	if (r->o->sdist || !str_ends(file, S(".whl")) || wheel_name_parse(file, &w, &ignored) ||
	    uname(&u))
		return WHEEL_NO_RANK;
	return wheel_name_rank(&w, PYTHON_MINOR, str_c(u.machine));
}

static errint from_index(struct item_reading *r, struct str text, struct err *err)
{
	ptrdiff_t eq = str_find(text, S("=="));
	struct str name = eq < 0 ? text : str_sub(text, 0, (size_t)eq), version = S("");
	struct str want = eq < 0 ? S("") : str_skip(text, (size_t)eq + 2);
	struct str project = index_project_name(r->a, name);
	const struct index_file *best = NULL;
	unsigned best_rank = 0;
	struct index_page page;
	errint rc = ladder_index(session_ladder(r->s), project, r->a, &page, err);

	for (size_t i = 0; !rc && i < page.n; i++) {
		const struct index_file *f = &page.v[i];
		struct str v = version_of_file(r->a, project, f->name);
		unsigned rank = rank_of(r, f->name);

		if (!v.n || rank == WHEEL_NO_RANK ||
		    (want.n ? version_text_cmp(v, want) != 0
			    : f->yanked || version_text_is_pre(v) ||
				      !python_fits(r, f->requires_python)) ||
		    !is_better(r, f, v, rank, best, version, best_rank))
			continue;
		best = f;
		version = v;
		best_rank = rank;
	}
	if (rc)
		return rc;
	if (!best) {
		err_set(err, ERR_NOT_FOUND,
			"the package index has no %s%.*s%s'%.*s' for this machine",
			r->o->sdist ? "source archive of " : "", STR_ARG(want),
			want.n ? " of " : "", STR_ARG(project));
		return err_hint(err, r->o->sdist ? "without --sdist a wheel is taken"
						 : "its files are on its page, for other machines "
						   "or Pythons");
	}
	set_url(r, arena_printf(r->a, "mirror://pypi/%.*s/%.*s", STR_ARG(project),
				STR_ARG(best->name)));
	r->out->name = best->name;
	return 0;
}

/* ---- forges ---- */

struct forge_item {
	struct str owner_repo, ref, host;
};

static errint read_forge(const struct item_reading *r, struct str text, struct forge_item *out,
			 struct err *err)
{
	struct str query = S(""), owner, repo;
	struct str all = text;

	*out = (struct forge_item){.ref = S("HEAD")};
	str_cut(text, '?', &text, &query);
	if (str_starts(query, S("host=")))
		out->host = str_skip(query, strlen("host="));
	else if (query.n)
		return err_set(err, ERR_USAGE, "'%.*s': only ?host=HOST is known behind it",
			       STR_ARG(all));
	str_cut(text, '@', &text, &out->ref);
	out->owner_repo = text;
	if (str_cut(text, '/', &owner, &repo) && owner.n && repo.n && out->ref.n)
		return 0;
	err_set(err, ERR_USAGE, "'%.*s' is no OWNER/REPO[@REF]", STR_ARG(all));
	return err_hint(err, "a tag or commit stands behind '@': github:OWNER/REPO@v1.0");
}

static void as_source(struct item_reading *r)
{
	r->out->kind = PREFETCH_ARCHIVE;
	r->out->strip_root = true;
	r->out->name = S("source");
}

static errint from_github(struct item_reading *r, struct str text, struct err *err)
{
	struct forge_item f;
	errint rc = read_forge(r, text, &f, err);

	if (rc)
		return rc;
	if (!f.host.n)
		f.host = S("github.com");
	set_url(r, arena_printf(r->a, "https://%.*s/%.*s/archive/%.*s.tar.gz", STR_ARG(f.host),
				STR_ARG(f.owner_repo), STR_ARG(f.ref)));
	as_source(r);
	return 0;
}

static errint from_gitlab(struct item_reading *r, struct str text, struct err *err)
{
	BUF(slug, LIMIT_PATH_TEXT);
	BUF(ref, LIMIT_PATH_TEXT);
	struct forge_item f;
	errint rc = read_forge(r, text, &f, err);

	if (rc)
		return rc;
	if (!f.host.n)
		f.host = S("gitlab.com");
	/* Its server takes what is behind a dot for another format. */
	for (size_t i = 0; i < f.owner_repo.n; i++) {
		char c = f.owner_repo.p[i];

		if (c == '/' || c == '.')
			buf_printf(&slug, "%%%02X", c);
		else
			buf_putc(&slug, c);
	}
	locator_url_encode(&ref, f.ref, "");
	rc = buf_check(&slug, "URL", err);
	if (!rc)
		rc = buf_check(&ref, "URL", err);
	if (rc)
		return rc;
	set_url(r, arena_printf(r->a,
				"https://%.*s/api/v4/projects/%s/repository/archive.tar.gz?sha=%s",
				STR_ARG(f.host), buf_z(&slug), buf_z(&ref)));
	as_source(r);
	return 0;
}

/* ---- git and files ---- */

static errint from_git(struct item_reading *r, struct str text, struct err *err)
{
	struct locator_url u;
	const struct locator_attr *v;

	if (!locator_url_parse(r->a, text, &u) || !u.scheme.n)
		return err_set(err, ERR_USAGE, "'git+%.*s' is no URL", STR_ARG(text));
	r->out->kind = PREFETCH_COMMIT;
	r->out->name = S("source");
	r->out->ref = S("HEAD");
	v = locator_url_query(&u, "ref");
	if (v)
		r->out->ref = v->text;
	v = locator_url_query(&u, "rev");
	if (v)
		r->out->ref = v->text;
	v = locator_url_query(&u, "submodules");
	r->out->submodules = v && str_eqz(v->text, "1");
	locator_url_query_drop(&u, "ref");
	locator_url_query_drop(&u, "rev");
	locator_url_query_drop(&u, "submodules");
	r->out->repo = locator_url_text(r->a, &u);
	return 0;
}

static errint from_url(struct item_reading *r, struct str text, struct err *err)
{
	struct str path = text, query;

	if (str_find(text, S(":")) <= 0) {
		err_set(err, ERR_USAGE, "'%.*s' names nothing that can be fetched", STR_ARG(text));
		return err_hint(err, "a URL, pypi:NAME, github:OWNER/REPO, gitlab:OWNER/REPO or "
				     "git+URL; a file of this machine is file:///…");
	}
	str_cut(path, '?', &path, &query);
	str_cut(path, '#', &path, &query);
	set_url(r, arena_strz(r->a, text));
	r->out->name = path_base(path);
	if (r->o->unpack)
		as_source(r);
	return 0;
}

errint prefetch_item(struct session *s, struct str text, const struct prefetch_item_options *o,
		     struct arena *a, struct prefetch *out, struct err *err)
{
	static const struct {
		const char *prefix;
		errint (*read)(struct item_reading *r, struct str text, struct err *err);
	} kinds[] = {
		{"pypi:", from_index},
		{"github:", from_github},
		{"gitlab:", from_gitlab},
		{"git+", from_git},
	};
	struct item_reading r = {s, o, a, out};
	errint rc = 0;
	size_t i;

	*out = (struct prefetch){.algo = o->algo};
	text = arena_str(a, text);
	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_starts(text, str_c(kinds[i].prefix)))
			break;
	rc = i < ARRAY_LEN(kinds) ? kinds[i].read(&r, str_skip(text, strlen(kinds[i].prefix)), err)
				  : from_url(&r, text, err);
	if (rc)
		return rc;
	if (o->name)
		out->name = str_c(o->name);
	rc = store_name_check(out->name, err);
	return rc ? err_hint(err, "give it a name with --name") : 0;
}

void prefetch_item_ask(struct session *s, struct str text)
{
	ARENA(mem);
	ERR(ignored);
	ptrdiff_t eq = str_find(text, S("=="));

	if (!str_starts(text, S("pypi:")))
		return;
	text = str_skip(eq < 0 ? text : str_sub(text, 0, (size_t)eq), strlen("pypi:"));
	(void)!ladder_index_ask(session_ladder(s), index_project_name(&mem, text), &ignored);
}
