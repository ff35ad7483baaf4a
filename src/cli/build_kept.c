/* SPDX-License-Identifier: MIT
 *
 * What the last evaluation for the same request found, from the user's cache folder. The key is
 * everything that was asked and set; what was read is among the entry's inputs. A derivation that
 * was collected meanwhile is a reason to evaluate again: a valid one has its whole closure. */
#include "cli/build_find.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/process.h"
#include "base/report.h"
#include "source/conf.h"
#include "memo/memo.h"
#include "memo/signature.h"
#include "store/store.h"

struct kept {
	struct build_command *c;
	struct cli *cli;
	struct store *store;
	struct settings *settings;
	char *dir;
	char key[HASH_TEXT_MAX];
	char program[160];
};

static void kept_release(struct kept *k)
{
	free(k->dir);
}

/* ---- the key ---- */

static void put_texts(struct buf *b, const char *what, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		memo_key_text(b, what, v[i]);
}

static void put_request(struct buf *b, const struct build_command *c)
{
	const struct eval_request *r = &c->request;

	put_texts(b, "attr", r->attrs, r->n_attrs);
	for (size_t i = 0; i < r->n_args; i++) {
		buf_printf(b, "argument %d\n", (int)r->args[i].kind);
		memo_key_text(b, "name", r->args[i].name);
		memo_key_text(b, "value", r->args[i].value);
	}
	/* Its place is on the search path. */
	memo_key_text(b, "nixpkgs", r->nixpkgs ? "" : NULL);
	memo_key_text(b, c->source.is_expr ? "expression" : "file", c->source.text);
	memo_key_text(b, "project", c->project_dir);
	put_texts(b, "recipe", c->names, c->n_names);
	put_texts(b, "slot", c->slots, c->n_slots);
}

/* Where flake registries are looked for; what is in them is an input. */
static void put_registries(struct buf *b, const struct settings *s)
{
	struct conf *conf CLEANUP(conf_cleanup) = NULL;
	char *ours CLEANUP_FREE = user_config_dir();
	struct str global = STR_NULL;
	ERR(err);

	if (conf_load(NULL, &conf, &err) < 0)
		memo_key_text(b, "conf", err.msg);
	else if (conf_get(conf, S("flake-registry"), &global))
		buf_printf(b, "conf %.*s\n", STR_ARG(global));
	memo_key_text(b, "global", s->flake_registry);
	memo_key_text(b, "user", ours);
	memo_key_text(b, "system", env_get("NIX_CONF_DIR"));
}

/* Does it depend on the working folder what the request means? */
static bool is_relative(const struct build_command *c, const struct eval_options *o)
{
	if (c->source.text || c->request.n_args)
		return true;
	for (size_t i = 0; i < o->n_search_path; i++) {
		struct str prefix, path = str_c(o->search_path[i]);

		str_cut(path, '=', &prefix, &path);
		if (!str_starts(path, S("/")))
			return true;
	}
	return false;
}

/* Everything that decides what an evaluation finds and is no input that can be looked at later. */
static errint make_key(struct kept *k, const struct eval_options *o, struct err *err)
{
	const struct store_config *s = store_config(k->store);
	char *cwd CLEANUP_FREE = is_relative(k->c, o) ? getcwd(NULL, 0) : NULL;
	BUF(b, LIMIT_NIX_SOURCE);
	const char *data;
	struct hash h;
	int rc = cli_data_dir(k->cli, &data, err);

	if (rc < 0)
		return rc;
	memo_key_text(&b, "data", data);
	memo_key_text(&b, "root", s->root);
	memo_key_text(&b, "store", s->store_dir);
	memo_key_text(&b, "state", s->state_dir);
	memo_key_text(&b, "folder", cwd);
	eval_options_key(o, &b);
	put_registries(&b, k->settings);
	put_request(&b, k->c);
	rc = buf_check(&b, "request", err);
	if (rc < 0)
		return rc;
	hash_bytes(HASH_SHA256, buf_str(&b), &h);
	hash_format(&h, HASH_BASE16, false, k->key);
	return 0;
}

