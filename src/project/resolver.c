/* SPDX-License-Identifier: MIT
 *
 * Asking uv: a scratch folder with the question as pyproject.toml, the versions to keep as the
 * pylock.toml of an earlier answer, and the metadata that locks know, so that it is fetched for
 * what is new alone. */
#include "project/resolver.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/environ.h"
#include "base/file.h"
#include "base/json.h"
#include "base/process.h"
#include "base/report.h"
#include "py/slot.h"
#include "source/mirror.h"

extern char **environ;

/* ---- the question ---- */

static void put_texts(struct buf *b, const char *key, const struct py_names *l)
{
	buf_printf(b, "%s = [", key);
	for (size_t i = 0; i < l->n; i++) {
		buf_putz(b, i ? ",\n\t" : "\n\t");
		json_put_str(b, l->v[i]);
	}
	buf_putz(b, "\n]\n");
}

/* A slot's build for one machine (+cu128) is in no public index; which one fills it is for the
 * machine that runs it to say. */
static struct str without_local(struct arena *a, const struct py_want *w)
{
	char *text = arena_strz(a, w->text), *to = text;
	bool local = false;

	if (!slot_name_is(w->name))
		return w->text;
	for (const char *p = text; *p; p++) {
		local = *p == '+' || (local && str_chr(S(" ,;)"), *p) < 0);
		if (!local)
			*to++ = *p;
	}
	return str_n(text, (size_t)(to - text));
}

static struct py_names texts_of(const struct resolution_request *r, struct arena *a,
				enum py_word word)
{
	struct py_names out = {0};

	for (size_t i = 0; i < r->wants->n; i++)
		if (r->wants->v[i].word == word)
			py_names_put(a, &out, without_local(a, &r->wants->v[i]));
	return out;
}

/* A basic string of TOML has JSON's escapes for what may stand in a requirement. */
static void put_metadata(struct buf *b, const struct py_row *row)
{
	if (slot_name_is(row->name) || (!row->about.requires.n && row->requires[0].n))
		return;
	buf_putz(b, "[[tool.uv.dependency-metadata]]\nname = ");
	json_put_str(b, row->name);
	buf_putz(b, "\nversion = ");
	json_put_str(b, row->version);
	buf_putc(b, '\n');
	put_texts(b, "requires-dist", &row->about.requires);
	buf_putz(b, "provides-extra = [");
	for (size_t i = 0; i < row->about.n_extras; i++) {
		buf_putz(b, i ? ", " : "");
		json_put_str(b, row->about.extras[i].name);
	}
	buf_putz(b, "]\n");
}

