/* SPDX-License-Identifier: MIT
 *
 * mirror: URLs and the cache of hosts. */
#include "source/mirror.h"

#include <stdlib.h>
#include <string.h>

#include "base/report.h"
#include "base/url.h"
#include "source/conf.h"
#include "source/index_page.h"
#include "source/locator.h"
#include "source/mirror_int.h"

struct known {
	char *name;
	struct host_list hosts;
};

struct mirrors {
	const struct conf *conf;
	struct conf *own_conf;
	struct report *report;
	struct known *v;
	size_t n, cap;
	bool looked_for_dirs;
	char **dirs;
	size_t n_dirs, cap_dirs;
	bool looked_for_caches;
	struct host_list caches;
};

void host_list_add(struct host_list *l, struct str url)
{
	while (url.n && url.p[url.n - 1] == '/')
		url.n--;
	if (!str_starts(url, S("https://")) && !str_starts(url, S("http://")) &&
	    !str_starts(url, S("file:///")))
		return;
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->v[i], url))
			return;
	ARRAY_GROW(l->v, l->n, l->cap);
	l->v[l->n++] = str_n(str_dupz(url), url.n);
}

void host_list_release(struct host_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free((char *)l->v[i].p);
	free(l->v);
	*l = (struct host_list){0};
}

struct mirrors *mirrors_new(const struct conf *conf, struct report *report)
{
	struct mirrors *m = xcalloc(1, sizeof(*m));

	m->conf = conf;
	m->report = report;
	return m;
}

void mirrors_free(struct mirrors *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n; i++) {
		free(m->v[i].name);
		host_list_release(&m->v[i].hosts);
	}
	for (size_t i = 0; i < m->n_dirs; i++)
		free(m->dirs[i]);
	free(m->dirs);
	host_list_release(&m->caches);
	free(m->v);
	conf_free(m->own_conf);
	free(m);
}

void mirrors_cleanup(struct mirrors **m)
{
	mirrors_free(*m);
}

static errint need_conf(struct mirrors *m, struct err *err)
{
	errint rc;

	if (m->conf)
		return 0;
	rc = conf_load(m->report, &m->own_conf, err);
	if (rc)
		return rc;
	m->conf = m->own_conf;
	return 0;
}

static errint from_conf(struct mirrors *m, struct str name, struct host_list *out, struct err *err)
{
	char *key CLEANUP_FREE = xasprintf("mirror.%.*s", STR_ARG(name));
	struct str value, url;
	errint rc = need_conf(m, err);

	if (rc)
		return rc;
	if (!conf_get(m->conf, str_c(key), &value))
		return 0;
	while (conf_word(&value, &url)) {
		size_t before = out->n;

		host_list_add(out, url);
		if (out->n == before)
			return err_set(
				err, ERR_USAGE,
				"'%s' in kiln.conf: '%.*s' is no new http, https or file URL", key,
				STR_ARG(url));
	}
	return 0;
}

static errint look_up(struct mirrors *m, struct str name, struct host_list *out, struct err *err)
{
	errint rc = from_conf(m, name, out, err);

	if (rc || out->n)
		return rc;
	if (str_eq(name, S("pypi")))
		return pypi_hosts("", out, err);
	if (str_eq(name, S("debian")))
		return debian_hosts("", out, err);
	err_set(err, ERR_NOT_FOUND, "no host is known for 'mirror://%.*s/'", STR_ARG(name));
	return err_hint(err, "set 'mirror.%.*s' in kiln.conf", STR_ARG(name));
}

static void tell(const struct mirrors *m, const struct known *k)
{
	for (size_t i = 0; i < k->hosts.n; i++) {
		char *shown CLEANUP_FREE = url_shown(k->hosts.v[i].p);

		report_msg(m->report, REPORT_DEBUG, "mirror://%s/ is '%s'", k->name, shown);
	}
}

errint mirror_hosts(struct mirrors *m, struct str name, const struct str **out, size_t *n,
		    struct err *err)
{
	struct host_list hosts CLEANUP(host_list_release) = {0};
	struct known *k;
	errint rc;

	for (size_t i = 0; i < m->n; i++) {
		if (!str_eqz(name, m->v[i].name))
			continue;
		*out = m->v[i].hosts.v;
		*n = m->v[i].hosts.n;
		return 0;
	}
	rc = look_up(m, name, &hosts, err);
	if (rc)
		return rc;
	ARRAY_GROW(m->v, m->n, m->cap);
	k = &m->v[m->n++];
	*k = (struct known){.name = str_dupz(name), .hosts = hosts};
	hosts = (struct host_list){0};
	tell(m, k);
	*out = k->hosts.v;
	*n = k->hosts.n;
	return 0;
}

