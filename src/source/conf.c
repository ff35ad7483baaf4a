/* SPDX-License-Identifier: MIT
 *
 * Reading kiln.conf. The known keys are one table, for the warning about any other. */
#include "source/conf.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/environ.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/report.h"

static const char *const known_keys[] = {"access-tokens", "flake-registry", "mirror.debian",
					 "mirror.pypi",   "source-cache",   "source-dirs",
					 "tarball-ttl"};

struct conf_line {
	char *key, *value, *from;
};

struct conf {
	struct conf_line *v;
	size_t n, cap;
};

void conf_free(struct conf *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++) {
		free(c->v[i].key);
		free(c->v[i].value);
		free(c->v[i].from);
	}
	free(c->v);
	free(c);
}

void conf_cleanup(struct conf **c)
{
	conf_free(*c);
}

static struct conf_line *find(const struct conf *c, struct str key)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_eqz(key, c->v[i].key))
			return &c->v[i];
	return NULL;
}

static void set(struct conf *c, struct str key, struct str value, const char *file, unsigned n)
{
	struct conf_line *line = find(c, key);

	if (line) {
		free(line->value);
		free(line->from);
	} else {
		ARRAY_GROW(c->v, c->n, c->cap);
		line = &c->v[c->n++];
		line->key = str_dupz(key);
	}
	line->value = str_dupz(value);
	line->from = xasprintf("%s:%u", file, n);
}

static void check_key(struct str key, const char *file, unsigned line, struct report *report)
{
	const char *nearest = NULL;
	unsigned best = 4;

	if (str_starts(key, S("mirror.")) && key.n > S("mirror.").n)
		return;
	for (size_t i = 0; i < ARRAY_LEN(known_keys); i++) {
		unsigned d = str_distance(key, str_c(known_keys[i]), best);

		if (d == 0)
			return;
		if (d < best) {
			best = d;
			nearest = known_keys[i];
		}
	}
	report_msg(report, REPORT_WARN, "%s:%u: unknown key '%.*s'%s%s%s", file, line, STR_ARG(key),
		   nearest ? ", did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

static errint parse(struct conf *c, struct str text, const char *file, struct report *report,
		    struct err *err)
{
	struct str line, key, value;
	unsigned n = 0;

	while (str_split(&text, '\n', &line)) {
		n++;
		line = str_trim(line);
		if (!line.n || line.p[0] == '#')
			continue;
		if (!str_cut(line, '=', &key, &value) || !str_trim(key).n) {
			err_set(err, ERR_USAGE, "%s:%u: not a 'key = value' line", file, n);
			return err_detail(err, "  %.*s", STR_ARG(line));
		}
		key = str_trim(key);
		check_key(key, file, n, report);
		set(c, key, str_trim(value), file, n);
	}
	return 0;
}

errint conf_parse(struct str text, const char *file, struct report *report, struct conf **out,
		  struct err *err)
{
	struct conf *c CLEANUP(conf_cleanup) = xcalloc(1, sizeof(*c));
	errint rc = parse(c, text, file, report, err);

	if (rc)
		return rc;
	*out = STEAL(c);
	return 0;
}

static errint add_file(struct conf *c, const char *file, bool must_exist, struct report *report,
		       struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	errint rc = file_read(AT_FDCWD, file, &text, err);

	if (rc == ERR_NOT_FOUND && !must_exist) {
		err_clear(err);
		return 0;
	}
	return rc ? rc : parse(c, buf_str(&text), file, report, err);
}

errint conf_load(struct report *report, struct conf **out, struct err *err)
{
	struct conf *c CLEANUP(conf_cleanup) = xcalloc(1, sizeof(*c));
	char *dir CLEANUP_FREE = user_config_dir();
	char *user CLEANUP_FREE = path_join(str_c(dir), S("kiln.conf"));
	const char *own = env_get("KILN_CONF");
	errint rc = add_file(c, "/etc/kiln/kiln.conf", false, report, err);

	if (!rc)
		rc = add_file(c, user, false, report, err);
	if (!rc && own && *own)
		rc = add_file(c, own, true, report, err);
	if (rc)
		return rc;
	*out = STEAL(c);
	return 0;
}

bool conf_get(const struct conf *c, struct str key, struct str *out)
{
	const struct conf_line *line = find(c, key);

	if (!line)
		return false;
	*out = str_c(line->value);
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool conf_word(struct str *rest, struct str *word)
{
	struct str s = str_trim(*rest);
	size_t n = 0;

	while (n < s.n && !is_blank(s.p[n]))
		n++;
	*word = str_sub(s, 0, n);
	*rest = str_skip(s, n);
	return n > 0;
}

bool conf_at(const struct conf *c, size_t i, const char **key, const char **value,
	     const char **from)
{
	if (i >= c->n)
		return false;
	*key = c->v[i].key;
	*value = c->v[i].value;
	*from = c->v[i].from;
	return true;
}