/* What a slot's filling needs is the filling's business. */
static void put_slots(struct buf *b)
{
	static const char *const names[] = {"torch", "torchaudio", "torchvision", "triton"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		buf_printf(b,
			   "[[tool.uv.dependency-metadata]]\nname = \"%s\"\nrequires-dist = []\n",
			   names[i]);
}

static errint put_question(const struct resolution_request *r, struct arena *a, struct buf *b,
			   struct err *err)
{
	struct py_names wants = texts_of(r, a, PY_WANT), slots = texts_of(r, a, PY_SLOT);
	struct py_names bounds = texts_of(r, a, PY_CONSTRAINT);
	struct py_names overrides = texts_of(r, a, PY_OVERRIDE);

	for (size_t i = 0; i < slots.n; i++)
		py_names_put(a, &bounds, slots.v[i]);
	buf_printf(b,
		   "[project]\nname = \"" RESOLVER_SELF
		   "\"\nversion = \"0\"\nrequires-python = \"==%.*s.*\"\n",
		   STR_ARG(r->python));
	put_texts(b, "dependencies", &wants);
	buf_putz(b, "[tool.uv]\n");
	/* What has files for the other machine alone is no answer; what has none for that one is,
	 * and its users are told. */
	buf_printf(b,
		   "environments = [\"sys_platform == 'linux'\"]\nrequired-environments = "
		   "[\"sys_platform == 'linux' and platform_machine == '%s'\"]\n",
		   py_machines[PY_MACHINES - 1]);
	put_texts(b, "constraint-dependencies", &bounds);
	put_texts(b, "override-dependencies", &overrides);
	put_slots(b);
	for (size_t k = 0; k < ARRAY_LEN(r->known); k++)
		for (size_t i = 0; r->known[k] && i < r->known[k]->n; i++)
			put_metadata(b, &r->known[k]->v[i]);
	return buf_check(b, "question", err);
}

static void put_preference(struct arena *a, struct buf *b, struct py_names *done, struct str name,
			   struct str version)
{
	if (py_names_has(done, name))
		return;
	py_names_add(a, done, name);
	buf_printf(b, "\n[[packages]]\nname = \"%.*s\"\nversion = \"%.*s\"\n", STR_ARG(name),
		   STR_ARG(version));
}

static errint put_preferences(const struct resolution_request *r, struct arena *a, struct buf *b,
			      struct err *err)
{
	struct py_names done = {0};

	buf_printf(b,
		   "lock-version = \"1.0\"\ncreated-by = \"kiln\"\nrequires-python = \">=%.*s\"\n",
		   STR_ARG(r->python));
	/* Slots' versions stay, too: what would bind them is the filling's business. */
	for (size_t k = 0; k < PY_STACK_MAX; k++)
		for (size_t i = 0; r->prefer[k] && i < r->prefer[k]->n_slots; i++)
			put_preference(a, b, &done, r->prefer[k]->slots[i].name,
				       r->prefer[k]->slots[i].version);
	for (size_t k = 0; k < PY_STACK_MAX; k++) {
		for (size_t i = 0; r->prefer[k] && i < r->prefer[k]->n; i++) {
			const struct py_row *row = &r->prefer[k]->v[i];

			if (!py_names_has(r->free, row->name))
				put_preference(a, b, &done, row->name, row->version);
		}
	}
	return buf_check(b, "question", err);
}

/* ---- where projects are ---- */

/* uv looks at the default index last. */
static errint put_indices(struct session *s, struct arena *a, struct py_names *env, struct err *err)
{
	struct mirrors *m CLEANUP(mirrors_cleanup) = mirrors_new(NULL, s->report);
	BUF(first, LIMIT_SMALL_FILE);
	const struct str *hosts;
	size_t n;
	errint rc = mirror_hosts(m, S("pypi"), &hosts, &n, err);

	if (rc)
		return rc;
	for (size_t i = 0; i + 1 < n; i++)
		buf_printf(&first, "%s%.*s", i ? " " : "", STR_ARG(hosts[i]));
	py_names_add(a, env,
		     str_c(arena_printf(a, "UV_DEFAULT_INDEX=%.*s", STR_ARG(hosts[n - 1]))));
	if (first.n)
		py_names_add(a, env, str_c(arena_printf(a, "UV_INDEX=%s", buf_z(&first))));
	return 0;
}

/* Of uv's own variables what says how it works, not what it finds. */
static bool is_passed(struct str variable)
{
	static const char *const kept[] = {"UV_CACHE_DIR=", "UV_HTTP_",         "UV_CONCURRENT_",
					   "UV_PYTHON=",    "UV_SYSTEM_CERTS=", "UV_INDEX_"};
	static const char *const dropped[] = {"UV_", "XDG_CONFIG_", "VIRTUAL_ENV=", "CONDA_"};

	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if (str_starts(variable, str_c(kept[i])))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(dropped); i++)
		if (str_starts(variable, str_c(dropped[i])))
			return false;
	return true;
}

static errint environment(struct session *s, const char *folder, struct arena *a,
			  const char *const **out, struct err *err)
{
	const char *cert = env_get("NIX_SSL_CERT_FILE");
	struct py_names env = {0};

	cert = cert ? cert : env_get("PIP_CERT");
	for (char **v = environ; *v; v++)
		if (is_passed(str_c(*v)))
			py_names_add(a, &env, str_c(*v));
	errint rc = put_indices(s, a, &env, err);
	if (rc)
		return rc;
	py_names_add(a, &env, S("NO_COLOR=1"));
	py_names_add(a, &env, S("UV_PYTHON_DOWNLOADS=never"));
	if (s->settings->offline)
		py_names_add(a, &env, S("UV_OFFLINE=1"));
	py_names_add(a, &env, S("UV_NO_SYSTEM_CONFIG=1"));
	py_names_add(a, &env, str_c(arena_printf(a, "XDG_CONFIG_HOME=%s", folder)));
	py_names_add(a, &env, str_c(arena_printf(a, "XDG_CONFIG_DIRS=%s", folder)));
	if (cert && !env_get("SSL_CERT_FILE"))
		py_names_add(a, &env, str_c(arena_printf(a, "SSL_CERT_FILE=%s", cert)));
	const char **v = ARENA_ARRAY(a, const char *, env.n + 1);
	for (size_t i = 0; i < env.n; i++)
		v[i] = env.v[i].p;
	*out = v;
	return 0;
}

