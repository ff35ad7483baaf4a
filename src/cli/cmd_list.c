/* SPDX-License-Identifier: MIT
 *
 * kiln list: what is installed in an environment, by its manifest and its lock. */
#include <stdio.h>

#include "base/environ.h"
#include "base/report.h"
#include "base/toml_edit.h"
#include "cli/command.h"
#include "cli/init_command.h"
#include "manifest/manifest.h"
#include "manifest/manifest_json.h"
#include "manifest/manifest_lock.h"
#include "manifest/manifest_toml.h"
#include "manifest/place.h"

const struct option list_rows[] = {
	OPT_CHOICE(struct list_command, what, LIST_EXTENDED, "forms", "-e --extended",
		   "install id, name and version of each package, as without an option"),
	OPT_CHOICE(struct list_command, what, LIST_CONFIG, "forms", "-c --config",
		   "the manifest itself; with what it includes, the merged one"),
	OPT_CHOICE(struct list_command, what, LIST_NAMES, "forms", "-n --name",
		   "the install ids alone"),
	OPT_CHOICE(struct list_command, what, LIST_ALL, "forms", "-a --all",
		   "all that is known of each package"),
	OPT_FLAG(struct list_command, json, "--json", "print JSON"),
	OPT_TABLE(struct list_command, place, NULL, environment_place_rows),
	OPT_END,
};

struct installed_list {
	const char *dir;
	struct str system;
	struct manifest *own, *whole; /* as written; with what it includes */
	struct manifest_lock lock;
	bool stale; /* the lock is there, and of another manifest */
};

static errint open_listing(struct cli *cli, const struct list_command *c, struct installed_list *l,
			   struct err *err)
{
	ERR(absent);
	errint rc = environment_place_find(cli, &c->place, &l->dir, err);

	l->system = str_c(native_system());
	if (!rc)
		rc = manifest_read(l->dir, &cli->a, &l->own, err);
	if (!rc)
		rc = manifest_compose(l->own, l->dir, &cli->a, &l->whole, err);
	if (rc)
		return rc;
	if (manifest_lock_read(l->dir, &cli->a, &l->lock, &absent)) {
		if (absent.code != ERR_NOT_FOUND)
			return err_move(err, &absent);
		return 0;
	}
	l->stale = !manifest_lock_is_of(&l->lock, l->own, l->whole);
	return 0;
}

/* ---- texts ---- */

static struct str version_of(const struct manifest_package *p, const struct manifest_locked *locked)
{
	return locked && locked->version.p ? locked->version : p->version.text;
}

/* A line each, whatever is in the name. */
static void print_id(struct str id)
{
	BUF(b, LIMIT_TOML_TEXT);
	bool plain = true;

	for (size_t i = 0; i < id.n; i++)
		plain &= (unsigned char)id.p[i] >= ' ' && id.p[i] != 0x7f;
	if (!plain)
		toml_put_str(&b, id);
	out_str(plain ? id : buf_str(&b));
}

static void print_line(const struct manifest_package *p, const struct manifest_locked *locked)
{
	struct str version = version_of(p, locked);

	print_id(p->id);
	out_str(S(": "));
	print_id(p->what.text);
	if (p->kind == MANIFEST_CATALOG && version.n)
		out_printf(" (%.*s)", STR_ARG(version));
	out_str(S("\n"));
}

static void field(const char *name, struct str value)
{
	out_printf("  %-22s%.*s\n", name, STR_ARG(value.n ? value : S("N/A")));
}

static void field_flag(const char *name, int flag)
{
	field(name, flag < 0 ? S("") : flag ? S("true") : S("false"));
}

static void field_list(const char *name, const struct str *v, size_t n)
{
	BUF(b, LIMIT_LOCK_FILE);

	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%.*s", i ? ", " : "", STR_ARG(v[i]));
	field(name, buf_str(&b));
}

static void print_outputs(struct cli *cli, const struct manifest_package *p,
			  const struct manifest_locked *locked)
{
	size_t n = locked ? locked->n_outputs : 0;
	struct str *names = ARENA_ARRAY(&cli->a, struct str, n + p->outputs.n + 1);

	for (size_t i = 0; i < n; i++)
		names[i] = locked->outputs[i].name;
	field_list("Outputs:", names, n);
	if (p->all_outputs) {
		field("Outputs installed:", S("all"));
		return;
	}
	for (size_t i = 0; i < p->outputs.n; i++)
		names[i] = p->outputs.v[i].text;
	if (p->outputs.at)
		field_list("Outputs installed:", names, p->outputs.n);
	else
		field_list("Outputs installed:", locked ? locked->outputs_to_install.v : NULL,
			   locked ? locked->outputs_to_install.n : 0);
}

