/* SPDX-License-Identifier: MIT
 *
 * Commands of a manifest that run in the project's folder, as a person would run them there: with
 * the environment's programs first on PATH. Where the store is not at its place, they do not see
 * it. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/process.h"
#include "environment/manifest_build_int.h"
#include "base/toml.h"
#include "manifest/manifest.h"
#include "store/store.h"

/* What comes before a command: its variables, as the shell expands them. */
static void put_script(const struct manifest_making *m, struct str command, struct buf *b)
{
	const struct manifest_vars *vars = &m->env->manifest->vars;

	for (size_t i = 0; i < vars->n; i++)
		buf_printf(b, "export %.*s=\"%.*s\"\n", STR_ARG(vars->v[i].name),
			   STR_ARG(vars->v[i].value));
	buf_puts(b, command);
}

/* Our environment with the changes that the command sees. */
static char **make_environ(const struct manifest_making *m, const char *out)
{
	size_t n = 0, k = 0;
	char **v;

	for (char **e = environ; *e; e++)
		n++;
	v = ARENA_ARRAY(m->a, char *, n + 6);
	for (char **e = environ; *e; e++) {
		struct str name = str_c(*e), rest;

		(void)str_cut(name, '=', &name, &rest);
		if (!str_eqz(name, "PATH") && !str_eqz(name, "out") && !str_eqz(name, "FLOX_ENV") &&
		    !str_eqz(name, "FLOX_ENV_PROJECT"))
			v[k++] = *e;
	}
	v[k++] = arena_printf(m->a, "PATH=%.*s/bin:%s", STR_ARG(m->env->profile),
			      env_or("PATH", "/usr/bin:/bin"));
	v[k++] = arena_printf(m->a, "FLOX_ENV=%.*s", STR_ARG(m->env->profile));
	v[k++] = arena_printf(m->a, "FLOX_ENV_PROJECT=%.*s", STR_ARG(m->env->dir));
	if (out)
		v[k++] = arena_printf(m->a, "out=%s", out);
	return v;
}

static errint check_place(const struct manifest_making *m, struct err *err)
{
	char *real CLEANUP_FREE = store_real_path(m->s->store, m->env->profile);

	if (str_eqz(m->env->profile, real))
		return 0;
	toml_err(m->b->at, err,
		 "build '%.*s' runs outside of the sandbox, where the store is not at its place",
		 STR_ARG(m->b->name));
	return err_hint(err, "build.%.*s.sandbox = \"pure\" builds it inside", STR_ARG(m->b->name));
}

static errint run(const struct manifest_making *m, const char *to, struct err *err)
{
	BUF(script, LIMIT_TOML_TEXT);
	char status_text[64];
	int status = 0;
	pid_t pid;
	errint rc = check_place(m, err);

	put_script(m, m->command, &script);
	if (!rc)
		rc = buf_check(&script, "command", err);
	if (rc)
		return rc;
	const char *argv[] = {"bash", "-e", "-c", buf_z(&script), NULL};
	const struct process_spec spec = {
		.argv = argv,
		.env = (const char *const *)make_environ(m, to),
		.cwd = m->env->dir.p,
		.in = -1,
		.out = STDERR_FILENO,
		.errfd = STDERR_FILENO,
	};
	rc = process_start(&spec, &pid, err);
	if (!rc)
		rc = process_wait(pid, &status, err);
	if (rc || status == 0)
		return rc;
	return toml_err(m->b->command.at, err, "the command failed: %s",
			process_status_text(status, status_text, sizeof(status_text)));
}

/* A place of just as many letters as the store path will have, so that what the command wrote into
 * files of any kind can be replaced by it: "/tmp/LETTERS-NAME-VERSION". */
static char *place_of(const struct manifest_making *m)
{
	static const char letters[] = "0123456789abcdfghijklmnpqrsvwxyz";
	char *tail = m->version.n ? arena_printf(m->a, "%.*s-%.*s", STR_ARG(m->b->name),
						 STR_ARG(m->version))
				  : arena_printf(m->a, "%.*s-0", STR_ARG(m->b->name));
	size_t n = store_dir(m->s->store).n + 1 + 32;
	size_t room = n > 5 + 16 ? n - 5 : 16;
	char *text = arena_calloc(m->a, 5 + room + 1 + strlen(tail) + 1, 1);
	uint64_t seed = (uint64_t)clock_unix_ns() ^ (uint64_t)getpid() << 32;

	memcpy(text, "/tmp/", 5);
	for (size_t i = 0; i < room; i++) {
		seed = seed * 6364136223846793005U + 1442695040888963407U;
		text[5 + i] = letters[seed >> 59];
	}
	text[5 + room] = '-';
	memcpy(text + 5 + room + 1, tail, strlen(tail));
	return text;
}

static void scratch_remove(char **path)
{
	if (*path)
		remove_tree_quietly(AT_FDCWD, *path);
}

errint manifest_run_outside(struct manifest_making *m, struct err *err)
{
	char *to CLEANUP(scratch_remove) = place_of(m);
	struct stat st;
	errint rc = run(m, to, err);

	if (rc)
		return rc;
	if (lstat(to, &st)) {
		toml_err(m->b->command.at, err, "the command made nothing at $out");
		return err_hint(err, "it is a file or a folder, as in: mkdir -p $out/bin");
	}
	m->from = str_c(to);
	rc = store_add_path(m->s->store, m->a, S("made"), to, true, HASH_SHA256, NULL, NULL, NULL,
			    &m->made, err);
	return rc ? rc : store_flush(m->s->store, err);
}

errint manifest_version_of_command(struct manifest_making *m, struct err *err)
{
	BUF(script, LIMIT_TOML_TEXT);
	BUF(text, LIMIT_SMALL_FILE);
	errint rc = check_place(m, err);

	buf_putz(&script, "cd -- \"$0\"\n");
	put_script(m, m->b->version_command.text, &script);
	if (!rc)
		rc = buf_check(&script, "command", err);
	if (rc)
		return rc;
	const char *argv[] = {"bash", "-e", "-c", buf_z(&script), m->env->dir.p, NULL};
	rc = process_capture_env(argv, (const char *const *)make_environ(m, NULL), &text, NULL,
				 err);
	if (!rc)
		m->version = arena_str(m->a, str_trim(buf_str(&text)));
	return rc ? err_wrap(err, "version.command") : 0;
}
