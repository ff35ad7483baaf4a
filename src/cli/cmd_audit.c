/* SPDX-License-Identifier: MIT
 *
 * kiln audit: what is wrong with what recipes made. */
#include "audit/audit.h"
#include "cli/command.h"
#include "cli/named.h"

enum { AUDIT_FOUND = 1, AUDIT_TROUBLE = 2 };

struct audit_command {
	bool json;
	const char *project;
	struct option_list names;
};

static const struct option rows[] = {
	OPT_FLAG(struct audit_command, json, "--json", "print JSON"),
	OPT_TEXT(struct audit_command, project, "--project", "DIR", "the project's folder"),
	OPERANDS(struct audit_command, names, "NAME"),
	OPT_END,
};

/* ---- for people ---- */

/* The names of the store paths on the way. */
static void print_why(const struct audit_finding *f)
{
	for (size_t i = 0; i < f->n_why; i++) {
		out_str(i ? S(" → ") : S("    why: "));
		out_str(store_path_name(f->why[i]));
	}
	out_str(f->n_why ? S("\n") : S(""));
}

static void print_finding(const struct audit_finding *f)
{
	out_printf("%s: %.*s [%s]\n    in '%.*s%s%.*s'\n",
		   audit_severity_name(audit_rule_severity(f->rule)), STR_ARG(f->text),
		   audit_rule_name(f->rule), STR_ARG(f->path), f->file.n ? "/" : "",
		   STR_ARG(f->file));
	print_why(f);
	if (f->cure.n)
		out_printf("    hint: %.*s\n", STR_ARG(f->cure));
}

static void print_text(struct str name, const struct audit_findings *f)
{
	size_t errors = audit_findings_count(f, AUDIT_ERROR);
	size_t warnings = audit_findings_count(f, AUDIT_WARNING);

	for (size_t i = 0; i < f->n; i++)
		print_finding(&f->v[i]);
	out_printf("%.*s: %zu error%s, %zu warning%s\n", STR_ARG(name), errors,
		   errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
}

/* ---- for programs ---- */

static void json_finding(const struct audit_finding *f)
{
	out_printf("\n   {\"rule\": \"%s\", \"severity\": \"%s\", \"text\": ",
		   audit_rule_name(f->rule), audit_severity_name(audit_rule_severity(f->rule)));
	out_json(f->text);
	out_str(S(", \"path\": "));
	out_json(f->path);
	out_str(S(", \"file\": "));
	out_json_or_null(f->file);
	out_str(S(", \"why\": ["));
	for (size_t i = 0; i < f->n_why; i++) {
		out_str(i ? S(", ") : S(""));
		out_json(f->why[i]);
	}
	out_str(S("], \"cure\": "));
	out_json_or_null(f->cure);
	out_str(S("}"));
}

static void print_json(struct str name, struct str path, const struct audit_findings *f, bool first)
{
	out_str(first ? S("\n {\"name\": ") : S(",\n {\"name\": "));
	out_json(name);
	out_str(S(", \"path\": "));
	out_json(path);
	out_str(S(", \"findings\": ["));
	for (size_t i = 0; i < f->n; i++) {
		out_str(i ? S(",") : S(""));
		json_finding(&f->v[i]);
	}
	out_str(S("]}"));
}

static errint audit_one(struct cli *cli, const struct audit_command *c,
			const struct slot_list *slots, const struct product *p, bool first,
			struct err *err)
{
	struct audit_findings f CLEANUP(audit_findings_release) = {0};
	const struct audit a = {cli->store, &cli->a, p->paths[0], slots};
	bool valid;
	errint rc = store_is_valid(cli->store, a.top, &valid, err);

	if (!rc && !valid) {
		err_set(err, ERR_NOT_FOUND, "'%.*s' is not built", STR_ARG(p->name));
		return err_hint(err, "kiln build %.*s", STR_ARG(p->found->label));
	}
	if (!rc)
		rc = audit_run(&a, &f, err);
	if (rc)
		return rc;
	if (c->json)
		print_json(p->name, a.top, &f, first);
	else
		print_text(p->name, &f);
	if (audit_findings_count(&f, AUDIT_ERROR))
		cli->status = AUDIT_FOUND;
	return 0;
}

static errint audit_all(struct cli *cli, const struct audit_command *c, struct err *err)
{
	char *dir CLEANUP_FREE = NULL;
	struct slot_list slots;
	struct named_products products CLEANUP(named_products_release) = {0};
	const char *data;
	ERR(none);
	errint rc = named_products(cli, c->project, &c->names, &products, err);

	if (!rc)
		rc = session_data_dir(&cli->session, &data, err);
	if (!rc && project_find(c->project, &dir, &none) && c->project)
		rc = err_move(err, &none);
	if (!rc)
		rc = slot_list_read(data, dir, &cli->a, &slots, err);
	if (!rc && c->json)
		out_str(S("["));
	for (size_t i = 0; !rc && i < products.n; i++)
		rc = audit_one(cli, c, &slots, &products.v[i], i == 0, err);
	if (!rc && c->json)
		out_str(S("\n]\n"));
	return rc;
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	errint rc = audit_all(cli, ctx, err);

	/* 1 is an answer here. */
	if (rc && rc != ERR_INTERRUPTED)
		err->status = AUDIT_TROUBLE;
	return rc;
}

const struct command command_audit = {
	.name = "audit",
	.summary = "tell what a result must not hold: torch, drivers, second copies",
	.topic = TOPIC_LOOK,
	.needs = NEEDS_STORE,
	.rows = rows,
	.size = sizeof(struct audit_command),
	.run = run,
};
