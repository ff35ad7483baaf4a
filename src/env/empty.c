/* SPDX-License-Identifier: MIT
 *
 * Slots that nothing fills. Whoever imports what belongs to one gets Python's own error; the
 * interpreter (pkgs/debian/python/sitecustomize.py) adds what helps, when this asks for it. */
#include "env/start.h"

#include <fcntl.h>
#include <stdlib.h>
#include "base/environ.h"
#include "base/file.h"
#include "store/store.h"

/* Adds the slots that one package asks for, each once; both lists have a blank around each. */
static void add_needed(struct store *s, struct str path, struct buf *all)
{
	char *real CLEANUP_FREE = store_real_path(s, path);
	char *file CLEANUP_FREE = path_join(str_c(real), S("nix-support/kiln-slots"));
	BUF(text, LIMIT_SMALL_FILE);
	struct str rest, name;
	ERR(ignored);

	if (file_read(AT_FDCWD, file, &text, &ignored))
		return;
	rest = buf_str(&text);
	while (str_split(&rest, '\n', &name)) {
		char *word CLEANUP_FREE = xasprintf(" %.*s ", STR_ARG(name));

		if (name.n && str_find(buf_str(all), str_c(word)) < 0)
			buf_printf(all, "%.*s ", STR_ARG(name));
	}
}

errint env_tell_empty(struct store *s, struct str path, struct err *err)
{
	BUF(all, LIMIT_SMALL_FILE);
	struct str_set closure;
	ARENA(a);

	if (env_get("KILN_SLOT_PATH"))
		return 0;
	errint rc = store_closure(s, &a, &path, 1, 0, &closure, err);
	if (rc)
		return rc;
	buf_putc(&all, ' ');
	for (size_t i = 0; i < closure.n; i++)
		add_needed(s, closure.v[i], &all);
	if (all.n > 1)
		setenv("KILN_SLOTS_EMPTY", buf_z(&all), 1);
	return 0;
}
