/* SPDX-License-Identifier: MIT
 *
 * What the last evaluation for the same request found, from the user's cache folder. The key is
 * everything that was asked and set; what was read is among the entry's inputs. A derivation that
 * was collected meanwhile is a reason to evaluate again: a valid one has its whole closure. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/process.h"
#include "base/report.h"
#include "memo/memo.h"
#include "memo/signature.h"
#include "project/project_int.h"
#include "source/conf.h"
#include "store/store.h"

struct recollection {
	const struct project_request *r;
	const struct asked *asked;
	size_t n;
	enum report_level how;
	struct store *store;
	struct arena *a;
	struct resolved_list *out;
	char *dir;
	char key[HASH_TEXT_MAX];
	char program[PROGRAM_IDENTITY_MAX];
};

static void recall_release(struct recollection *k)
{
	free(k->dir);
}

/* ---- the key ---- */

static void put_texts(struct buf *b, const char *what, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		memo_key_text(b, what, v[i]);
}

static void put_asked(struct buf *b, const struct asked *v)
{
	buf_printf(b, "asked %d %zu%s%s\n", (int)v->kind, v->n_outputs, v->check ? " check" : "",
		   v->or_package ? " or package" : "");
	memo_key_text(b, "text", v->text);
	for (size_t i = 0; i < v->n_outputs; i++)
		buf_printf(b, "output %zu %.*s\n", v->outputs[i].n, STR_ARG(v->outputs[i]));
}

static void put_request(struct buf *b, const struct recollection *k)
{
	const struct eval_request *r = k->r->eval;

	put_texts(b, "attr", r->attrs, r->n_attrs);
	for (size_t i = 0; i < r->n_args; i++) {
		buf_printf(b, "argument %d\n", (int)r->args[i].kind);
		memo_key_text(b, "name", r->args[i].name);
		memo_key_text(b, "value", r->args[i].value);
	}
	/* Its place is on the search path. */
	memo_key_text(b, "nixpkgs", r->nixpkgs ? "" : NULL);
	memo_key_text(b, "project", k->r->dir);
	memo_key_text(b, "release", r->release);
	memo_key_text(b, "set", k->r->pin && k->r->pin->there ? k->r->pin->path.p : NULL);
	for (size_t i = 0; i < k->n; i++)
		put_asked(b, &k->asked[i]);
}

/* Where flake registries are looked for; what is in them is an input. */
static void put_registries(struct buf *b, const struct settings *s)
{
	struct conf *conf CLEANUP(conf_cleanup) = NULL;
	char *ours CLEANUP_FREE = user_config_dir();
	struct str global = STR_NULL;
	ERR(err);

	if (conf_load(NULL, &conf, &err))
		memo_key_text(b, "conf", err.msg);
	else if (conf_get(conf, S("flake-registry"), &global))
		buf_printf(b, "conf %.*s\n", STR_ARG(global));
	memo_key_text(b, "global", s ? s->flake_registry : NULL);
	memo_key_text(b, "user", ours);
	memo_key_text(b, "system", env_get("NIX_CONF_DIR"));
}

static bool is_source(const struct asked *v)
{
	return v->kind == ASKED_EXPR || v->kind == ASKED_FILE;
}