static errint read_dirs(struct mirrors *m, struct err *err)
{
	struct str value, dir;

	if (!conf_get(m->conf, S("source-dirs"), &value))
		return 0;
	while (conf_word(&value, &dir)) {
		if (dir.p[0] != '/')
			return err_set(err, ERR_USAGE,
				       "'source-dirs' in kiln.conf: '%.*s' is not absolute",
				       STR_ARG(dir));
		ARRAY_GROW(m->dirs, m->n_dirs, m->cap_dirs);
		m->dirs[m->n_dirs++] = str_dupz(dir);
	}
	return 0;
}

errint mirror_source_dirs(struct mirrors *m, const char *const **out, size_t *n, struct err *err)
{
	errint rc = need_conf(m, err);

	if (!rc && !m->looked_for_dirs)
		rc = read_dirs(m, err);
	if (rc)
		return rc;
	m->looked_for_dirs = true;
	*out = (const char *const *)m->dirs;
	*n = m->n_dirs;
	return 0;
}

static errint read_caches(struct mirrors *m, struct err *err)
{
	struct str value, word;

	if (!conf_get(m->conf, S("source-cache"), &value))
		return 0;
	while (conf_word(&value, &word)) {
		BUF(url, LIMIT_PATH_TEXT * 4);
		size_t before = m->caches.n;

		if (str_starts(word, S("/"))) {
			buf_putz(&url, "file://");
			locator_encode_path(&url, word);
		}
		host_list_add(&m->caches, url.n ? buf_str(&url) : word);
		if (m->caches.n == before)
			return err_set(err, ERR_USAGE,
				       "'source-cache' in kiln.conf: '%.*s' is no new absolute "
				       "folder, nor an http, https or file URL",
				       STR_ARG(word));
	}
	return 0;
}

errint mirror_source_caches(struct mirrors *m, const struct str **out, size_t *n, struct err *err)
{
	errint rc = need_conf(m, err);

	if (!rc && !m->looked_for_caches)
		rc = read_caches(m, err);
	if (rc)
		return rc;
	m->looked_for_caches = true;
	*out = m->caches.v;
	*n = m->caches.n;
	return 0;
}

bool mirror_url_is(struct str url)
{
	return str_starts(url, S("mirror://"));
}

/* Every part is a name: a path never leaves the mirror's root. */
static bool is_safe_path(struct str path)
{
	struct str part;

	for (size_t i = 0; i < path.n; i++)
		if ((unsigned char)path.p[i] <= ' ' || strchr("?#\\\x7f", path.p[i]))
			return false;
	while (str_split(&path, '/', &part))
		if (str_eq(part, S(".")) || str_eq(part, S("..")) || (!part.n && path.p))
			return false;
	return true;
}

static bool is_mirror_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !strchr("-_.", c))
			return false;
	}
	return name.n > 0;
}

static errint parse_pypi(struct arena *a, struct str url, struct mirror_url *u, struct err *err)
{
	struct str project, file;
	char *decoded;
	size_t n;

	if (!str_cut(u->path, '/', &project, &file) || !project.n || str_chr(file, '/') >= 0)
		return err_set(err, ERR_USAGE, "'%.*s' is not mirror://pypi/PROJECT/FILE",
			       STR_ARG(url));
	decoded = arena_alloc(a, file.n + 1);
	if (!url_decode(file, decoded, &n))
		return err_set(err, ERR_USAGE, "broken escape in '%.*s'", STR_ARG(url));
	u->project = index_project_name(a, project);
	u->file = str_n(decoded, n);
	return 0;
}

errint mirror_url_parse(struct arena *a, struct str url, struct mirror_url *out, struct err *err)
{
	struct mirror_url u = {.project = S("")};

	if (!mirror_url_is(url) ||
	    !str_cut(str_skip(url, S("mirror://").n), '/', &u.mirror, &u.path) ||
	    !is_mirror_name(u.mirror) || !u.path.n || !is_safe_path(u.path))
		return err_set(err, ERR_USAGE, "'%.*s' is not mirror://NAME/PATH", STR_ARG(url));
	u.file = path_base(u.path);
	if (str_eq(u.mirror, S("pypi"))) {
		errint rc = parse_pypi(a, url, &u, err);

		if (rc)
			return rc;
	}
	*out = u;
	return 0;
}

errint mirror_expand(struct mirrors *m, struct arena *a, const struct mirror_url *u,
		     struct str **out, size_t *n, struct err *err)
{
	const struct str *hosts;
	struct str *urls;
	size_t k;
	errint rc = mirror_hosts(m, u->mirror, &hosts, &k, err);

	if (rc)
		return rc;
	urls = ARENA_ARRAY(a, struct str, k);
	for (size_t i = 0; i < k; i++)
		urls[i] = str_c(u->project.n ? arena_printf(a, "%.*s/%.*s/", STR_ARG(hosts[i]),
							    STR_ARG(u->project))
					     : arena_printf(a, "%.*s/%.*s", STR_ARG(hosts[i]),
							    STR_ARG(u->path)));
	*out = urls;
	*n = k;
	return 0;
}
