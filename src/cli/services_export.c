/* SPDX-License-Identifier: MIT
 *
 * kiln services export: services as units of systemd's user manager. */
#include "cli/services_verbs.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/report.h"
#include "service/service_unit.h"

static const struct option rows[] = {
	OPT_FLAG(struct services_command, systemd, "--systemd",
		 "as user units, with a folder's environment activated"),
	OPT_TEXT(struct services_command, output, "-o --output", "DIR",
		 "where units go ($XDG_CONFIG_HOME/systemd/user); '-' prints them"),
	SERVICES_ROWS,
	OPT_END,
};

/* $XDG_CONFIG_HOME/systemd/user, or below HOME. */
static errint unit_dir(char **out, struct err *err)
{
	char *own CLEANUP_FREE = user_config_dir();
	struct str parent = path_dir(str_c(own));

	*out = xasprintf("%.*s/systemd/user", STR_ARG(parent));
	return mkdir_p(AT_FDCWD, *out, 0755, err);
}

/* How kiln is called from anywhere. */
static errint own_path(char out[PATH_MAX], struct err *err)
{
	ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);

	if (n < 0)
		return err_sys(err, "looking for kiln's own program");
	out[n] = '\0';
	return 0;
}

static errint export_one(struct cli *cli, const struct services_command *c,
			 const struct service_spec *s, const char *to, const char *prefix,
			 struct err *err)
{
	char self[PATH_MAX];
	BUF(text, LIMIT_SMALL_FILE);
	BUF(name, LIMIT_PATH_TEXT);
	errint rc = own_path(self, err);
	const char *const start[] = {self, "activate", "-d", c->dir, "--", NULL};
	char *about CLEANUP_FREE = xasprintf("service %s of %s", s->name, c->dir);

	if (!rc)
		rc = service_unit(s, about, prefix, start, &text, err);
	if (rc)
		return rc;
	service_unit_name(prefix, s->name, &name);
	if (!to) {
		out_printf("# %s\n", buf_z(&name));
		out_str(buf_str(&text));
		return 0;
	}
	char *file CLEANUP_FREE = path_join(str_c(to), buf_str(&name));
	rc = file_write(AT_FDCWD, file, buf_str(&text), 0644, 0, err);
	if (!rc)
		out_printf("%s\n", file);
	return rc;
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct services_command *c = ctx;
	char *to CLEANUP_FREE = NULL;
	bool print = c->output && strcmp(c->output, "-") == 0;
	size_t *v, n;
	errint rc;

	if (!c->systemd) {
		err_set(err, ERR_USAGE, "as what services are to be exported is not said");
		return err_hint(err, "--systemd: as units of systemd's user manager");
	}
	rc = services_command_open(cli, c, err);
	if (!rc)
		rc = services_select(c->specs, c->n, c->names.v, c->names.n, c->names.n > 0,
				     &cli->a, &v, &n, err);
	if (!rc && !n)
		rc = err_set(err, ERR_NOT_FOUND, "'%s' has no services", c->dir);
	if (!rc && !print && c->output) {
		to = xstrdup(c->output);
		rc = mkdir_p(AT_FDCWD, to, 0755, err);
	} else if (!rc && !print) {
		rc = unit_dir(&to, err);
	}
	if (rc)
		return rc;
	/* Two environments may have services of one name. */
	char *prefix CLEANUP_FREE = xasprintf("%.*s-", STR_ARG(path_base(str_c(c->dir))));
	for (size_t i = 0; !rc && i < n; i++)
		rc = export_one(cli, c, &c->specs[v[i]], to, prefix, err);
	if (!rc && to)
		report_msg(cli_report(cli), REPORT_NOTE,
			   "'systemctl --user daemon-reload' makes systemd know them");
	return rc;
}

const struct command services_verb_export = {
	.name = "export",
	.summary = "write services as units of systemd",
	.rows = rows,
	.size = sizeof(struct services_command),
	.run = run,
	.release = services_command_release,
};