/* Another kiln may find something else, even one of the same version. */
static void identify_program(struct kept *k)
{
	struct stat st;

	if (stat("/proc/self/exe", &st) < 0)
		st = (struct stat){0};
	snprintf(k->program, sizeof(k->program), "kiln %s %llx:%llx %lld %lld.%09ld %lld.%09ld",
		 KILN_VERSION, (unsigned long long)st.st_dev, (unsigned long long)st.st_ino,
		 (long long)st.st_size, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
		 (long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
}

static errint kept_init(struct kept *k, struct err *err)
{
	EVALUATION(e);
	struct eval_options o;
	char *base CLEANUP_FREE = user_cache_dir();
	int rc = cli_store(k->cli, &k->store, err);

	if (rc == 0)
		rc = evaluation_options(k->cli, &k->c->request, EVALUATION_SET, &e, &o, err);
	if (rc == 0)
		rc = make_key(k, &o, err);
	if (rc < 0)
		return rc;
	k->dir = path_join(str_c(base), S("eval"));
	identify_program(k);
	return 0;
}

/* ---- looking ---- */

static void tell(struct kept *k, const char *what, const char *why)
{
	report_msg(cli_report(k->cli), REPORT_INFO, "%s: %s", what, why);
}

/* Protects the derivations from a collection, and then asks whether they are there. */
static bool drvs_there(struct kept *k, const struct memo_found *f, struct err *err)
{
	for (size_t i = 0; i < f->n; i++) {
		struct str path = f->drvs[i].drv_path;
		bool valid = false;

		if (!store_path_is_drv(path) || !store_path_is(store_dir(k->store), path) ||
		    store_temp_root(k->store, path, err) < 0 ||
		    store_is_valid(k->store, path, &valid, err) < 0 || !valid) {
			if (!err->code)
				err_set(err, ERR_NOT_FOUND, "'%.*s' is not in the store any more",
					STR_ARG(path));
			return false;
		}
	}
	return true;
}

static bool entry_fits(struct kept *k, struct memo_entry *e, struct inputs_check *check,
		       struct err *err)
{
	if (!str_eqz(e->program, k->program)) {
		err_set(err, ERR_NOT_FOUND, "it was another kiln");
		return false;
	}
	if (!inputs_match(check, e->inputs, e->n_inputs)) {
		err_set(err, ERR_NOT_FOUND, "%s", check->why);
		return false;
	}
	for (size_t i = 0; i < e->n_found; i++)
		if (!drvs_there(k, &e->found[i], err))
			return false;
	return true;
}

/* Stamps were renewed: without them the contents would be read again every time. */
static void save_again(struct kept *k, struct memo_entry *e, int64_t began)
{
	struct input **v CLEANUP_FREE = xcalloc(e->n_inputs + 1, sizeof(struct input *));
	ERR(err);

	for (size_t i = 0; i < e->n_inputs; i++)
		v[i] = &e->inputs[i];
	e->began = began;
	if (memo_save(k->dir, k->key, e, v, e->n_inputs, &err) < 0)
		report_msg(cli_report(k->cli), REPORT_DEBUG, "not kept: %s", err.msg);
}

static void take(struct kept *k, const struct memo_entry *e)
{
	struct build_command *c = k->c;

	for (size_t i = 0; i < e->n_messages; i++)
		report_msg(cli_report(k->cli), (enum report_level)e->messages[i].level, "%s",
			   e->messages[i].text.p);
	for (size_t i = 0; i < e->n_found; i++) {
		struct memo_found f = e->found[i];

		f.label = arena_str(&c->a, f.label);
		for (size_t d = 0; d < f.n; d++)
			drv_ref_own(&c->a, &f.drvs[d]);
		ARRAY_GROW(c->found, c->n_found, c->cap_found);
		c->found[c->n_found++] = f;
	}
}

static bool look(struct kept *k)
{
	BUF(bytes, LIMIT_EVAL_ENTRY);
	struct memo_entry e;
	struct inputs_check check = {.store = k->store, .a = &k->c->a};
	int64_t began = clock_unix_ns();
	ERR(err);

	if (memo_load(k->dir, k->key, &bytes, &k->c->a, &e, &err) < 0) {
		tell(k, "evaluating", err.code == ERR_NOT_FOUND ? "nothing is kept" : err.msg);
		return false;
	}
	check.began = e.began;
	if (!entry_fits(k, &e, &check, &err)) {
		tell(k, "evaluating again", err.msg);
		return false;
	}
	tell(k, "not evaluating", "nothing has changed since the last time");
	if (check.refreshed)
		save_again(k, &e, began);
	take(k, &e);
	return true;
}

/* ---- keeping ---- */

static void keep(struct kept *k, struct eval_inputs *in)
{
	struct memo_entry e = {
		.program = str_c(k->program),
		.began = in->began,
		.messages = in->messages,
		.n_messages = in->n_messages,
		.found = k->c->found,
		.n_found = k->c->n_found,
	};
	ERR(err);

	if (!inputs_stamp(in))
		tell(k, "what was found is not kept", in->unknowable);
	else if (memo_save(k->dir, k->key, &e, in->v, in->n, &err) < 0)
		tell(k, "what was found is not kept", err.msg);
}

errint build_find_kept(struct build_command *c, struct cli *cli, struct err *err)
{
	struct kept k CLEANUP(kept_release) = {.c = c, .cli = cli};
	struct eval_inputs *in CLEANUP(eval_inputs_cleanup) = NULL;
	int rc;

	rc = cli_settings(cli, &k.settings, err);
	if (rc < 0)
		return rc;
	if (!k.settings->eval_cache || (c->source.text && strcmp(c->source.text, "-") == 0))
		return build_find(c, cli, err);
	rc = kept_init(&k, err);
	if (rc < 0 || look(&k))
		return rc;
	in = eval_inputs_new(k.store);
	c->request.inputs = in;
	rc = build_find(c, cli, err);
	c->request.inputs = NULL;
	if (rc == 0)
		keep(&k, in);
	return rc;
}
