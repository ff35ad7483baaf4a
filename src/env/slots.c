/* SPDX-License-Identifier: MIT
 *
 * What a started program is told of slots. Python's part is pkgs/debian/python/sitecustomize.py:
 * the folders come last on its path, and who imports what nothing fills is told what fills it. */
#include "env/start.h"

#include <stdlib.h>
#include "base/buf.h"
#include "base/environ.h"

static errint join(struct buf *out, const struct str *v, size_t n, char separator, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putc(out, separator);
		buf_puts(out, v[i]);
	}
	return buf_check(out, "slot's folders", err);
}

static errint tell_slot(const struct env_slot *slot, struct err *err)
{
	BUF(joined, LIMIT_PATH_TEXT * 16);
	char *name CLEANUP_FREE = xasprintf("KILN_SLOT_%s", slot->name);
	errint rc = join(&joined, slot->folders, slot->n, ':', err);

	if (rc)
		return rc;
	for (char *p = name; *p; p++)
		*p = *p == '-' ? '_' : *p;
	setenv(name, buf_z(&joined), 1);
	return 0;
}

static errint tell_path(const struct env_slots *e, struct err *err)
{
	BUF(all, LIMIT_PATH_TEXT * 64);
	errint rc = join(&all, e->path, e->n_path, ':', err);

	if (rc)
		return rc;
	if (e->n_path)
		setenv("KILN_SLOT_PATH", buf_z(&all), 1);
	return 0;
}

/* Lists of files for pip and uv have blanks between them, so that a path with one goes as an
 * address. Ours comes once. */
static void append(const char *name, const char *path)
{
	const char *old = env_get(name);
	BUF(file, LIMIT_PATH_TEXT * 4);

	buf_putz(&file, strchr(path, ' ') ? "file://" : "");
	for (const char *p = path; *p; p++)
		if (*p == ' ')
			buf_putz(&file, "%20");
		else
			buf_putc(&file, *p);
	if (old && str_find(str_c(old), buf_str(&file)) >= 0)
		return;
	char *both CLEANUP_FREE =
		old ? xasprintf("%s %s", old, buf_z(&file)) : xstrdup(buf_z(&file));
	setenv(name, both, 1);
}

errint env_tell_slots(const struct env_slots *e, struct err *err)
{
	BUF(empty, LIMIT_PATH_TEXT * 4);
	errint rc = 0;

	for (size_t i = 0; !rc && i < e->n; i++)
		rc = tell_slot(&e->v[i], err);
	if (!rc)
		rc = tell_path(e, err);
	if (!rc)
		rc = join(&empty, e->empty, e->n_empty, ' ', err);
	if (rc)
		return rc;
	if (e->n_empty) {
		char *both CLEANUP_FREE = xasprintf(" %s ", buf_z(&empty));
		setenv("KILN_SLOTS_EMPTY", both, 1);
	}
	if (e->constraints) {
		append("PIP_CONSTRAINT", e->constraints);
		append("UV_OVERRIDE", e->constraints);
	}
	if (e->driver) {
		env_prepend("LD_LIBRARY_PATH", e->driver);
		setenv("TRITON_LIBCUDA_PATH", e->driver, 0);
	}
	return 0;
}
