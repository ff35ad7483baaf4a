/* SPDX-License-Identifier: MIT
 *
 * Reading the metadata of archives. A source archive that was made by an older setuptools has its
 * dependencies in NAME.egg-info/requires.txt alone. */
#include "py/peek.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/file.h"
#include "base/toml.h"
#include "py/requirement.h"

struct texts {
	struct buf metadata, requires, pyproject;
	bool source;
};

static void texts_release(struct texts *t)
{
	buf_release(&t->metadata);
	buf_release(&t->requires);
	buf_release(&t->pyproject);
}

static size_t depth(struct str name)
{
	size_t n = 0;

	for (size_t i = 0; i < name.n; i++)
		n += name.p[i] == '/';
	return n;
}

static struct buf *place_of(struct texts *t, struct str name)
{
	struct str file = path_base(name);

	if (!t->source)
		return depth(name) == 1 && str_eqz(file, "METADATA") &&
				       str_ends(path_dir(name), S(".dist-info"))
			       ? &t->metadata
			       : NULL;
	if (depth(name) == 1 && str_eqz(file, "PKG-INFO"))
		return &t->metadata;
	if (depth(name) == 1 && str_eqz(file, "pyproject.toml"))
		return &t->pyproject;
	return str_eqz(file, "requires.txt") && str_ends(path_dir(name), S(".egg-info"))
		       ? &t->requires
		       : NULL;
}

static errint take(const struct archive_item *item, struct source *data, void *ctx, struct err *err)
{
	struct texts *t = ctx;
	struct buf *to = item->type == ARCHIVE_FILE ? place_of(t, item->name) : NULL;

	if (!to)
		return 0;
	struct buf_sink sink = buf_sink_init(to);
	buf_clear(to);
	return source_copy(data, &sink.sink, err);
}

/* ---- a source archive's ---- */

/* "[extra]", "[:marker]", "[extra:marker]" as what a requirement has behind ';'. */
static struct str section_marker(struct arena *a, struct str head)
{
	struct str extra = head, marker = S("");

	str_cut(head, ':', &extra, &marker);
	if (extra.n && marker.n)
		return str_c(arena_printf(a, "(%.*s) and extra == '%.*s'", STR_ARG(marker),
					  STR_ARG(extra)));
	return extra.n ? str_c(arena_printf(a, "extra == '%.*s'", STR_ARG(extra))) : marker;
}

static void add_extra(struct arena *a, struct wheel_metadata *m, struct str head)
{
	struct str extra = head, tail;
	struct py_names l = {m->extras, m->n_extras, m->n_extras};

	str_cut(head, ':', &extra, &tail);
	if (extra.n)
		py_names_put(a, &l, extra);
	m->extras = l.v;
	m->n_extras = l.n;
}

static void add_requires_txt(struct arena *a, struct str text, struct wheel_metadata *m)
{
	struct py_names l = {0};
	struct str rest = arena_str(a, text), line, marker = S("");

	while (str_split(&rest, '\n', &line)) {
		line = str_trim(line);
		if (!line.n)
			continue;
		if (line.p[0] == '[' && str_ends(line, S("]"))) {
			struct str head = str_sub(line, 1, line.n - 2);

			marker = section_marker(a, head);
			add_extra(a, m, head);
			continue;
		}
		py_names_add(a, &l,
			     marker.n ? str_c(arena_printf(a, "%.*s ; %.*s", STR_ARG(line),
							   STR_ARG(marker)))
				      : line);
	}
	m->requires = l.v;
	m->n_requires = l.n;
}

/* Names of build-system.requires; without a pyproject.toml it is setuptools. */
static errint read_build(struct arena *a, struct str text, struct py_names *out, struct err *err)
{
	const struct toml *system, *list = NULL;
	struct toml *root;
	errint rc = toml_parse(text, "pyproject.toml", a, &root, err);

	if (!rc)
		rc = toml_want(root, "build-system", TOML_TABLE, &system, err);
	if (!rc && system)
		rc = toml_want(system, "requires", TOML_ARRAY, &list, err);
	for (size_t i = 0; !rc && list && i < list->array.n; i++) {
		const struct toml *item = list->array.items[i];
		struct requirement r;

		if (item->kind != TOML_STRING)
			return toml_err(item, err, "expected a requirement");
		rc = requirement_parse(a, item->text, &r, err);
		if (!rc)
			py_names_put(a, out, pep503_name(a, r.name));
	}
	py_names_sort(out);
	return rc;
}

/* ---- both ---- */

errint peek_metadata(int fd, bool source, struct arena *a, struct wheel_metadata *out,
		     struct py_names *build, struct err *err)
{
	struct texts t CLEANUP(texts_release) = {
		.metadata = BUF_INIT(LIMIT_WHEEL_METADATA),
		.requires = BUF_INIT(LIMIT_WHEEL_METADATA),
		.pyproject = BUF_INIT(LIMIT_TOML_TEXT),
		.source = source,
	};
	errint rc = archive_walk(fd, take, &t, err);

	if (!rc && !t.metadata.n)
		rc = err_set(err, ERR_CORRUPT, "the archive has no metadata");
	if (!rc)
		rc = wheel_metadata_parse(a, buf_str(&t.metadata), out, err);
	if (!rc && t.pyproject.n)
		rc = read_build(a, buf_str(&t.pyproject), build, err);
	if (!rc && source && !out->n_requires && t.requires.n)
		add_requires_txt(a, buf_str(&t.requires), out);
	return rc;
}

/* ---- a program ---- */

struct program {
	struct str member;
	const char *to;
	bool done;
};

static errint take_program(const struct archive_item *item, struct source *data, void *ctx,
			   struct err *err)
{
	struct program *p = ctx;

	if (item->type != ARCHIVE_FILE || !str_eq(item->name, p->member))
		return 0;
	int fd CLEANUP_FD = open(p->to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	if (fd < 0)
		return err_sys(err, "cannot make '%s'", p->to);
	struct fd_sink sink = fd_sink_init(fd);
	errint rc = source_copy(data, &sink.sink, err);
	p->done = !rc;
	return rc;
}

errint peek_program(int fd, struct str member, const char *to, struct err *err)
{
	char *temp CLEANUP_FREE = xasprintf("%s.%ld", to, (long)getpid());
	struct program p = {.member = member, .to = temp};
	errint rc = archive_walk(fd, take_program, &p, err);

	if (!rc && !p.done)
		rc = err_set(err, ERR_NOT_FOUND, "the archive has no '%.*s'", STR_ARG(member));
	if (!rc && rename(temp, to))
		rc = err_sys(err, "cannot make '%s'", to);
	if (rc)
		unlink(temp);
	return rc;
}
