/* SPDX-License-Identifier: MIT
 *
 * Workflows as text. Names that a project chose stand in JSON strings, which YAML has, too, and in
 * quoted words of sh. */
#include "release/ci.h"

#include "base/json.h"
#include "release/protect.h"

struct workflow {
	const struct release *r;
	const struct ci_options *o;
	struct arena *a;
	struct buf *b;
};

/* A name that the service would take for an expression of its own is none for a workflow. */
static errint check_name(struct str name, struct err *err)
{
	if (str_find(name, S("${{")) < 0)
		return 0;
	return err_set(err, ERR_UNSUPPORTED, "'%.*s' cannot stand in a workflow", STR_ARG(name));
}

/* Branches are matched by patterns there. */
static void put_pattern(struct workflow *w, struct str branch)
{
	BUF(plain, LIMIT_SMALL_FILE);

	for (size_t i = 0; i < branch.n; i++) {
		if (strchr("*?+[]!\\", branch.p[i]))
			buf_putc(&plain, '\\');
		buf_putc(&plain, branch.p[i]);
	}
	json_put_str(w->b, buf_str(&plain));
}

static void put_json(struct workflow *w, const char *text)
{
	json_put_str(w->b, str_c(text));
}

/* "cd 'a/b' && " of a project below the top, else nothing. */
static const char *cd_prefix(struct workflow *w)
{
	struct str prefix = str_drop_suffix(w->r->place.prefix, S("/"));
	BUF(b, LIMIT_SMALL_FILE);

	if (!prefix.n)
		return "";
	buf_putz(&b, "cd ");
	protect_quote(&b, prefix);
	buf_putz(&b, " && ");
	return arena_strz(w->a, buf_str(&b));
}

static void put_head(struct workflow *w, const char *name)
{
	buf_printf(w->b,
		   "# Made by: kiln release ci github. What it does, kiln does: run the same at "
		   "home.\nname: %s\n",
		   name);
}

static void put_job(struct workflow *w, const char *id)
{
	buf_printf(w->b, "  %s:\n    runs-on: ", id);
	put_json(w, w->o->runs_on);
	buf_putc(w->b, '\n');
	if (w->o->container) {
		buf_putz(w->b, "    container: ");
		put_json(w, w->o->container);
		buf_putc(w->b, '\n');
	}
}

static void put_checkout(struct workflow *w, struct str branch)
{
	buf_putz(w->b, "    steps:\n"
		       "      - uses: actions/checkout@v4\n"
		       "        with:\n"
		       "          fetch-depth: 0\n");
	if (branch.n) {
		buf_putz(w->b, "          ref: ");
		json_put_str(w->b, branch);
		buf_putc(w->b, '\n');
	}
	/* In a container the files belong to the machine's user, and git trusts none but its own.
	 */
	if (w->o->container)
		buf_putz(w->b, "      - run: git config --global --add safe.directory "
			       "\"$GITHUB_WORKSPACE\"\n");
}

static void put_run(struct workflow *w, const char *command)
{
	buf_putz(w->b, "      - run: ");
	put_json(w, arena_printf(w->a, "%s%s", cd_prefix(w), command));
	buf_putc(w->b, '\n');
}

static const struct track *last_track(const struct release *r)
{
	return &r->config.v[r->config.n - 1];
}

static const struct track *first_track(const struct release *r)
{
	return &r->config.v[0];
}

/* ---- each workflow ---- */

static errint put_build(struct workflow *w, struct err *err)
{
	put_head(w, "kiln build");
	buf_putz(w->b, "on:\n"
		       "  push:\n"
		       "    branches: [\"**\"]\n"
		       "  pull_request:\n"
		       "permissions:\n"
		       "  contents: read\n"
		       "concurrency:\n"
		       "  group: kiln-build-${{ github.ref }}\n"
		       "  cancel-in-progress: true\n"
		       "jobs:\n");
	put_job(w, "build");
	put_checkout(w, S(""));
	put_run(w, "kiln build");
	put_run(w, "kiln check");
	return 0;
}

