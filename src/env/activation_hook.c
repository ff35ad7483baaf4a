/* SPDX-License-Identifier: MIT
 *
 * What bash does for an activation: [vars] that only a shell can expand, and the hooks. It is a
 * process of its own with the person's terminal: where it goes, and what it prints to standard
 * output, touches nobody; what it exports is told by its last step, in a file. */
#include "env/activation_int.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/process.h"
#include "env/dev_shell.h"

extern char **environ;

static const char hook_file[] = "on-activate", start_file[] = "start", told_file[] = "told";

/* ---- [vars] ---- */

static errint check_names(const struct activation *a, struct err *err)
{
	for (size_t i = 0; i < a->n_vars; i++)
		if (!environ_name_ok(a->vars[i].name)) {
			err_set(err, ERR_FAILED, "[vars] has '%.*s', which cannot be a variable",
				STR_ARG(a->vars[i].name));
			return err_hint(err, "letters, digits and '_' make a name");
		}
	return 0;
}

/* Sets them one after the other; *done is where the first is that needs a shell. */
static errint set_vars(const struct activation *a, const size_t *order, size_t *done,
		       struct err *err)
{
	for (*done = 0; *done < a->n_vars; (*done)++) {
		const struct activation_var *var = &a->vars[order[*done]];
		BUF(value, LIMIT_SMALL_FILE);
		bool shell = false;
		errint rc;

		activation_expand(var->text, &value, &shell);
		rc = buf_check(&value, "variable", err);
		if (rc || shell)
			return rc;
		environ_set(var->name, buf_str(&value));
	}
	return 0;
}

static void put_vars(const struct activation *a, const size_t *order, size_t from, struct buf *b)
{
	for (size_t i = from; i < a->n_vars; i++) {
		const struct activation_var *var = &a->vars[order[i]];

		buf_printf(b, "export %.*s=\"", STR_ARG(var->name));
		activation_put_quoted_text(b, var->text);
		buf_putz(b, "\"\n");
	}
}

/* ---- bash ---- */

