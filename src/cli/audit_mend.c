/* SPDX-License-Identifier: MIT
 *
 * Recipes are looked at when there is something to be told of them: an audit that finds nothing
 * does without. */
#include "cli/audit_mend.h"

#include "cli/command.h"

void audit_mend_release(struct audit_mend *am)
{
	if (am->tried)
		mend_release(&am->m);
	if (am->open && am->fix)
		recipe_files_release(&am->files);
	am->open = am->tried = false;
}

static errint open_recipes(struct cli *cli, struct audit_mend *am, struct err *err)
{
	struct session *session;
	errint rc = cli_session(cli, &session, err);

	am->tried = true;
	if (!rc)
		rc = mend_open(&am->m, session, am->project, &cli->a, err);
	am->open = !rc;
	if (!rc && am->fix)
		rc = recipe_files_open(&am->files, am->project, err);
	return rc;
}

errint audit_mend_places(struct cli *cli, struct audit_mend *am, struct audit_findings *f,
			 struct err *err)
{
	ERR(why);

	if (!am->project || !f->n)
		return 0;
	errint rc = am->tried ? 0 : open_recipes(cli, am, &why);
	if (rc && (am->fix || rc == ERR_INTERRUPTED))
		return err_move(err, &why);
	if (am->open)
		mend_places(&am->m, f);
	return 0;
}

errint audit_mend_fix(struct audit_mend *am, const struct audit_findings *f, struct err *err)
{
	struct mended *done;
	size_t n = 0;
	errint rc = am->open && am->fix ? mend_fix(&am->m, &am->files, f, &done, &n, err) : 0;

	for (size_t i = 0; !rc && i < n; i++)
		out_printf("mended: %s [%s]\n", done[i].what,
			   audit_rule_name(done[i].finding->rule));
	am->n += n;
	return rc;
}

errint audit_mend_finish(struct audit_mend *am, struct err *err)
{
	BUF(diff, LIMIT_NIX_SOURCE);

	if (!am->fix)
		return 0;
	if (!am->n) {
		out_str(S("nothing is certain enough to be mended\n"));
		return 0;
	}
	recipe_files_diff(&am->files, NULL, &diff);
	errint rc = buf_check(&diff, "diff", err);
	if (rc)
		return rc;
	out_str(buf_str(&diff));
	return am->dry_run ? 0 : recipe_files_write(&am->files, err);
}