static errint put_gates(struct workflow *w, struct err *err)
{
	size_t n = 0;

	put_head(w, "kiln gates");
	buf_putz(w->b,
		 "# The secret KILN_SIGNING_KEY is the text that `kiln key generate` wrote; its "
		 "public half is\n# trusted by: kiln key trust NAME:BASE64 --gate build --gate "
		 "check\n"
		 "on:\n"
		 "  push:\n"
		 "    branches:\n");
	for (size_t i = 0; i < w->r->config.n; i++) {
		const struct track *t = &w->r->config.v[i];

		if (!t->n_gates)
			continue;
		errint rc = check_name(str_c(track_branch(t)), err);
		if (!rc)
			rc = check_name(t->name, err);
		if (rc)
			return rc;
		buf_putz(w->b, "      - ");
		put_pattern(w, str_c(track_branch(t)));
		buf_putc(w->b, '\n');
		n++;
	}
	if (!n) {
		err_set(err, ERR_NOT_FOUND, "no track has gates");
		return err_hint(err,
				"[release.track.%.*s] gates = [\"build\", \"check\"] in "
				".flox/kiln.toml",
				STR_ARG(first_track(w->r)->name));
	}
	buf_putz(w->b, "permissions:\n"
		       "  contents: write\n"
		       "concurrency:\n"
		       "  group: kiln-gates-${{ github.ref }}\n"
		       "jobs:\n");
	put_job(w, "gates");
	put_checkout(w, S(""));
	/* Without a track's name it is that of the branch that is checked out. */
	put_run(w, "kiln release gate --push");
	buf_putz(w->b, "        env:\n"
		       "          KILN_SIGNING_KEY: ${{ secrets.KILN_SIGNING_KEY }}\n");
	return 0;
}

static errint put_base(struct workflow *w, struct err *err)
{
	const char *branch = track_branch(last_track(w->r));
	errint rc = check_name(str_c(branch), err);

	if (rc)
		return rc;
	put_head(w, "kiln base");
	buf_putz(w->b, "# Once a week: does what is in use still build, with all its sources?\n"
		       "on:\n"
		       "  schedule:\n"
		       "    - cron: \"23 4 * * 1\"\n"
		       "  workflow_dispatch:\n"
		       "permissions:\n"
		       "  contents: read\n"
		       "jobs:\n");
	put_job(w, "base");
	put_checkout(w, str_c(branch));
	put_run(w, "kiln build");
	put_run(w, "kiln check");
	return 0;
}

static errint put_update(struct workflow *w, struct err *err)
{
	const char *branch = track_branch(first_track(w->r));
	BUF(quoted, LIMIT_SMALL_FILE);
	errint rc = check_name(str_c(branch), err);

	if (rc)
		return rc;
	protect_quote(&quoted, str_c(branch));
	put_head(w, "kiln update");
	buf_putz(
		w->b,
		"# Newer versions, as a request: nothing moves by itself. The repository's settings must let\n"
		"# workflows create requests.\n"
		"on:\n"
		"  schedule:\n"
		"    - cron: \"37 4 * * 2\"\n"
		"  workflow_dispatch:\n"
		"permissions:\n"
		"  contents: write\n"
		"  pull-requests: write\n"
		"concurrency:\n"
		"  group: kiln-update\n"
		"jobs:\n");
	put_job(w, "update");
	put_checkout(w, str_c(branch));
	put_run(w,
		"git config user.name kiln && git config user.email kiln@localhost && git switch "
		"-C kiln-update");
	put_run(w, "kiln update --all --commit");
	put_run(w, arena_printf(w->a,
				"git diff --quiet origin/%s kiln-update || { git push --force "
				"origin kiln-update && { [ \"$(gh pr list --head kiln-update "
				"--state open --json number --jq length)\" != 0 ] || gh pr create "
				"--fill --head kiln-update --base %s; }; }",
				buf_z(&quoted), buf_z(&quoted)));
	buf_putz(w->b, "        env:\n"
		       "          GH_TOKEN: ${{ github.token }}\n");
	return 0;
}