static void print_all(struct cli *cli, const struct manifest_package *p,
		      const struct manifest_locked *locked)
{
	/* ORDER manifest_package_kind */
	static const char *const names[] = {"Package Path:", "Flake:", "Store Path:"};
	static const struct manifest_locked nothing = MANIFEST_LOCKED_INIT;
	const struct manifest_locked *l = locked ? locked : &nothing;
	char priority[32];

	snprintf(priority, sizeof(priority), "%lld", (long long)p->priority.value);
	print_id(p->id);
	out_str(S(":\n"));
	if (p->kind != MANIFEST_STORE_PATH)
		field("Description:", l->description);
	field(names[p->kind], p->what.text);
	field("Priority:", str_c(priority));
	if (p->kind == MANIFEST_STORE_PATH)
		return;
	if (p->kind == MANIFEST_FLAKE) {
		field("Locked URL:", l->locked_url);
		field("Flake attribute:", l->attr_path);
	}
	field("Package Name:", l->pname);
	field("Version:", version_of(p, locked));
	field_list(l->licenses.n > 1 ? "Licenses:" : "License:", l->licenses.v, l->licenses.n);
	field_flag("Unfree:", l->unfree);
	field_flag("Broken:", l->broken);
	print_outputs(cli, p, locked);
}

/* ---- JSON ---- */

static void member(const char *name, struct str value)
{
	out_printf(", \"%s\": ", name);
	out_json_or_null(value);
}

static void print_json_one(const struct manifest_package *p, const struct manifest_locked *l)
{
	/* ORDER manifest_package_kind */
	static const char *const kinds[] = {"pkg-path", "flake", "store-path"};

	out_str(S("{ \"id\": "));
	out_json(p->id);
	member(kinds[p->kind], p->what.text);
	if (p->kind == MANIFEST_CATALOG)
		member("pkg-group", p->group.at ? p->group.text : S(MANIFEST_DEFAULT_GROUP));
	member("wanted", p->version.text);
	out_printf(", \"priority\": %lld", (long long)p->priority.value);
	out_printf(", \"locked\": %s", l ? "true" : "false");
	if (l) {
		member("version", l->version);
		member("name", l->name);
		member("derivation", l->derivation);
		out_str(S(", \"outputs\": {"));
		for (size_t i = 0; i < l->n_outputs; i++) {
			out_str(i ? S(", ") : S(" "));
			out_json(l->outputs[i].name);
			out_str(S(": "));
			out_json(l->outputs[i].path);
		}
		out_str(S(" }"));
	}
	out_printf(", \"from\": ");
	out_json(str_c(p->at->file));
	out_printf(", \"line\": %u }", p->what.at->line);
}

/* ---- all of it ---- */

static errint print_config(struct cli *cli, const struct list_command *c,
			   const struct installed_list *l, struct err *err)
{
	BUF(text, LIMIT_TOML_TEXT);
	errint rc = 0;

	if (c->json)
		manifest_put_json(&text, l->whole);
	else if (l->own == l->whole)
		rc = manifest_text(l->dir, &text, err);
	else
		rc = manifest_put_toml(&text, l->whole, err);
	if (rc)
		return rc;
	out_str(buf_str(&text));
	if (text.n && text.p[text.n - 1] != '\n')
		out_str(S("\n"));
	if (l->own != l->whole && !c->json)
		report_msg(cli_report(cli), REPORT_NOTE, "this is the manifest merged with %zu %s",
			   l->own->n_includes,
			   l->own->n_includes == 1 ? "environment" : "environments");
	return 0;
}

static void print_packages(struct cli *cli, const struct list_command *c,
			   const struct installed_list *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->whole->n_packages; i++) {
		const struct manifest_package *p = &l->whole->packages[i];
		const struct manifest_locked *locked =
			manifest_lock_find(&l->lock, p->id, l->system);

		if (!manifest_package_is_for(l->whole, p, l->system))
			continue;
		if (c->json) {
			out_str(n ? S(",\n  ") : S("[ "));
			print_json_one(p, locked);
		} else if (c->what == LIST_NAMES) {
			print_id(p->id);
			out_str(S("\n"));
		} else if (c->what == LIST_ALL) {
			out_str(n ? S("\n") : S(""));
			print_all(cli, p, locked);
		} else {
			print_line(p, locked);
		}
		n++;
	}
	if (c->json)
		out_str(n ? S(" ]\n") : S("[ ]\n"));
	else if (!n)
		report_msg(cli_report(cli), REPORT_WARN,
			   "no packages are installed for this system (%.*s)", STR_ARG(l->system));
	if (l->stale)
		report_msg(
			cli_report(cli), REPORT_NOTE,
			"the manifest was changed since it was locked; 'kiln activate' locks it");
}

errint list_command_run(struct cli *cli, void *ctx, struct err *err)
{
	const struct list_command *c = ctx;
	struct installed_list l = {0};
	errint rc = open_listing(cli, c, &l, err);

	if (rc)
		return rc;
	if (c->what == LIST_CONFIG)
		return print_config(cli, c, &l, err);
	print_packages(cli, c, &l);
	return 0;
}

const struct command command_list = {
	.name = "list",
	.summary = "list what is installed in an environment",
	.topic = TOPIC_BUILD,
	.rows = list_rows,
	.size = sizeof(struct list_command),
	.run = list_command_run,
};
