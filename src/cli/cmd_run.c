/* SPDX-License-Identifier: MIT
 *
 * kiln run: becomes a program of a result, which sees the store at its place and the slots filled.
 */
#include <stdlib.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/slot.h"
#include "env/view.h"
#include "store/store.h"

enum {
	O_SLOT = 1,
};

const struct option_row cmd_run_options[] = {
	{O_SLOT, "--slot", "SLOT=FILLING", "fill a slot for the command"},
	{0},
};

struct run_command {
	struct arena a;
	const char *result;
	const char **slots;
	size_t n_slots, cap_slots;
	struct str path; /* the store path */
};

static void run_release(struct run_command *r)
{
	free(r->slots);
	arena_release(&r->a);
}

/* From a store path, or a link to one; the link's target may exist in the view only. */
static errint find_result(struct run_command *r, struct store *s, struct err *err)
{
	ERR(ignored);
	char *target = NULL, *absolute CLEANUP_FREE = NULL;
	struct str top;
	bool valid;
	int rc = path_absolute(str_c(r->result), &absolute, err);

	if (rc < 0)
		return rc;
	if (read_link(AT_FDCWD, r->result, &target, &ignored) == 0) {
		free(absolute);
		absolute = target;
	}
	if (!store_path_split(store_dir(s), str_c(absolute), &top, NULL)) {
		err_set(err, ERR_USAGE, "'%s' is no store path and no link to one", r->result);
		return err_hint(err, "kiln build makes such links: result-NAME");
	}
	r->path = arena_str(&r->a, top);
	rc = store_is_valid(s, r->path, &valid, err);
	if (rc < 0 || valid)
		return rc;
	return err_set(err, ERR_NOT_FOUND, "'%.*s' is not in the store", STR_ARG(r->path));
}

/* <result>/bin/<name of the result without its version>. */
static const char *own_program(struct run_command *r)
{
	struct str name = store_path_name(r->path);

	for (size_t i = 0; i + 1 < name.n; i++)
		if (name.p[i] == '-' && name.p[i + 1] >= '0' && name.p[i + 1] <= '9')
			name.n = i;
	return arena_printf(&r->a, "%.*s/bin/%.*s", STR_ARG(r->path), STR_ARG(name));
}

static void prepend(const char *name, const char *value)
{
	const char *old = env_get(name);
	char *both CLEANUP_FREE = old ? xasprintf("%s:%s", value, old) : xstrdup(value);

	setenv(name, both, 1);
}

static errint fill_slots(struct run_command *r, struct cli *cli, struct err *err)
{
	BUF(all, LIMIT_PATH_TEXT * 64);

	for (size_t i = 0; i < r->n_slots; i++) {
		BUF(joined, LIMIT_PATH_TEXT * 16);
		struct filling f;
		char *name CLEANUP_FREE = NULL;
		int rc = slot_fill(cli, &r->a, r->slots[i], &f, err);

		if (rc < 0)
			return rc;
		for (size_t k = 0; k < f.n; k++)
			buf_printf(&joined, "%s%.*s", k ? ":" : "", STR_ARG(f.folders[k]));
		rc = buf_check(&joined, "slot's folders", err);
		if (rc < 0)
			return rc;
		name = xasprintf("KILN_SLOT_%s", f.slot);
		setenv(name, buf_z(&joined), 1);
		buf_printf(&all, "%s%s", i ? ":" : "", buf_z(&joined));
	}
	if (r->n_slots)
		setenv("KILN_SLOT_PATH", buf_z(&all), 1);
	return buf_check(&all, "slots' folders", err);
}

static errint become(struct run_command *r, struct store *s, char **command, struct err *err)
{
	char *own[] = {NULL, NULL};
	int rc = view_enter(s, err);

	if (rc < 0)
		return rc;
	prepend("PATH", arena_printf(&r->a, "%.*s/bin", STR_ARG(r->path)));
	if (!command[0]) {
		own[0] = (char *)own_program(r);
		command = own;
	}
	execvp(command[0], command);
	err_sys(err, "starting '%s'", command[0]);
	return err_hint(err, "programs of the result are in '%.*s/bin'", STR_ARG(r->path));
}

errint cmd_run(struct cli *cli, int argc, char **argv, struct err *err)
{
	struct run_command r CLEANUP(run_release) = {0};
	struct options o;
	struct store *s;
	char **command;
	bool done;
	int id, rc, n;

	cli_options(cli, &o, argc, argv);
	while (!r.result && (id = cli_next(cli, &o, &done, err)) != OPTION_END) {
		if (id == OPTION_OPERAND) {
			r.result = o.args[0];
		} else if (id < 0) {
			return id;
		} else {
			ARRAY_GROW(r.slots, r.n_slots, r.cap_slots);
			r.slots[r.n_slots++] = o.args[0];
		}
	}
	if (done)
		return 0;
	if (!r.result)
		return err_set(err, ERR_USAGE, "which result? usage: %s RESULT [-- COMMAND…]",
			       cli->called);
	command = options_rest(&o, &n);
	if (n > 0 && strcmp(command[0], "--") == 0)
		command++;
	rc = cli_store(cli, &s, err);
	if (rc == 0)
		rc = find_result(&r, s, err);
	if (rc == 0)
		rc = fill_slots(&r, cli, err);
	return rc < 0 ? rc : become(&r, s, command, err);
}
