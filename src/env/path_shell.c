/* SPDX-License-Identifier: MIT
 *
 * PATH of packages, and the exec. */
#include "env/path_shell.h"

#include <stdlib.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/environ.h"
#include "base/file.h"
#include "env/view.h"
#include "store/store.h"

enum { PACKAGES_MAX = 100000 };

struct packages {
	struct arena a;
	struct str *v; /* malloc'd */
	size_t n, cap;
};

static void packages_release(struct packages *p)
{
	free(p->v);
	arena_release(&p->a);
}

static void add(struct packages *p, struct str path)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->v[i], path))
			return;
	ARRAY_GROW(p->v, p->n, p->cap);
	p->v[p->n++] = arena_str(&p->a, path);
}

/* What a package wants whoever has it to have, too. */
static errint add_propagated(struct packages *p, struct store *s, struct str path, struct err *err)
{
	char *real CLEANUP_FREE = store_real_path(s, path);
	char *file CLEANUP_FREE =
		path_join(str_c(real), S("nix-support/propagated-user-env-packages"));
	BUF(text, LIMIT_SMALL_FILE);
	struct str rest, line, word;
	ERR(none);

	if (file_read(AT_FDCWD, file, &text, &none))
		return none.code == ERR_NOT_FOUND ? 0 : err_move(err, &none);
	rest = buf_str(&text);
	while (str_split(&rest, '\n', &line))
		while (str_split(&line, ' ', &word))
			if (store_path_is(store_dir(s), word))
				add(p, word);
	return p->n > PACKAGES_MAX ? err_set(err, ERR_TOO_BIG, "too many packages") : 0;
}

static errint set_path(struct store *s, const struct path_shell *shell, struct err *err)
{
	struct packages p CLEANUP(packages_release) = {0};
	BUF(path, LIMIT_SMALL_FILE);
	errint rc = 0;

	for (size_t i = 0; i < shell->n; i++)
		add(&p, shell->paths[i]);
	for (size_t i = 0; !rc && i < p.n; i++)
		rc = add_propagated(&p, s, p.v[i], err);
	for (size_t i = 0; !rc && i < p.n; i++)
		buf_printf(&path, "%s%.*s/bin", i ? ":" : "", STR_ARG(p.v[i]));
	if (env_get("PATH"))
		buf_printf(&path, "%s%s", path.n ? ":" : "", env_get("PATH"));
	if (!rc)
		rc = buf_check(&path, "PATH", err);
	if (!rc)
		setenv("PATH", buf_z(&path), 1);
	return rc;
}

/* Of the environment what is kept, with the values that it has. */
static void clear_environment(const struct path_shell *shell)
{
	char **values CLEANUP_FREE = xcalloc(shell->n_keep + 1, sizeof(*values));

	for (size_t i = 0; shell->pure && i < shell->n_keep; i++) {
		const char *value = env_text(shell->keep[i]);

		values[i] = value ? xstrdup(value) : NULL;
	}
	if (shell->pure)
		clearenv();
	for (size_t i = 0; shell->pure && i < shell->n_keep; i++) {
		if (values[i])
			setenv(shell->keep[i], values[i], 1);
		free(values[i]);
	}
	for (size_t i = 0; i < shell->n_unset; i++)
		unsetenv(shell->unset[i]);
}

errint path_shell_start(struct store *s, const struct path_shell *shell, struct err *err)
{
	const char *program = env_or("SHELL", "bash");
	char *const staying[] = {(char *)program, NULL};
	char *const *command = shell->command[0] ? shell->command : staying;
	char *own CLEANUP_FREE = xstrdup(program);
	errint rc = view_enter(s, err);

	if (rc)
		return rc;
	clear_environment(shell);
	rc = set_path(s, shell, err);
	if (rc)
		return rc;
	if (command == staying)
		execvp(own, (char *const[]){own, NULL});
	else
		execvp(command[0], command);
	return err_sys(err, "starting '%s'", command == staying ? own : command[0]);
}
