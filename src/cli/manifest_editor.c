/* SPDX-License-Identifier: MIT
 *
 * The editor, and what becomes of its text. */
#include "cli/manifest_editor.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/wait.h>

#include "base/environ.h"
#include "base/file.h"
#include "base/process.h"
#include "base/report.h"
#include "cli/environment_command.h"
#include "manifest/manifest_edit.h"
#include "manifest/place.h"

/* ---- replacing ---- */

/* Locked and built as it is to be, and only then put in its place. */
static errint make_it_so(struct cli *cli, const char *dir, struct str text, struct err *err)
{
	bool made = false;
	struct environment_change change = {.manifest = text, .did = "edit"};
	struct environment env;
	struct session *s;
	errint rc = cli_session(cli, &s, err);

	if (!rc)
		rc = environment_open(s, dir, &cli->a, &env, err);
	if (!rc)
		rc = environment_change(s, &env, &change, &cli->a, &made, err);
	if (!rc)
		environment_tell(cli, &env, made, false);
	return rc;
}

static bool has_generation(const char *dir)
{
	ARENA(a);

	return access(arena_printf(&a, "%s/.flox/run/current", dir), F_OK) == 0;
}

/* A key of a later schema makes the manifest one of that. */
static errint raise_schema(struct cli *cli, const char *file, struct str text, struct buf *out,
			   struct err *err)
{
	unsigned schema = 0;
	errint rc = manifest_edit_schema_needed(text, file, &schema, out, err);

	if (!rc && schema)
		report_msg(cli_report(cli), REPORT_NOTE,
			   "the manifest is one of schema-version %s now, which its keys need",
			   manifest_schema_text(schema));
	return rc;
}

/* Checked, and only then in its place; before is what the manifest was when the edit began. */
static errint take(struct cli *cli, const char *dir, const char *file, struct str before,
		   struct str text, enum manifest_edited *what, struct err *err)
{
	BUF(now, LIMIT_MANIFEST);
	BUF(raised, LIMIT_MANIFEST);
	bool built = has_generation(dir);
	errint rc = raise_schema(cli, file, text, &raised, err);

	if (!rc)
		rc = manifest_check(buf_str(&raised), file, dir, err);
	if (!rc)
		rc = manifest_text(dir, &now, err);
	if (rc)
		return rc;
	if (!str_eq(buf_str(&now), before)) {
		err_set(err, ERR_FAILED, "'%s/.flox/env/manifest.toml' was changed meanwhile", dir);
		return err_hint(err,
				"put both together and give the result to 'kiln edit -f FILE'");
	}
	*what = MANIFEST_SAME;
	if (str_eq(buf_str(&raised), before))
		return 0;
	/* Nothing was built of it yet, and who writes a manifest need not build it at once. */
	rc = built ? make_it_so(cli, dir, buf_str(&raised), err)
		   : manifest_replace(dir, buf_str(&raised), err);
	*what = built ? MANIFEST_BUILT : MANIFEST_CHANGED;
	return rc;
}

errint manifest_edit_file(struct cli *cli, const char *dir, const char *file,
			  enum manifest_edited *what, struct err *err)
{
	bool is_input = strcmp(file, "-") == 0;
	BUF(before, LIMIT_MANIFEST);
	BUF(text, LIMIT_MANIFEST);
	errint rc = manifest_text(dir, &before, err);

	if (!rc)
		rc = is_input ? fd_read_all(STDIN_FILENO, &text, err)
			      : file_read(AT_FDCWD, file, &text, err);
	return rc ? rc
		  : take(cli, dir, is_input ? "standard input" : file, buf_str(&before),
			 buf_str(&text), what, err);
}

/* ---- the editor ---- */

static bool is_on_path(const char *program)
{
	struct str rest = str_c(env_or("PATH", "")), folder;

	while (str_split(&rest, ':', &folder)) {
		ARENA(a);

		if (folder.n &&
		    access(arena_printf(&a, "%.*s/%s", STR_ARG(folder), program), X_OK) == 0)
			return true;
	}
	return false;
}

static bool is_blank(const char *s)
{
	return !s || !str_trim(str_c(s)).n;
}

static errint choose_editor(const char **out, struct err *err)
{
	static const char *const usual[] = {"vim", "vi", "nano", "emacs"};
	const char *visual = env_get("VISUAL"), *editor = env_get("EDITOR");

	*out = !is_blank(visual) ? visual : !is_blank(editor) ? editor : NULL;
	for (size_t i = 0; !*out && i < ARRAY_LEN(usual); i++)
		if (is_on_path(usual[i]))
			*out = usual[i];
	if (*out)
		return 0;
	err_set(err, ERR_NOT_FOUND, "no editor is known");
	return err_hint(err, "set EDITOR, or give a file to 'kiln edit -f FILE'");
}