/* ---- asking ---- */

static errint arguments(const struct resolution_request *r, const char *uv, struct arena *a,
			const char *const **out, struct err *err)
{
	static const char *const fixed[] = {
		"pip",         "compile",       "pyproject.toml", "--universal",   "--format",
		"pylock.toml", "--output-file", "pylock.toml",    "--only-binary", ":all:",
		"--no-header", "--no-progress", "--quiet",        "--no-annotate",
	};
	const char **v = ARENA_ARRAY(a, const char *, ARRAY_LEN(fixed) + r->wants->n * 2 + 4);
	size_t n = 0;

	v[n++] = uv;
	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		v[n++] = fixed[i];
	v[n++] = "--python-version";
	v[n++] = arena_strz(a, r->python);
	for (size_t i = 0; i < r->wants->n; i++) {
		if (r->wants->v[i].word != PY_SDIST)
			continue;
		v[n++] = "--no-binary";
		v[n++] = arena_strz(a, r->wants->v[i].name);
	}
	*out = v;
	return 0;
}

static errint run(struct session *s, const struct resolution_request *r, const char *uv,
		  const char *folder, struct arena *a, struct err *err)
{
	char *log CLEANUP_FREE = path_join(str_c(folder), S("said"));
	int fd CLEANUP_FD = open(log, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct process_spec spec = {.cwd = folder, .in = -1, .out = -1, .errfd = fd};
	BUF(said, LIMIT_TOOL_OUTPUT);
	int status;
	pid_t pid;

	if (fd < 0)
		return err_sys(err, "cannot make '%s'", log);
	errint rc = arguments(r, uv, a, &spec.argv, err);
	if (!rc)
		rc = environment(s, folder, a, &spec.env, err);
	if (!rc)
		rc = process_start(&spec, &pid, err);
	if (!rc)
		rc = process_wait(pid, &status, err);
	if (!rc)
		rc = interrupt_check(err);
	if (!rc)
		rc = file_read(AT_FDCWD, log, &said, err);
	if (rc)
		return rc;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		report_msg(s->report, REPORT_DEBUG, "uv: %s", buf_z(&said));
		return 0;
	}
	return resolver_failed(r, buf_str(&said), err);
}

static errint ask(struct session *s, const struct resolution_request *r, const char *uv,
		  const char *folder, struct arena *a, struct py_releases *out, struct err *err)
{
	char *question CLEANUP_FREE = path_join(str_c(folder), S("pyproject.toml"));
	char *answer CLEANUP_FREE = path_join(str_c(folder), S("pylock.toml"));
	BUF(text, LIMIT_LOCK_FILE);
	BUF(before, LIMIT_LOCK_FILE);
	BUF(after, LIMIT_TOML_TEXT);
	errint rc = put_question(r, a, &text, err);

	if (!rc)
		rc = file_write(AT_FDCWD, question, buf_str(&text), 0600, 0, err);
	if (!rc)
		rc = put_preferences(r, a, &before, err);
	if (!rc)
		rc = file_write(AT_FDCWD, answer, buf_str(&before), 0600, 0, err);
	if (!rc)
		rc = run(s, r, uv, folder, a, err);
	if (!rc)
		rc = file_read(AT_FDCWD, answer, &after, err);
	return rc ? rc
		  : py_resolved_parse(a, buf_str(&after), "the resolver's answer", r->env, out,
				      err);
}

errint resolve_python(struct session *s, const struct resolution_request *r, struct arena *a,
		      struct py_releases *out, struct err *err)
{
	char *folder CLEANUP_FREE = NULL;
	const char *uv;
	errint rc = resolver_find(s, r->set, a, &uv, err);

	if (!rc)
		rc = temp_dir(temp_dir_root(), "kiln-resolve.", &folder, err);
	if (rc)
		return rc;
	struct activity *work = activity_start(s->report, 0, "", "resolving %s", r->what);
	rc = ask(s, r, uv, folder, a, out, err);
	activity_end(work);
	remove_tree_quietly(AT_FDCWD, folder);
	return rc;
}