/* The environment's own, else the machine's. */
static errint find_bash(char **out, struct err *err)
{
	static const char *const places[] = {"/bin/bash", "/usr/bin/bash",
					     "/run/current-system/sw/bin/bash"};
	struct str rest = str_c(env_or("PATH", "")), dir;

	while (str_split(&rest, ':', &dir)) {
		char *file CLEANUP_FREE = path_join(dir, S("bash"));

		if (dir.n && dir.p[0] == '/' && access(file, X_OK) == 0) {
			*out = STEAL(file);
			return 0;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (access(places[i], X_OK) == 0) {
			*out = xstrdup(places[i]);
			return 0;
		}
	err_set(err, ERR_NOT_FOUND, "there is no bash, which runs hooks");
	return err_hint(err, "'kiln install bash' brings one into the environment");
}

/* The script: its end tells, unless the hook failed. */
static errint write_script(const struct activation *a, const char *state, const size_t *order,
			   size_t from, struct err *err)
{
	BUF(b, LIMIT_TOML_TEXT);
	char *told CLEANUP_FREE = state_file(state, told_file);
	char *hook CLEANUP_FREE = state_file(state, hook_file);
	errint rc = state_write(state, hook_file, a->on_activate, err);

	if (rc)
		return rc;
	buf_putz(&b, "_kiln_tell() { ");
	shell_quote(&b, str_c(a->kiln));
	buf_putz(&b, " activate --tell ");
	shell_quote(&b, str_c(told));
	buf_putz(&b, "; }\n_kiln_end() { _kiln_status=$?; trap - EXIT; "
		     "[ $_kiln_status = 0 ] && _kiln_tell; exit $_kiln_status; }\n"
		     "trap _kiln_end EXIT\n");
	put_vars(a, order, from, &b);
	if (a->on_activate.n) {
		buf_putz(&b, ". ");
		shell_quote(&b, str_c(hook));
		/* One that cannot be read through has failed, however far it came. */
		buf_putz(&b, "\n[ $? = 0 ] || \"$BASH\" -n ");
		shell_quote(&b, str_c(hook));
		buf_putz(&b, " 2>/dev/null || exit 2\n");
	}
	/* The status of the hook's last command says nothing: `[ -e x ] && …` ends many. A trap of
	 * the hook's own still runs. */
	buf_putz(&b, "_kiln_tell\n[ \"$(trap -p EXIT)\" = \"trap -- '_kiln_end' EXIT\" ] && "
		     "trap - EXIT\nexit 0\n");
	rc = buf_check(&b, "hook", err);
	return rc ? rc : state_write(state, start_file, buf_str(&b), err);
}

/* Who ends kiln ends the hook; from a terminal it has the signal already. */
static errint wait_for(pid_t pid, int *status, struct err *err)
{
	bool told = false;

	while (waitpid(pid, status, 0) < 0) {
		if (errno != EINTR)
			return err_sys(err, "waiting for the hook");
		if (interrupted() && !told)
			kill(pid, interrupt_signal());
		told = true;
	}
	return 0;
}

static errint run_bash(const char *state, const char *script, int in, int out, int *status,
		       struct err *err)
{
	char *bash CLEANUP_FREE = NULL;
	char *file CLEANUP_FREE = state_file(state, script);
	errint rc = find_bash(&bash, err);
	pid_t pid;

	if (rc)
		return rc;
	const char *const argv[] = {bash, "--noprofile", "--norc", file, NULL};
	const struct process_spec spec = {.argv = argv, .in = in, .out = out, .errfd = out};
	interrupts_catch();
	rc = process_start(&spec, &pid, err);
	return rc ? rc : wait_for(pid, status, err);
}

/* A hook that goes through another program and never comes back has told nothing. */
static errint hook_failed(const struct activation *a, int status, struct err *err)
{
	char text[64];

	if (interrupted())
		return err_set(err, ERR_INTERRUPTED, "interrupted: nothing was activated");
	if (status == 0) {
		err_set(err, ERR_FAILED,
			"[hook] on-activate of '%.*s' became another program by exec and did "
			"not come back",
			STR_ARG(a->name));
		return err_hint(err, "nothing was activated; let it run the program instead");
	}
	err_set(err, ERR_FAILED, "[hook] on-activate of '%.*s' failed: %s", STR_ARG(a->name),
		process_status_text(status, text, sizeof(text)));
	if (WIFEXITED(status))
		err->status = WEXITSTATUS(status);
	return err_hint(err, "nothing was activated; 'kiln edit' opens the manifest that has it");
}

/* ---- what it exported ---- */

static void adopt(void *ctx ATTR_UNUSED, struct str name, const struct str *was ATTR_UNUSED,
		  const struct str *is)
{
	if (is)
		environ_set(name, *is);
	else
		environ_unset(name);
}

static errint adopt_told(const struct activation *a, const char *state, int status, struct err *err)
{
	char *file CLEANUP_FREE = state_file(state, told_file);
	BUF(text, LIMIT_TOML_TEXT);
	ARENA(arena);
	struct environ_copy told, own;
	ERR(none);
	errint rc;

	if (status || file_read(AT_FDCWD, file, &text, &none))
		return hook_failed(a, status, err);
	unlink(file);
	rc = environ_parse(&arena, buf_str(&text), &told, err);
	if (rc)
		return rc;
	environ_take(&arena, &own);
	environ_changes(&own, &told, adopt, NULL);
	return 0;
}

errint hook_run(const struct activation *a, const char *state, struct err *err)
{
	size_t *order CLEANUP_FREE = xcalloc(a->n_vars + 1, sizeof(*order));
	size_t done = 0;
	int status = 0;
	errint rc = check_names(a, err);

	if (!rc)
		rc = activation_vars_order(a->vars, a->n_vars, order, err);
	if (!rc)
		rc = set_vars(a, order, &done, err);
	if (rc || (done == a->n_vars && !a->on_activate.n))
		return rc;
	rc = write_script(a, state, order, done, err);
	if (!rc)
		rc = run_bash(state, start_file, STDIN_FILENO, STDERR_FILENO, &status, err);
	return rc ? rc : adopt_told(a, state, status, err);
}

errint hook_run_leaving(struct str text, const char *state, struct err *err)
{
	char status_text[64];
	int status = 0;
	errint rc = state_write(state, hook_file, text, err);

	if (!rc)
		rc = run_bash(state, hook_file, -1, -1, &status, err);
	if (!rc && status)
		rc = err_set(err, ERR_FAILED, "[hook] on-deactivate failed: %s",
			     process_status_text(status, status_text, sizeof(status_text)));
	return rc;
}

errint activation_tell(const char *file, struct err *err)
{
	BUF(text, LIMIT_TOML_TEXT);
	ARENA(arena);
	struct environ_copy own;
	errint rc;

	environ_take(&arena, &own);
	environ_print(&own, &text);
	rc = buf_check(&text, "environment", err);
	return rc ? rc : file_write(AT_FDCWD, file, buf_str(&text), 0600, 0, err);
}
