/* SPDX-License-Identifier: MIT
 *
 * The [project] table of pyproject.toml (PEP 621), and what uv's users write beside it: bounds and
 * overrides under [tool.uv]. */
#include "py/wants.h"

#include "base/file.h"
#include "base/report.h"
#include "base/toml.h"

static errint take_list(struct py_wants *w, const struct toml *table, const char *key,
			enum py_word word, struct err *err)
{
	const struct toml *list;
	errint rc = toml_want(table, key, TOML_ARRAY, &list, err);

	for (size_t i = 0; !rc && list && i < list->array.n; i++) {
		const struct toml *item = list->array.items[i];

		if (item->kind != TOML_STRING)
			return toml_err(item, err, "expected a requirement, got %s",
					toml_kind_text(item->kind));
		rc = py_wants_add(w, word, item->text, item->file, item->line, err);
	}
	return rc;
}

static errint fits_python(const struct py_wants *w, const struct toml *project, unsigned minor,
			  struct err *err)
{
	struct str full = str_c(arena_printf(w->a, "3.%u", minor));
	const struct toml *python;
	struct specifier_set set;
	struct pep440 version;
	errint rc = toml_want(project, "requires-python", TOML_STRING, &python, err);

	if (rc || !python)
		return rc;
	rc = specifier_set_parse(w->a, python->text, &set, err);
	if (rc)
		return toml_err(python, err, "'requires-python' is no list of version bounds");
	rc = pep440_parse(w->a, full, &version, err);
	if (rc || specifier_set_contains(&set, &version))
		return rc;
	/* ">=3.13.1" holds for a later patch release of it */
	rc = pep440_parse(w->a, str_c(arena_printf(w->a, "3.%u.99", minor)), &version, err);
	if (rc || specifier_set_contains(&set, &version))
		return rc;
	toml_err(python, err, "it is for Python %.*s, and the package set has %.*s",
		 STR_ARG(python->text), STR_ARG(full));
	return err_hint(err, "where it runs on %.*s all the same, widen 'requires-python'",
			STR_ARG(full));
}

static errint no_dependencies(const struct toml *project, const char *file, struct err *err)
{
	const struct toml *dynamic = project ? toml_get(project, S("dynamic")) : NULL;

	for (size_t i = 0; dynamic && dynamic->kind == TOML_ARRAY && i < dynamic->array.n; i++) {
		const struct toml *item = dynamic->array.items[i];

		if (item->kind != TOML_STRING || !str_eqz(item->text, "dependencies"))
			continue;
		toml_err(item, err, "its dependencies are made up by its build");
		return err_hint(err, "name the file that has them: kiln lock python --requirements "
				     "FILE");
	}
	if (project)
		return 0;
	err_set(err, ERR_NOT_FOUND, "'%s' has no [project] table, where its dependencies stand",
		file);
	return err_hint(err, "write them there, or into a requirements.txt");
}

errint py_wants_pyproject(struct py_wants *w, const char *file, unsigned minor, struct err *err)
{
	BUF(text, LIMIT_TOML_TEXT);
	const struct toml *project, *tool = NULL, *uv = NULL;
	struct toml *root;
	errint rc = file_read(AT_FDCWD, file, &text, err);

	if (rc)
		return err_wrap(err, "reading '%s'", file);
	rc = toml_parse(buf_str(&text), file, w->a, &root, err);
	if (!rc)
		rc = toml_want(root, "project", TOML_TABLE, &project, err);
	if (!rc)
		rc = no_dependencies(project, file, err);
	if (!rc)
		rc = fits_python(w, project, minor, err);
	if (!rc)
		rc = take_list(w, project, "dependencies", PY_WANT, err);
	if (!rc)
		rc = toml_want(root, "tool", TOML_TABLE, &tool, err);
	if (!rc && tool)
		rc = toml_want(tool, "uv", TOML_TABLE, &uv, err);
	if (!rc && uv)
		rc = take_list(w, uv, "constraint-dependencies", PY_CONSTRAINT, err);
	if (!rc && uv)
		rc = take_list(w, uv, "override-dependencies", PY_OVERRIDE, err);
	if (!rc && uv && toml_get(uv, S("sources")) && w->report)
		report_msg(w->report, REPORT_WARN,
			   "%s:%u: [tool.uv.sources] is passed over: the index alone is locked",
			   file, toml_get(uv, S("sources"))->line);
	return rc;
}