/* The shell reads the variable, as git has it: arguments, quotes and all. */
static errint run_editor(const char *editor, const char *file, struct err *err)
{
	ARENA(a);
	const char *argv[] = {"/bin/sh", "-c", arena_printf(&a, "%s \"$@\"", editor),
			      editor,    file, NULL};
	struct process_spec spec = {.argv = argv, .in = 0, .out = 1, .errfd = 2};
	struct sigaction ignore = {.sa_handler = SIG_IGN}, interrupt, quit;
	char text[64];
	pid_t pid;
	int status;

	/* ^C is the editor's. */
	errint rc = process_start(&spec, &pid, err);
	if (rc)
		return err_wrap(err, "running the editor '%s'", editor);
	sigaction(SIGINT, &ignore, &interrupt);
	sigaction(SIGQUIT, &ignore, &quit);
	rc = process_wait(pid, &status, err);
	sigaction(SIGINT, &interrupt, NULL);
	sigaction(SIGQUIT, &quit, NULL);
	if (rc)
		return err_wrap(err, "running the editor '%s'", editor);
	if (status == 0)
		return 0;
	err_set(err, ERR_FAILED, "editor '%s': %s", editor,
		process_status_text(status, text, sizeof(text)));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return err_hint(err, "set EDITOR to one that is there");
	return err_hint(err, "nothing was changed");
}

/* ---- the copy ---- */

struct edited_copy {
	char folder[128], file[160];
	bool keep;
};

static void copy_release(struct edited_copy *c)
{
	if (c->folder[0] && !c->keep)
		remove_tree_quietly(AT_FDCWD, c->folder);
}

static errint make_copy(struct edited_copy *c, struct str text, struct err *err)
{
	const char *tmp = env_or("TMPDIR", "/tmp");
	char folder[sizeof(c->folder)];

	if (strlen(tmp) > sizeof(folder) - 32)
		tmp = "/tmp";
	snprintf(folder, sizeof(folder), "%s/kiln-edit.XXXXXX", tmp);
	if (!mkdtemp(folder))
		return err_sys(err, "making a folder in '%s'", tmp);
	memcpy(c->folder, folder, sizeof(folder));
	snprintf(c->file, sizeof(c->file), "%s/manifest.toml", folder);
	return file_write(AT_FDCWD, c->file, text, 0600, 0, err);
}

static bool asks_again(struct cli *cli, struct err *err)
{
	char line[16] = "";

	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return false;
	report_err(cli_report(cli), err);
	dprintf(STDERR_FILENO, "Edit it again? [Y/n] ");
	ssize_t n = read(STDIN_FILENO, line, sizeof(line) - 1);
	return n > 0 && line[0] != 'n' && line[0] != 'N';
}

static errint edit_once(struct cli *cli, const char *editor, const char *dir,
			const struct edited_copy *c, struct str before, struct buf *text,
			enum manifest_edited *what, bool *wrong, struct err *err)
{
	errint rc = run_editor(editor, c->file, err);

	buf_clear(text);
	if (!rc)
		rc = file_read(AT_FDCWD, c->file, text, err);
	if (rc)
		return rc;
	rc = take(cli, dir, c->file, before, buf_str(text), what, err);
	*wrong = rc && err->code != ERR_INTERRUPTED;
	return rc;
}

errint manifest_edit_interactive(struct cli *cli, const char *dir, enum manifest_edited *what,
				 struct err *err)
{
	struct edited_copy copy CLEANUP(copy_release) = {.keep = false};
	BUF(before, LIMIT_MANIFEST);
	BUF(text, LIMIT_MANIFEST);
	const char *editor;
	bool wrong;
	errint rc = choose_editor(&editor, err);

	if (!rc)
		rc = manifest_text(dir, &before, err);
	if (!rc)
		rc = make_copy(&copy, buf_str(&before), err);
	if (rc)
		return rc;
	do {
		wrong = false;
		rc = edit_once(cli, editor, dir, &copy, buf_str(&before), &text, what, &wrong, err);
	} while (rc && wrong && asks_again(cli, err));
	if (!rc)
		return 0;
	/* A text that was never changed is no loss. */
	buf_clear(&text);
	ERR(gone);
	copy.keep = !file_read(AT_FDCWD, copy.file, &text, &gone) &&
		    !str_eq(buf_str(&text), buf_str(&before));
	if (copy.keep)
		err_hint(err, "your text is kept: kiln edit -f '%s' once it is right", copy.file);
	return rc;
}
