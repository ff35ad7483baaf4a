/* SPDX-License-Identifier: MIT
 *
 * kiln sbom: what a result consists of, in the formats that others read. */
#include "base/environ.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/named.h"
#include "cli/sbom_facts.h"
#include "sbom/sbom.h"
#include "store/closure_hash.h"

struct sbom_command {
	const char *name, *format, *output, *project;
};

static const struct option rows[] = {
	OPT_TEXT(struct sbom_command, format, "--format", "cyclonedx|spdx|spdx-tag",
		 "the first is the default"),
	OPT_TEXT(struct sbom_command, output, "-o --output", "FILE",
		 "write it there instead of to standard output"),
	OPT_TEXT(struct sbom_command, project, "--project", "DIR",
		 "the project whose recipes say more of what they made"),
	OPERAND(struct sbom_command, name, "NAME|PATH"),
	OPT_END,
};

/* Of reproducible documents' own: seconds since 1970. */
static errint read_date(struct sbom_options *o, struct err *err)
{
	const char *text = env_get("SOURCE_DATE_EPOCH");

	if (!text)
		return 0;
	/* The year 9999 ends there: its text has no room for more. */
	if (!str_to_i64(str_c(text), &o->date) || o->date < 0 || o->date > 253402300799)
		return err_set(err, ERR_USAGE,
			       "SOURCE_DATE_EPOCH is '%s', which is no number of seconds", text);
	o->dated = true;
	return 0;
}

static errint make(struct cli *cli, const struct sbom_command *c, struct sbom_options *o,
		   struct buf *b, struct err *err)
{
	struct component_closure closure;
	struct component_facts *facts;
	struct str top;
	size_t n;
	errint rc = named_path(cli, c->name, &top, err);

	if (!rc && store_path_is_drv(top)) {
		err_set(err, ERR_UNSUPPORTED, "'%s' is a derivation, and no package", c->name);
		return err_hint(err, "name what it makes: kiln store --query --outputs %s",
				c->name);
	}
	if (!rc)
		rc = sbom_facts(cli, c->project, &facts, err);
	if (!rc)
		rc = closure_hash(cli->store, &top, 1, &o->closure, &n, err);
	if (!rc)
		rc = components_of(cli->store, &cli->a, facts, &top, 1, &closure, err);
	if (rc)
		return rc;
	sbom_write(&closure, o, &cli->a, b);
	return buf_check(b, "list of components", err);
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct sbom_command *c = ctx;
	struct sbom_options o = {.format = SBOM_CYCLONEDX};
	BUF(b, LIMIT_JSON_TEXT);

	if (c->format && !sbom_format_parse(c->format, &o.format)) {
		err_set(err, ERR_USAGE, "there is no format '%s'", c->format);
		return err_hint(err, "cyclonedx, spdx or spdx-tag");
	}
	errint rc = read_date(&o, err);
	if (!rc)
		rc = make(cli, c, &o, &b, err);
	if (rc)
		return rc;
	if (c->output && strcmp(c->output, "-") != 0)
		return file_write(AT_FDCWD, c->output, buf_str(&b), 0666 & ~cli->umask, 0, err);
	out_str(buf_str(&b));
	return 0;
}

const struct command command_sbom = {
	.name = "sbom",
	.summary = "list what a result consists of: CycloneDX or SPDX",
	.topic = TOPIC_LOOK,
	.needs = NEEDS_STORE,
	.rows = rows,
	.size = sizeof(struct sbom_command),
	.run = run,
};
