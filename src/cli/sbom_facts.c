/* SPDX-License-Identifier: MIT
 *
 * The catalog knows facts as JSON, room sbom reads them. */
#include "cli/sbom_facts.h"

#include "base/report.h"
#include "project/catalog.h"

static errint ask(struct cli *cli, const char *dir, struct str *json, struct err *err)
{
	struct eval_request *eval = ARENA_NEW(&cli->a, struct eval_request);
	const struct project_request r = {
		.session = &cli->session, .eval = eval, .dir = dir, .flags = EVALUATION_READ_ONLY};
	struct catalog *catalog CLEANUP(catalog_cleanup) = NULL;
	errint rc = catalog_open(&r, &cli->a, &catalog, err);

	return rc ? rc : catalog_facts(catalog, json, err);
}

errint sbom_facts(struct cli *cli, const char *project, struct component_facts **out,
		  struct err *err)
{
	struct session *session;
	struct str json;
	char *dir CLEANUP_FREE = NULL;
	ERR(none);
	ERR(why);
	errint rc = cli_session(cli, &session, err);

	if (!rc && project_find(project, &dir, &none) && project)
		rc = err_move(err, &none);
	if (rc)
		return rc;
	rc = ask(cli, dir, &json, dir ? &why : err);
	if (rc && dir && why.code != ERR_INTERRUPTED) {
		report_msg(cli_report(cli), REPORT_WARN, "the project's own facts are left out: %s",
			   why.msg);
		rc = ask(cli, NULL, &json, err);
	} else if (rc && dir) {
		rc = err_move(err, &why);
	}
	return rc ? rc : component_facts_parse(&cli->a, json, out, err);
}