/* Does it depend on the working folder what the request means? */
static bool is_relative(const struct recollection *k, const struct eval_options *o)
{
	if (k->r->eval->n_args)
		return true;
	for (size_t i = 0; i < k->n; i++)
		if (is_source(&k->asked[i]))
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
static errint make_key(struct recollection *k, const struct evaluation *e,
		       const struct eval_options *o, struct err *err)
{
	const struct store_config *s = store_config(k->store);
	char *cwd CLEANUP_FREE = is_relative(k, o) ? getcwd(NULL, 0) : NULL;
	BUF(b, LIMIT_NIX_SOURCE);
	const char *data;
	struct hash h;
	errint rc = session_data_dir(k->r->session, &data, err);

	if (rc)
		return rc;
	memo_key_text(&b, "data", data);
	memo_key_text(&b, "root", s->root);
	memo_key_text(&b, "store", s->store_dir);
	memo_key_text(&b, "state", s->state_dir);
	memo_key_text(&b, "folder", cwd);
	eval_options_key(o, &b);
	put_registries(&b, e->settings);
	put_request(&b, k);
	rc = buf_check(&b, "request", err);
	if (rc)
		return rc;
	hash_bytes(HASH_SHA256, buf_str(&b), &h);
	hash_format(&h, HASH_BASE16, false, k->key);
	return 0;
}

const char *project_program_identity(char out[PROGRAM_IDENTITY_MAX])
{
	struct stat st;

	if (stat("/proc/self/exe", &st))
		st = (struct stat){0};
	snprintf(out, PROGRAM_IDENTITY_MAX, "kiln %s %llx:%llx %lld %lld.%09ld %lld.%09ld",
		 KILN_VERSION, (unsigned long long)st.st_dev, (unsigned long long)st.st_ino,
		 (long long)st.st_size, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
		 (long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
	return out;
}

static errint recall_init(struct recollection *k, struct err *err)
{
	EVALUATION(e);
	struct eval_options o;
	char *base CLEANUP_FREE = user_cache_dir();
	errint rc = evaluation_options(k->r->session, k->r->eval, EVALUATION_SET | k->r->flags, &e,
				       &o, err);

	if (!rc)
		rc = make_key(k, &e, &o, err);
	if (rc)
		return rc;
	k->dir = path_join(str_c(base), S("eval"));
	project_program_identity(k->program);
	return 0;
}

/* ---- looking ---- */

static void tell(struct recollection *k, const char *what, const char *why)
{
	report_msg(k->r->session->report, k->how, "%s: %s", what, why);
}

/* Protects the derivation from a collection, and then asks whether it is there. */
static errint drv_there(struct recollection *k, struct str path, struct err *err)
{
	bool valid = false;

	if (!store_path_is_drv(path) || !store_path_is(store_dir(k->store), path))
		return err_set(err, ERR_CORRUPT, "'%.*s' is no derivation", STR_ARG(path));
	errint rc = store_temp_root(k->store, path, err);
	if (!rc)
		rc = store_is_valid(k->store, path, &valid, err);
	if (rc || valid)
		return rc;
	return err_set(err, ERR_NOT_FOUND, "'%.*s' is not in the store any more", STR_ARG(path));
}

/* Fails with the reason why it does not. */
static errint entry_fits(struct recollection *k, struct memo_entry *e, struct inputs_check *check,
			 struct err *err)
{
	if (!str_eqz(e->program, k->program))
		return err_set(err, ERR_NOT_FOUND, "it was another kiln");
	if (!inputs_match(check, e->inputs, e->n_inputs))
		return err_set(err, ERR_NOT_FOUND, "%s", check->why);
	for (size_t i = 0; i < e->n_found; i++) {
		for (size_t d = 0; d < e->found[i].n; d++) {
			errint rc = drv_there(k, e->found[i].drvs[d].drv_path, err);
			if (rc)
				return rc;
		}
	}
	return 0;
}

/* Stamps were renewed: without them the contents would be read again every time. */
static void save_again(struct recollection *k, struct memo_entry *e, int64_t began)
{
	struct input **v CLEANUP_FREE = xcalloc(e->n_inputs + 1, sizeof(struct input *));
	ERR(err);

	for (size_t i = 0; i < e->n_inputs; i++)
		v[i] = &e->inputs[i];
	e->began = began;
	if (memo_save(k->dir, k->key, e, v, e->n_inputs, &err))
		report_msg(k->r->session->report, REPORT_DEBUG, "not kept: %s", err.msg);
}

static void take(struct recollection *k, const struct memo_entry *e)
{
	for (size_t i = 0; i < e->n_messages; i++)
		report_msg(k->r->session->report, (enum report_level)e->messages[i].level, "%s",
			   e->messages[i].text.p);
	for (size_t i = 0; i < e->n_found; i++) {
		const struct memo_found *m = &e->found[i];
		struct resolved *f =
			resolved_add(k->out, (enum asked_kind)m->kind, arena_str(k->a, m->label));

		f->drvs = m->drvs;
		f->n = m->n;
		for (size_t d = 0; d < f->n; d++)
			drv_ref_own(k->a, &f->drvs[d]);
	}
}

static bool look(struct recollection *k)
{
	BUF(bytes, LIMIT_EVAL_ENTRY);
	struct memo_entry e;
	struct inputs_check check = {.store = k->store, .a = k->a};
	int64_t began = clock_unix_ns();
	ERR(err);

	if (memo_load(k->dir, k->key, &bytes, k->a, &e, &err)) {
		tell(k, "evaluating", err.code == ERR_NOT_FOUND ? "nothing is kept" : err.msg);
		return false;
	}
	check.began = e.began;
	if (entry_fits(k, &e, &check, &err)) {
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

static void keep(struct recollection *k, struct eval_inputs *in, const struct resolved *v, size_t n)
{
	struct memo_found *found = ARENA_ARRAY(k->a, struct memo_found, n);
	struct memo_entry e = {
		.program = str_c(k->program),
		.began = in->began,
		.messages = in->messages,
		.n_messages = in->n_messages,
		.found = found,
		.n_found = n,
	};
	ERR(err);

	for (size_t i = 0; i < n; i++) {
		if (v[i].failure.code) {
			tell(k, "what was found is not kept", "not all could be evaluated");
			return;
		}
		found[i] = (struct memo_found){(uint32_t)v[i].kind, v[i].label, v[i].drvs, v[i].n};
	}
	if (!inputs_stamp(in))
		tell(k, "what was found is not kept", in->unknowable);
	else if (memo_save(k->dir, k->key, &e, in->v, in->n, &err))
		tell(k, "what was found is not kept", err.msg);
}

static errint evaluate(struct recollection *k, struct err *err)
{
	struct eval_inputs *in CLEANUP(eval_inputs_cleanup) = eval_inputs_new(k->store);
	struct eval_request eval = *k->r->eval;
	struct project_request r = *k->r;
	size_t before = k->out->n;

	eval.inputs = in;
	r.eval = &eval;
	errint rc = project_evaluate(&r, k->asked, k->n, k->a, k->out, err);
	if (rc)
		return rc;
	keep(k, in, k->out->v + before, k->out->n - before);
	return 0;
}

/* What a flake reads is not noted, and standard input is read once. */
static bool is_kept(const struct project_request *r, const struct asked *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].kind == ASKED_FLAKE ||
		    (v[i].kind == ASKED_FILE && strcmp(v[i].text, "-") == 0))
			return false;
	const struct settings *s = r->session->settings;

	/* What is remembered has no calls to tell of. */
	return s->eval_cache && !s->trace_function_calls && !r->fresh;
}

errint project_recall(const struct project_request *r, const struct asked *v, size_t n,
		      enum report_level how, struct arena *a, struct resolved_list *out,
		      struct err *err)
{
	struct recollection k CLEANUP(recall_release) = {r, v,   n,    how, r->session->store,
							 a, out, NULL, {0}, {0}};

	if (!is_kept(r, v, n))
		return project_evaluate(r, v, n, a, out, err);
	errint rc = recall_init(&k, err);
	if (rc || look(&k))
		return rc;
	return evaluate(&k, err);
}