errint ci_github(const struct release *r, const struct ci_options *o, struct arena *a,
		 struct ci_file **out, size_t *n, struct err *err)
{
	static const struct {
		const char *path;
		errint (*put)(struct workflow *w, struct err *err);
	} files[] = {
		{".github/workflows/kiln-build.yml", put_build},
		{".github/workflows/kiln-gates.yml", put_gates},
		{".github/workflows/kiln-base.yml", put_base},
		{".github/workflows/kiln-update.yml", put_update},
	};
	struct ci_file *v = ARENA_ARRAY(a, struct ci_file, ARRAY_LEN(files));

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		BUF(text, LIMIT_SMALL_FILE);
		struct workflow w = {r, o, a, &text};
		errint rc = files[i].put(&w, err);

		if (!rc)
			rc = buf_check(&text, files[i].path, err);
		if (rc)
			return rc;
		v[i] = (struct ci_file){files[i].path, arena_str(a, buf_str(&text)), false};
	}
	*out = v;
	*n = ARRAY_LEN(files);
	return 0;
}

static const char script[] =
	"#!/bin/sh\n"
	"# Made by: kiln release ci script. For any CI: call it with what is to be done.\n"
	"#\n"
	"#\tkiln-ci.sh build          on each push: build and check\n"
	"#\tkiln-ci.sh gate [TRACK]   on a track: run its gates, and send the evidence\n"
	"#\tkiln-ci.sh base           once a week: does what is in use still build?\n"
	"#\tkiln-ci.sh update         now and then: newer versions, on the branch kiln-update\n"
	"#\n"
	"# `gate` takes the secret key from KILN_SIGNING_KEY, or from kiln's configuration folder.\n"
	"set -eu\n"
	"top=$(git rev-parse --show-toplevel)\n";

errint ci_script(const struct release *r, struct arena *a, struct ci_file **out, size_t *n,
		 struct err *err)
{
	BUF(b, LIMIT_SMALL_FILE);
	BUF(base, LIMIT_SMALL_FILE);
	BUF(first, LIMIT_SMALL_FILE);
	struct ci_file *file = ARENA_NEW(a, struct ci_file);

	protect_quote(&base, str_c(track_branch(last_track(r))));
	protect_quote(&first, str_c(track_branch(first_track(r))));
	buf_putz(&b, script);
	buf_putz(&b, "cd \"$top\"/");
	protect_quote(&b, str_drop_suffix(r->place.prefix, S("/")));
	buf_printf(&b,
		   "\ncase ${1:-} in\n"
		   "build)\n\tkiln build\n\tkiln check\n\t;;\n"
		   "gate)\n\tshift\n\tkiln release gate --push \"$@\"\n\t;;\n"
		   "base)\n\tgit switch --detach \"origin/\"%s\n\tkiln build\n\tkiln check\n\t;;\n"
		   "update)\n\tgit switch -C kiln-update \"origin/\"%s\n"
		   "\tkiln update --all --commit\n"
		   "\tgit diff --quiet \"origin/\"%s kiln-update ||\n"
		   "\t\tgit push --force origin kiln-update\n\t;;\n"
		   "*)\n\techo \"usage: $0 build | gate [TRACK] | base | update\" >&2\n\texit 2\n"
		   "\t;;\nesac\n",
		   buf_z(&base), buf_z(&first), buf_z(&first));
	errint rc = buf_check(&b, "script", err);
	if (rc)
		return rc;
	*file = (struct ci_file){"kiln-ci.sh", arena_str(a, buf_str(&b)), true};
	*out = file;
	*n = 1;
	return 0;
}
