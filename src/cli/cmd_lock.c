/* SPDX-License-Identifier: MIT
 *
 * kiln lock: pins packages by hash. Alone it is `kiln lock set`. Debian's lock and its request
 * stand side by side. */
#include "base/file.h"
#include "cli/lock_set.h"
#include "deb/lock.h"
#include "project/data_dir.h"
#include "source/ladder.h"

struct lock_command {
	const char *roots, *output, *keyring;
	bool check, accept_changed, accept_old, json;
};

static const struct option rows[] = {
	OPT_TEXT(struct lock_command, roots, "--roots", "FILE",
		 "what is wanted (roots.control of the package set)"),
	OPT_TEXT(struct lock_command, output, "-o --output", "FILE",
		 "the lock to write (lock.json beside the roots)"),
	OPT_TEXT(struct lock_command, keyring, "--keyring", "FILE",
		 "the keys that may sign the suite"),
	OPT_FLAG(struct lock_command, check, "--check",
		 "write nothing; fail where the lock would change"),
	OPT_FLAG(struct lock_command, accept_changed, "--accept-changed",
		 "take packages whose bytes changed under one version"),
	OPT_FLAG(struct lock_command, accept_old, "--accept-old",
		 "take a suite that has expired, or is older than the lock's"),
	OPT_FLAG(struct lock_command, json, "--json", "print what moved as JSON"),
	OPT_END,
};

/* Whoever is somewhere else does not mean kiln's own lock, on which every result depends. */
static errint own_roots(char **out, struct err *err)
{
	char *data CLEANUP_FREE = NULL, *here CLEANUP_FREE = NULL;
	errint rc = data_dir_find(&data, err);

	if (!rc)
		rc = path_absolute(S("."), &here, err);
	if (rc)
		return rc;
	*out = xasprintf("%s/pkgs/debian/roots.control", data);
	size_t n = strlen(data);
	if (strncmp(here, data, n) == 0 && (!here[n] || here[n] == '/'))
		return 0;
	err_set(err, ERR_USAGE, "what to lock is not named");
	return err_hint(err, "--roots FILE names it; with '%s' kiln's own package set changes",
			*out);
}

static void print_moves(const struct deb_moves *moves)
{
	for (size_t i = 0; i < moves->n; i++) {
		const struct deb_move *m = &moves->v[i];

		out_printf("%.*s: %.*s ", STR_ARG(m->arch), STR_ARG(m->name));
		if (!m->from.n)
			out_printf("%.*s added\n", STR_ARG(m->to));
		else if (!m->to.n)
			out_printf("%.*s removed\n", STR_ARG(m->from));
		else if (m->bytes)
			out_printf("%.*s has other bytes\n", STR_ARG(m->to));
		else
			out_printf("%.*s -> %.*s\n", STR_ARG(m->from), STR_ARG(m->to));
	}
}

static void print_version(const char *key, struct str version)
{
	out_printf(", \"%s\": ", key);
	out_json_or_null(version);
}

static void print_json(const struct deb_moves *moves)
{
	out_str(S("["));
	for (size_t i = 0; i < moves->n; i++) {
		const struct deb_move *m = &moves->v[i];

		out_printf("%s\n  {\"architecture\": ", i ? "," : "");
		out_json(m->arch);
		out_str(S(", \"package\": "));
		out_json(m->name);
		print_version("from", m->from);
		print_version("to", m->to);
		out_printf(", \"otherBytes\": %s}", m->bytes ? "true" : "false");
	}
	out_printf("%s]\n", moves->n ? "\n" : "");
}

static errint lock_debian(struct cli *cli, void *ctx, struct err *err)
{
	struct lock_command *c = ctx;
	const char *roots = c->roots;
	const struct ladder_config config = {.offline = cli->settings->offline};
	struct ladder *ladder CLEANUP(ladder_cleanup) = ladder_new(&config, NULL, cli_report(cli));
	char *roots_found CLEANUP_FREE = NULL;
	char *lock CLEANUP_FREE = NULL;
	struct deb_moves moves = {0};
	struct deb_lock_options o = {
		.keyring = c->keyring,
		.check = c->check,
		.accept_changed = c->accept_changed,
		.accept_old = c->accept_old,
		.moves = &moves,
		.ladder = ladder,
		.report = cli_report(cli),
	};

	if (!roots) {
		errint rc = own_roots(&roots_found, err);

		if (rc)
			return rc;
		roots = roots_found;
	}
	lock = c->output ? xstrdup(c->output) : path_join(path_dir(str_c(roots)), S("lock.json"));
	o.roots = roots;
	o.lock = lock;
	errint rc = deb_lock(&o, &cli->a, err);
	if (rc)
		return rc;
	c->json ? print_json(&moves) : print_moves(&moves);
	if (c->check && moves.n)
		cli->status = 1;
	return 0;
}

static const struct command debian = {
	.name = "debian",
	.summary = "pin Debian packages",
	.needs = NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct lock_command),
	.run = lock_debian,
};

static const struct command *const verbs[] = {&debian, &lock_python_verb, &lock_set_verb, NULL};

const struct command command_lock = {
	.name = "lock",
	.summary = "pin packages by hash",
	.topic = TOPIC_BUILD,
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = lock_rows,
	.size = sizeof(struct lock_set_command),
	.run = lock_set,
	.verbs = verbs,
};
